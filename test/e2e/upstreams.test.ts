import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../support/certificates.ts';
import { ask } from '../support/request.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { startUpstreamProcess, type UpstreamProcess } from '../support/upstream-process.ts';

/** Where requests go: several addresses of which one dies, TLS with an authority of one's own, a socket. */
const authority = makeCertificate({ names: ['Inside'], isAuthority: true });
const stranger = makeCertificate({ names: ['Elsewhere'], isAuthority: true });
const service = makeCertificate({ names: ['vault.internal'], issuer: authority });
const client = makeCertificate({ names: ['gateway'], issuer: authority });

let folder: string;
let server: ServerProcess;
let vault: Server;
let replicas: readonly UpstreamProcess[];
const socketServers: Server[] = [];

const file = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);

/** Says who the client is, by its certificate. */
const whoAsks: RequestListener = ({ socket }, response) =>
  void response.end((socket as TLSSocket).getPeerCertificate().subject.CN);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-upstreams-'));
  await file('ca.pem', authority.cert);
  await file('client.pem', client.cert);
  await file('client-key.pem', client.key);
  const tls = { ...service, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
  vault = createHttpsServer(tls, whoAsks).listen(0, '127.0.0.1');
  await once(vault, 'listening');
  replicas = await Promise.all([startUpstreamProcess('one'), startUpstreamProcess('two')]);
  server = await startServerProcess(configuration((vault.address() as AddressInfo).port, replicas));
});
afterAll(async () => {
  await server.dispose();
  await Promise.all(replicas.map((replica) => replica.kill()));
  for (const each of [vault, ...socketServers]) each.close();
  await rm(folder, { recursive: true });
});

function configuration(vaultPort: number, [one, two]: readonly UpstreamProcess[]): string {
  const open = 'allow_public_unauthenticated_access: true';
  return `
listen: 127.0.0.1:\${PORT}
url: http://localhost:\${PORT}
storage: 'sqlite::memory:'
organizations: [{ name: acme }]
routes:
  - name: replicated
    from: http://replicated.localhost:\${PORT}
    to: [http://127.0.0.1:${one?.port}, http://127.0.0.1:${two?.port}]
    health_check: { path: /up, interval: 1s }
    ${open}
  - name: broken
    from: http://broken.localhost:\${PORT}
    to: [http://127.0.0.1:9, http://127.0.0.2:9]
    health_check: { path: /up, interval: 10s }
    ${open}
  - name: vault
    from: http://vault.localhost:\${PORT}
    to: https://127.0.0.1:${vaultPort}
    tls_server_name: vault.internal
    tls_custom_ca_file: ${folder}/ca.pem
    tls_client_cert_file: ${folder}/client.pem
    tls_client_key_file: ${folder}/client-key.pem
    ${open}
  - name: bare
    from: http://bare.localhost:\${PORT}
    to: https://127.0.0.1:${vaultPort}
    ${open}
  - name: socket
    from: http://socket.localhost:\${PORT}
    to: unix:app.sock
    ${open}
`;
}

const get = async (host: string): Promise<{ status: number; text: string }> => {
  const { status, text } = await ask(server.port, { path: '/', host: `${host}.localhost` });
  return { status, text };
};
const said = (msg: string) => server.log.filter((line) => line['msg'] === msg);
const unhealthy = (port: number) =>
  said('upstream is unhealthy').some((line) => line['upstream'] === `http://127.0.0.1:${port}`);
const lastFailure = () => said('upstream failed').at(-1);
const hears = async (msg: string, times: number): Promise<void> => {
  await expect.poll(() => said(msg).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(times);
};

describe('several addresses', () => {
  it('lose what is under way at one that is killed, and nothing else', async () => {
    const [one] = replicas;
    if (!one) throw new Error('two replicas');
    const callers = 4;
    const answers: { status: number; text: string }[] = [];
    const flow = { isOver: false };
    const calling = Array.from({ length: callers }, async () => {
      while (!flow.isOver) answers.push(await get('replicated'));
    });
    await expect.poll(() => new Set(answers.map(({ text }) => text))).toEqual(new Set(['one', 'two']));
    await one.kill();
    await expect.poll(() => unhealthy(one.port), { timeout: 20_000 }).toBe(true);
    const after = answers.length;
    await expect.poll(() => answers.length).toBeGreaterThan(after + 20);
    flow.isOver = true;
    await Promise.all(calling);
    // What it was working on when it died may have had effects, and so may what was sent on connections that were dying:
    // nobody but the caller may send it again.
    const lost = answers.filter(({ status }) => status !== 200);
    expect(lost.length).toBeLessThanOrEqual(2 * callers);
    expect(lost.every(({ status }) => status === 502)).toBe(true);
    expect(new Set(answers.slice(after).map(({ text }) => text))).toEqual(new Set(['two']));
  });

  it('have it back when it works again', async () => {
    const [one, two] = replicas;
    if (!one || !two) throw new Error('two replicas');
    replicas = [await startUpstreamProcess('one', one.port), two];
    await hears('upstream is healthy again', 1);
    const texts = new Set<string>();
    await expect
      .poll(async () => texts.add((await get('replicated')).text).size, { timeout: 15_000 })
      .toBe(2);
  });

  it('are 503 with a request id when none of them works, without anybody being asked', async () => {
    await expect.poll(async () => (await get('broken')).status).toBe(503);
    expect(JSON.parse((await get('broken')).text)).toMatchObject({
      status: 503,
      code: 'upstream.unreachable',
      request_id: expect.any(String),
    });
    await expect.poll(lastFailure).toMatchObject({ cause: 'no address of the upstream is healthy' });
  });
});

describe('TLS to an upstream', () => {
  it('is verified by the authority and the name of the route, and shows its certificate', async () => {
    expect(await get('vault')).toEqual({ status: 200, text: 'gateway' });
  });

  it('is not believed on a route that does not name the authority, and only the log says why', async () => {
    const { status, text } = await get('bare');
    expect([status, JSON.parse(text)]).toEqual([
      502,
      expect.objectContaining({ code: 'upstream.unreachable' }),
    ]);
    expect(text).not.toMatch(/VERIFY|certificate/i);
    await expect.poll(lastFailure).toMatchObject({ route: 'bare', cause: 'SELF_SIGNED_CERT_IN_CHAIN' });
  });

  it('follows its files: what was verified before serves nobody after', async () => {
    const reloads = said('configuration reloaded').length;
    await file('ca.pem.new', stranger.cert);
    await rename(join(folder, 'ca.pem.new'), join(folder, 'ca.pem'));
    await hears('configuration reloaded', reloads + 1);
    expect((await get('vault')).status).toBe(502);
    await file('ca.pem.new', authority.cert);
    await rename(join(folder, 'ca.pem.new'), join(folder, 'ca.pem'));
    await hears('configuration reloaded', reloads + 2);
    expect(await get('vault')).toEqual({ status: 200, text: 'gateway' });
  });
});

describe('a socket', () => {
  it('is found beside the file, asked with the Host localhost, and missed like any upstream', async () => {
    expect((await get('socket')).status).toBe(502);
    const app = createHttpServer(({ headers }, response) => void response.end(headers.host));
    socketServers.push(app.listen(join(server.folder, 'app.sock')));
    await once(app, 'listening');
    expect(await get('socket')).toEqual({ status: 200, text: 'localhost' });
  });
});
