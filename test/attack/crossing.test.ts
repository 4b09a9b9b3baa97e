import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken, exchangeReply } from '../support/exchange.ts';
import { ask, post, type Reply } from '../support/request.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';
import { startForge, type Forge } from './forge.ts';

/**
 * Threats 3, 12 and 18: what is good in one place is nothing in another. `globex` is run by the attacker, who writes its
 * members, teams and policies himself; a token of one purpose is presented for every other.
 */

let server: ServerProcess;
let upstream: TestUpstream;
let acme: Forge;
let globex: Forge;
let corp: Forge;
const ADMIN = 'site-administrator-of-the-tests-only';

beforeAll(async () => {
  [acme, globex, corp, upstream] = await Promise.all([
    startForge(),
    startForge(),
    startForge(),
    startUpstream(),
  ]);
  const organization = (name: string, forge: Forge): string => `
  - name: ${name}
    members: [{ login: ada, email: ada@acme.example, role: admin }]
    teams: [{ name: platform, members: [ada] }]
    runners: [{ name: linux }]
    issuers:
      - name: ci
        url: ${forge.url}
        policies:
          - { decision: allow, token_type: organization, permissions: [admin], rules: { sub: 'repo:acme/*' } }
          - { decision: allow, token_type: team, team: platform, rules: { sub: 'repo:acme/*' } }
          - { decision: allow, token_type: personal, user: ada, rules: { sub: 'repo:acme/*' } }
          - { decision: allow, token_type: runner, runner: linux, rules: { sub: 'repo:acme/*' } }
`;
  const route = (name: string, access: string): string => `
  - { name: ${name}, from: "http://${name}.localhost:\${PORT}", to: "${upstream.url}", organizations: [acme], ${access} }
`;
  server = await startServerProcess(
    `
listen: 127.0.0.1:\${PORT}
url: http://localhost:\${PORT}
storage: sqlite:countersign.db
admin_token: ${ADMIN}
allow_private_issuers: true
organizations:${organization('acme', acme)}${organization('globex', globex)}
identity_providers:
  - { name: corp, issuer: "${corp.url}", client_id: countersign, organizations: [globex] }
routes:${route('anybody', 'allow_any_authenticated_user: true, pass_identity_headers: true')}
${route('ada', 'policy: { allow: { or: [{ user: ada }, { email: ada@acme.example }, { domain: acme.example }] } }')}
${route('team', 'policy: { allow: { or: [{ team: acme/platform }, { team: globex/platform }] } }')}
${route('claim', 'policy: { allow: { or: [{ claim/sub: { starts_with: "repo:acme/" } }, { organization: globex }] } }')}
${route('all', 'policy: { allow: { or: [{ accept: true }] } }')}
`,
  );
});
afterAll(async () => {
  await server.dispose();
  await Promise.all([acme, globex, corp, upstream].map((part) => part.close()));
});

const KINDS = [
  { type: 'organization', scope: 'admin' },
  { type: 'team', scope: 'team:platform' },
  { type: 'personal', scope: 'user:ada' },
  { type: 'runner', scope: 'runner:linux' },
] as const;
const mint = (organization: 'acme' | 'globex', kind: (typeof KINDS)[number]): Promise<string> => {
  const forge = organization === 'acme' ? acme : globex;
  const claims = { aud: `urn:pulumi:org:${organization}`, email: 'ada@acme.example', email_verified: true };
  return accessToken(server, { organization, subjectToken: forge.token(claims), ...kind });
};
const open = (route: string, token: string): Promise<Reply> =>
  ask(server.port, {
    path: '/',
    host: `${route}.localhost:${server.port}`,
    headers: { authorization: `Bearer ${token}` },
  });
const api = (path: string, token: string): Promise<Reply> =>
  ask(server.port, { path, headers: { authorization: `Bearer ${token}` } });

describe('what another organization vouches for', () => {
  it.each(KINDS)('opens no route, whatever it says of itself: $type', async (kind) => {
    const [own, stranger] = [await mint('acme', kind), await mint('globex', kind)];
    expect((await open('anybody', own)).status).toBe(200);
    const before = upstream.seen.length;
    for (const route of ['anybody', 'ada', 'team', 'claim', 'all']) {
      const reply = await open(route, stranger);
      expect([route, reply.status, reply.json()['code']]).toEqual([route, 401, 'credential.invalid']);
    }
    expect(upstream.seen).toHaveLength(before);
  });

  it.each(KINDS)('reads and ends nothing of it: $type', async (kind) => {
    const stranger = await mint('globex', kind);
    const victim = await mint('acme', { type: 'team', scope: 'team:platform' });
    const refused = await exchangeReply(server, { subjectToken: acme.token({ sub: 'repo:other/x' }) });
    const id = String(refused.json()['decision_id']);
    for (const path of [
      `/api/orgs/acme/decisions/${id}`,
      `/api/decisions/${id}`,
      `/api/orgs/globex/decisions/${id}`,
    ]) {
      expect([403, 404]).toContain((await api(path, stranger)).status);
    }
    const authorization = { authorization: `token ${stranger}` };
    expect((await post(server.port, '/api/oauth/revoke', { token: victim }, authorization)).status).toBe(403);
    expect((await open('team', victim)).status).toBe(200);
  });

  it('is a member of that organization alone', async () => {
    const stranger = await mint('globex', { type: 'personal', scope: 'user:ada' });
    const user = (await api('/api/user', stranger)).json();
    expect(user['organizations']).toEqual([expect.objectContaining({ name: 'globex' })]);
  });

  it('and a person of its identity provider is nobody elsewhere, with whatever email', async () => {
    const idToken = corp.token({ aud: 'countersign', email: 'ada@acme.example', email_verified: true });
    const session = (await post(server.port, '/api/v1/token', { id_token: idToken })).json();
    const token = String(session['Token']);
    expect(token).toMatch(/^css_/);
    for (const route of ['anybody', 'ada', 'all']) expect((await open(route, token)).status).toBe(401);
  });
});

describe('a token of one purpose', () => {
  const cases: readonly (readonly [string, () => string | Promise<string>])[] = [
    ['an access token', () => mint('acme', KINDS[0])],
    ['the administrator’s', () => ADMIN],
    ['an id_token', () => corp.token({ aud: ['countersign', 'urn:pulumi:org:acme'] })],
    ['our own assertion', () => assertion()],
  ];
  const assertion = async (): Promise<string> => {
    await open('anybody', await mint('acme', KINDS[1]));
    return String(upstream.seen.at(-1)?.headers['x-pomerium-jwt-assertion']);
  };

  it.each(cases)('is no subject token: %s', async (_name, token) => {
    const reply = await exchangeReply(server, { subjectToken: await token() });
    expect([reply.status, reply.json()['code']]).toEqual([400, expect.stringMatching(/^token\./)]);
  });

  it.each([
    ...cases.filter(([name]) => name !== 'an id_token'),
    ['a subject token', () => acme.token()] as const,
  ])('is no id_token: %s', async (_name, token) => {
    const reply = await post(server.port, '/api/v1/token', { id_token: await token() });
    expect([reply.status, reply.json()['code']]).toEqual([401, expect.stringMatching(/^token\./)]);
  });

  it.each([...cases.slice(1), ['a subject token', () => acme.token()] as const])(
    'opens no route: %s',
    async (_name, token) => {
      const before = upstream.seen.length;
      const value = await token();
      const after = upstream.seen.length;
      expect(after - before).toBeLessThanOrEqual(1);
      for (const carrier of [{ authorization: `Bearer ${value}` }, { 'x-pomerium-authorization': value }]) {
        const reply = await ask(server.port, {
          path: '/',
          host: `all.localhost:${server.port}`,
          headers: carrier,
        });
        expect(reply.status).toBe(401);
      }
      expect(upstream.seen).toHaveLength(after);
    },
  );

  it.each([...cases.slice(2), ['a subject token', () => acme.token()] as const])(
    'reads nothing at the API: %s',
    async (_name, token) => {
      expect((await api('/api/user', await token())).status).toBe(401);
    },
  );
});

describe('a token that was granted less', () => {
  it('is not made more by its value: neither by another prefix nor by another end', async () => {
    const token = await mint('acme', { type: 'team', scope: 'team:platform' });
    const changed = ['cso_', 'csp_', 'csr_', 'css_', 'csa_', 'CST_', ''].map(
      (prefix) => `${prefix}${token.slice(4)}`,
    );
    for (const value of [...changed, `${token}x`, token.slice(0, -1), ` ${token} x`, token.toUpperCase()]) {
      expect([value, (await open('all', value)).status]).toEqual([value, 401]);
      expect([value, (await api('/api/user', value)).status]).toEqual([value, 401]);
    }
  });

  it.each([
    [{ type: 'personal', scope: 'user:bob' }],
    [{ type: 'team', scope: 'team:other' }],
    [{ type: 'team', scope: 'admin' }],
    [{ type: 'team', scope: 'team:platform admin' }],
    [{ type: 'organization', scope: 'admin,admin' }],
    [{ type: 'organization', scope: 'user:ada' }],
    [{ type: 'runner', scope: 'runner:*' }],
    [{ type: 'personal', scope: 'user:*' }],
    [{ type: 'personal', scope: 'user:ADA' }],
    [{ type: 'administrator' }],
  ])('nor asked for by %j', async (asked) => {
    const reply = await exchangeReply(server, { subjectToken: acme.token(), ...asked });
    expect(reply.status).toBe(400);
  });
});
