import { fileURLToPath } from 'node:url';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { freePort } from '../support/server-process.ts';
import type { Row } from './bench.ts';
import { answers, type Job, type Started } from './frame.ts';
import { githubClaims } from './github-claims.ts';
import { serveTarget } from './serve.ts';

/**
 * The exchange of one id_token for one access token, RS256, 64 different tokens with a full set of GitHub's claims.
 * Ours: policy, token, decision and audit record on disk before the answer. The peer: `oidc-provider` 9 with a token
 * exchange grant of its own, in memory, nothing durable, no policy.
 */
export async function exchangeTargets(): Promise<Row> {
  const issuer = await startIssuer('RS256');
  const tokens = await Promise.all(
    Array.from({ length: 64 }, (_, index) => issuer.mint(githubClaims(index))),
  );
  return {
    title: 'exchange',
    targets: [
      {
        name: 'countersign (SQLite, FULL)',
        start: () => serveTarget(configOf(issuer), (port) => Promise.resolve(jobOf(port, tokens))),
      },
      { name: 'oidc-provider 9 (in memory)', start: () => peer(issuer, tokens) },
    ],
    dispose: () => issuer.close(),
  };
}

const configOf = (issuer: TestIssuer) => (port: number) =>
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
          - { decision: allow, token_type: organization, rules: { aud: urn:pulumi:org:acme, sub: 'repo:acme/*:ref:refs/heads/main' } }
          - { decision: deny, token_type: organization, rules: { event_name: pull_request } }
`;

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';

function jobOf(port: number, tokens: readonly string[]): Job {
  return {
    url: `http://127.0.0.1:${port}`,
    requests: tokens.map((token) => ({
      method: 'POST',
      path: '/api/oauth/token',
      headers: { 'content-type': 'application/json', host: 'localhost' },
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
