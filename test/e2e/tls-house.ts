import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '../support/certificates.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';
import { ADMIN_TOKEN } from './house.ts';

/** The product behind its own TLS, with the API on an address of its own and routes for whoever shows a certificate. */
export interface TlsHouse {
  readonly server: ServerProcess;
  readonly upstream: TestUpstream;
  /** Where the certificates are. */
  readonly folder: string;
  /** `host:port` of the route for whom an authority of ours has signed a name. */
  readonly deploy: string;
  readonly apiPort: () => number;
  readonly ask: (options?: Asked) => Promise<TlsReply>;
  readonly status: (options: Asked) => Promise<number>;
  dispose(): Promise<void>;
}

export interface Asked extends RequestOptions {
  /** Default: the service host. */
  readonly to?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TlsReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export const authority = makeCertificate({ names: ['Authority'], isAuthority: true });
export const client = makeCertificate({ names: ['deploy.ci.example'], issuer: authority });
export const own = makeCertificate({ names: ['localhost'], issuer: authority });

export async function startTlsHouse(): Promise<TlsHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'listeners-'));
  await writeFile(join(folder, 'server.pem'), own.cert);
  await writeFile(join(folder, 'server.key'), own.key, { mode: 0o600 });
  await writeFile(join(folder, 'ca.pem'), authority.cert);
  const upstream = await startUpstream();
  const server = await startServerProcess(configuration(folder, upstream.url));
  const ask = (options: Asked = {}): Promise<TlsReply> => askOver(server.port, options);
  return {
    server,
    upstream,
    folder,
    deploy: `deploy.localhost:${server.port}`,
    apiPort: () => {
      const listening = server.log.find(({ msg }) => msg === 'listening');
      return Number(String(listening?.['api_address']).split(':')[1]);
    },
    ask,
    status: async (options) => (await ask(options)).status,
    dispose: async () => {
      await server.dispose();
      await upstream.close();
      await rm(folder, { recursive: true });
    },
  };
}

const configuration = (folder: string, upstream: string): string => `
listen: 127.0.0.1:\${PORT}
api_listen: 127.0.0.1:0
url: https://localhost:\${PORT}
tls:
  certificates: [{ cert: ${folder}/server.pem, key: ${folder}/server.key }]
  client_ca: ${folder}/ca.pem
storage: sqlite:countersign.db
admin_token: ${ADMIN_TOKEN}
cors_origins: [https://app.example]
organizations: [{ name: acme }]
routes:
  - name: deploy
    from: https://deploy.localhost:\${PORT}
    to: ${upstream}
    organizations: [acme]
    allow_websockets: true
    policy: [{ allow: { and: [{ accept: true }, { client_certificate: { san_dns: deploy.ci.example } }] } }]
  - name: pinned
    from: https://pinned.localhost:\${PORT}
    to: ${upstream}
    organizations: [acme]
    policy: [{ allow: { and: [{ accept: true }, { client_certificate: { fingerprint: ${client.thumbprint} } }] } }]
`;

function askOver(port: number, { to, headers, ...options }: Asked): Promise<TlsReply> {
  const host = to ?? `localhost:${port}`;
  const fixed = { host: '127.0.0.1', port, ca: authority.cert, servername: 'localhost', agent: false };
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest({ ...fixed, headers: { host, ...headers }, ...options }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
      );
    });
    outgoing.on('error', reject).end();
  });
}
