import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { freePort } from '../support/server-process.ts';
import type { Row } from './bench.ts';
import { answers, type Started } from './frame.ts';
import { githubClaims } from './github-claims.ts';
import type { Job } from './load.ts';
import type { Owed, Report } from './report.ts';
import { serveTarget } from './serve.ts';
import { measureStart } from './start.ts';
import { measureTokenTable } from './token-table.ts';

/**
 * The exchange of one id_token for one access token, RS256, 64 different tokens with a full set of GitHub's claims.
 * Ours: policy, token, decision and chained audit record on disk before the answer, retention on. The peer: `oidc-provider` 9 with a token
 * exchange grant of its own, in memory, nothing durable, no policy.
 */
export async function exchangeTargets(): Promise<Row> {
  const issuer = await startIssuer('RS256');
  const tokens = await Promise.all(
    Array.from({ length: 64 }, (_, index) => issuer.mint(githubClaims(index))),
  );
  return {
    title: 'exchange',
    connections: [64],
    warmUp: 8_000,
    loopDelay: true,
    targets: [
      {
        name: 'countersign (SQLite, FULL)',
        start: () =>
          serveTarget(exchangeConfig(issuer), (port) => Promise.resolve(exchangeJob(port, tokens))),
      },
      { name: 'oidc-provider 9 (in memory)', start: () => peer(issuer, tokens) },
      { name: 'bare node (durable, no policy)', start: () => floor(issuer, tokens) },
    ],
    owed: async (report) => [...owedOfLoad(report), ...(await owedAtRest(issuer, tokens))],
    dispose: () => issuer.close(),
  };
}

/** What the figures under load owe, as ratios within this run. */
function owedOfLoad({ targets }: Report): readonly Owed[] {
  const [ours, theirs, floorOf] = targets.map(({ median }) => median);
  const delay = targets[0]?.delay ?? Number.NaN;
  if (!ours || !theirs || !floorOf) throw new Error('three targets are measured');
  const rate = ours.requestsPerSecond / theirs.requestsPerSecond;
  const tail = (ours.latency[0]?.p99 ?? Number.NaN) / (theirs.latency[0]?.p99 ?? Number.NaN);
  const near = ours.requestsPerSecond / floorOf.requestsPerSecond;
  return [
    {
      what: 'throughput beside oidc-provider',
      wanted: '≥ 3 ×',
      measured: `${rate.toFixed(2)} ×`,
      met: rate >= 3,
    },
    { what: 'p99 beside oidc-provider', wanted: '≤ 1/8', measured: tail.toFixed(2), met: tail <= 1 / 8 },
    {
      what: 'throughput beside bare node',
      wanted: '≥ 0.75 ×',
      measured: `${near.toFixed(2)} ×`,
      met: near >= 0.75,
    },
    {
      what: 'event loop delay, p99',
      wanted: '≤ 5 ms',
      measured: `${delay.toFixed(1)} ms`,
      met: delay <= 5,
    },
  ];
}

/** Starting, idling, and a million tokens. */
async function owedAtRest(issuer: TestIssuer, tokens: readonly string[]): Promise<readonly Owed[]> {
  const start = await measureStart(() =>
    serveTarget(exchangeConfig(issuer), (port) => Promise.resolve(exchangeJob(port, tokens))),
  );
  const ratio = start.firstToken / start.bareHttp;
  const table = await measureTokenTable();
  return [
    {
      what: 'first exchanged token beside the first answer of node:http',
      wanted: '≤ 1.5 ×',
      measured: `${ratio.toFixed(2)} × (${start.firstToken.toFixed(0)} and ${start.bareHttp.toFixed(0)} ms)`,
      met: ratio <= 1.5,
    },
    {
      what: 'resident memory, idle',
      wanted: '≤ 90 MB',
      measured: `${start.idle.toFixed(0)} MB`,
      met: start.idle <= 90,
    },
    {
      what: 'a million live tokens, above idle',
      wanted: '≤ 100 MB',
      measured: `${table.megabytes.toFixed(0)} MB`,
      met: table.megabytes <= 100,
    },
    {
      what: 'look-ups among a million tokens',
      wanted: '≥ 1 M a second',
      measured: `${(table.lookUps / 1e6).toFixed(2)} M`,
      met: table.lookUps >= 1e6,
    },
  ];
}

/** The configuration that is measured, for a port. */
export const exchangeConfig = (issuer: TestIssuer) => (port: number) =>
  `
listen: 127.0.0.1:${port}
url: http://127.0.0.1:${port}
storage: sqlite:countersign.db
allow_private_issuers: true
log: { level: warn }
organizations:
  - name: acme
    issuers:
      - name: github
        url: ${issuer.url}
        policies:
          - { decision: allow, token_type: organization, rules: { aud: urn:pulumi:org:acme, sub: 'repo:acme/*:ref:refs/heads/main' } }
          - { decision: deny, token_type: organization, rules: { event_name: pull_request } }
`;

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** One exchange of each token. */
export function exchangeJob(port: number, tokens: readonly string[]): Job {
  return {
    url: `http://127.0.0.1:${port}`,
    requests: tokens.map((token) => ({
      method: 'POST',
      path: '/api/oauth/token',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        audience: 'urn:pulumi:org:acme',
        grant_type: GRANT,
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        requested_token_type: 'urn:pulumi:token-type:access_token:organization',
        subject_token: token,
      }),
    })),
  };
}

async function floor(issuer: TestIssuer, tokens: readonly string[]): Promise<Started> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-floor-'));
  return {
    args: [fileURLToPath(new URL('./peers/bare-node-exchange.ts', import.meta.url))],
    env: { PORT: String(port), JWKS: JSON.stringify(issuer.jwks()), DATABASE: join(folder, 'floor.db') },
    ready: async () => {
      await answers(`http://127.0.0.1:${port}/`);
      return exchangeJob(port, tokens);
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

async function peer(issuer: TestIssuer, tokens: readonly string[]): Promise<Started> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  return {
    args: [
      '--conditions=source',
      fileURLToPath(new URL('./peers/oidc-provider-exchange.ts', import.meta.url)),
    ],
    env: { PORT: String(port), ISSUER: issuer.url, JWKS: JSON.stringify(issuer.jwks()) },
    ready: async () => {
      await answers(`${url}/.well-known/openid-configuration`);
      return {
        url,
        requests: tokens.map((token) => ({
          method: 'POST',
          path: '/token',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({
            client_id: 'bench',
            client_secret: 'bench',
            grant_type: GRANT,
            subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
            subject_token: token,
          }).toString(),
        })),
      };
    },
  };
}
