import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { accessToken } from '../support/exchange.ts';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { freePort } from '../support/server-process.ts';
import type { Row } from './bench.ts';
import { answers, type Job, type Started } from './frame.ts';
import { githubClaims } from './github-claims.ts';
import { serveTarget } from './serve.ts';

/**
 * An authorised GET of 1 KiB through a proxy. Ours: opaque token, policy, header hygiene, signed assertion. The peer:
 * `http-proxy-3` with a map from the Authorization header to a user, which it sets as a header.
 */
export async function gatewayTargets(): Promise<Row> {
  const issuer = await startIssuer('RS256');
  const upstream = await startUpstream();
  return {
    title: 'gateway',
    targets: [
      {
        name: 'countersign (policy, assertion)',
        start: () => serveTarget(configOf(issuer, upstream.port), (port) => jobOf(port, issuer)),
      },
      { name: 'http-proxy-3 (map)', start: () => peer(upstream.port) },
    ],
    dispose: async () => {
      upstream.stop();
      await issuer.close();
    },
  };
}

const configOf = (issuer: TestIssuer, upstream: number) => (port: number) =>
  `
listen: 127.0.0.1:${port}
url: http://localhost:${port}
storage: sqlite:countersign.db
allow_private_issuers: true
log: { level: warn }
organizations:
  - name: acme
    issuers:
      - name: github
        url: ${issuer.url}
        policies:
          - { decision: allow, token_type: organization, rules: { sub: 'repo:acme/*' } }
routes:
  - name: orders
    from: http://orders.localhost:${port}
    to: http://127.0.0.1:${upstream}
    pass_identity_headers: true
    policy: { allow: { or: [ { claim/repository: acme/shop } ] } }
`;

async function jobOf(port: number, issuer: TestIssuer): Promise<Job> {
  const token = await accessToken({ port }, { subjectToken: await issuer.mint(githubClaims(1)) });
  return get(`http://127.0.0.1:${port}`, {
    host: `orders.localhost:${port}`,
    authorization: `Bearer ${token}`,
  });
}

function get(url: string, headers: Readonly<Record<string, string>>): Job {
  return { url, requests: [{ method: 'GET', path: '/list', headers }] };
}

async function peer(upstream: number): Promise<Started> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  return {
    args: ['--conditions=source', fileURLToPath(new URL('./peers/http-proxy-3-map.ts', import.meta.url))],
    env: { PORT: String(port), UPSTREAM: `http://127.0.0.1:${upstream}` },
    ready: async () => {
      await answers(url);
      return get(url, { authorization: 'Bearer bench-00042' });
    },
  };
}

/** The upstream has a process of its own, on the core of the load. */
async function startUpstream(): Promise<{ readonly port: number; stop(): void }> {
  const port = await freePort();
  const script = fileURLToPath(new URL('./peers/upstream.ts', import.meta.url));
  const child = spawn('taskset', ['-c', '1', process.execPath, '--conditions=source', script], {
    env: { PATH: process.env['PATH'] ?? '', PORT: String(port) },
    stdio: 'ignore',
  });
  await once(child, 'spawn');
  await answers(`http://127.0.0.1:${port}`);
  return { port, stop: () => child.kill('SIGKILL') };
}
