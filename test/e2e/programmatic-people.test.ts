import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { startOpenIdProvider, type OpenIdProvider } from '../support/oidc-provider.ts';
import { ask, post, type Reply } from '../support/request.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';
import { ADMIN_TOKEN } from './house.ts';

/**
 * People of two real OpenID providers (`oidc-provider`) and of one that says whatever a test wants, as members of two
 * organizations: who they are on routes, what their sessions are, and who may see and end them.
 */
let server: ServerProcess;
let upstream: TestUpstream;
let staff: OpenIdProvider;
let partners: OpenIdProvider;
let corp: TestIssuer;

beforeAll(async () => {
  [staff, partners, corp, upstream] = await Promise.all([
    startOpenIdProvider(),
    startOpenIdProvider(),
    startIssuer('RS256', '/corp'),
    startUpstream(),
  ]);
  server = await startServerProcess(configuration(), { COUNTERSIGN_ADMIN_TOKEN: ADMIN_TOKEN });
});
afterAll(async () => {
  await server.dispose();
  await Promise.all([staff, partners, corp, upstream].map((part) => part.close()));
});

function configuration(): string {
  return `
listen: 127.0.0.1:\${PORT}
url: http://localhost:\${PORT}
storage: sqlite:countersign.db
admin_token: \${COUNTERSIGN_ADMIN_TOKEN}
allow_private_issuers: true
limits: { failures_per_second_per_address: 100000 }
organizations:
  - name: acme
    members:
      - { login: ada, email: Ada@ACME.example, role: admin }
      - { login: bob, email: bob@acme.example, role: member }
    issuers:
      - name: ci
        url: ${corp.url}
        policies:
          - { decision: allow, token_type: personal, user: ada, rules: { sub: ada-ci } }
          - { decision: allow, token_type: personal, user: bob, rules: { sub: bob-ci } }
  - name: globex
    members:
      - { login: gwen, email: ada@acme.example, role: admin }
    issuers:
      - name: ci
        url: ${corp.url}
        policies:
          - { decision: allow, token_type: personal, user: gwen, rules: { sub: gwen-ci } }
identity_providers:
  - { name: staff, issuer: '${staff.url}', client_id: countersign, organizations: [acme], email_domains: [acme.example] }
  - { name: partners, issuer: '${partners.url}', client_id: countersign, organizations: [acme, globex] }
  - { name: app, issuer: '${corp.url}', client_id: app, organizations: [acme] }
  - { name: app-globex, issuer: '${corp.url}', client_id: app-globex, organizations: [globex] }
routes:
  - name: orders
    from: http://orders.localhost:\${PORT}
    to: ${upstream.url}
    organizations: [acme]
    pass_identity_headers: true
    jwt_claims_headers: { x-user: user, x-email: email }
    policy: { allow: { or: [ { domain: acme.example } ] } }
  - name: stock
    from: http://stock.localhost:\${PORT}
    to: ${upstream.url}
    organizations: [globex]
    pass_identity_headers: true
    jwt_claims_headers: { x-user: user, x-email: email }
    policy: { allow: { or: [ { domain: acme.example } ] } }
`;
}

const login = async (idToken: string): Promise<string> => {
  const reply = await post(server.port, '/api/v1/token', { id_token: idToken });
  return reply.status === 200
    ? String(reply.json()['Token'])
    : `${reply.status} ${String(reply.json()['code'])}`;
};
const BOB = { aud: 'app', sub: 'app-1', email: 'bob@acme.example', email_verified: true };
const inApp = (claims: object = {}) => corp.mint({ ...BOB, ...claims });
const route = (token: string, name = 'orders'): Promise<Reply> =>
  ask(server.port, {
    path: '/',
    host: `${name}.localhost:${server.port}`,
    headers: { authorization: `Bearer ${token}` },
  });
/** Whom the upstream takes the caller for. */
const seen = async (token: string, name = 'orders'): Promise<string> => {
  const reply = await route(token, name);
  if (reply.status !== 200) return `${reply.status} ${String(reply.json()['code'])}`;
  return String((reply.json()['headers'] as Record<string, unknown>)['x-user']);
};
const api = (token: string, path: string, method = 'GET'): Promise<Reply> =>
  ask(server.port, { method, path, headers: { authorization: `token ${token}` } });
const personal = async (login_: string, organization = 'acme'): Promise<string> => {
  const reply = await post(server.port, '/api/oauth/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: `urn:pulumi:org:${organization}`,
    subject_token: await corp.mint({ aud: `urn:pulumi:org:${organization}`, sub: `${login_}-ci` }),
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    requested_token_type: 'urn:pulumi:token-type:access_token:personal',
    scope: `user:${login_}`,
  });
  return String(reply.json()['access_token']);
};
const sessionsOf = async (token: string, path = '/api/user/sessions') =>
  (await api(token, path)).json()['tokens'] as { id: string; issuerId: string; revoked?: number }[];

const listed = (reply: Reply) =>
  (reply.json()['tokens'] as readonly { readonly id: string; readonly principal: string }[]).map(
    ({ id }) => id,
  );
const eventually = async (probe: () => Promise<string>, wanted: string): Promise<void> => {
  // A revocation is heard within a second; the machine may be slow.
  await expect.poll(probe, { timeout: 10_000, interval: 50 }).toBe(wanted);
};

describe('people of real providers', () => {
  it('are the member whose verified email they have, at each provider with an account of their own', async () => {
    const [one, other] = [
      await login(await staff.idToken('ada')),
      await login(await partners.idToken('ada')),
    ];
    const ada = await seen(one);
    expect(ada).toMatch(/^usr_/);
    expect(await seen(other)).toBe(ada);
    // To the other organization the very same account is the member that it has with this email.
    expect(await seen(other, 'stock')).toMatch(/^usr_/);
    expect(await seen(other, 'stock')).not.toBe(ada);
    expect(await seen(one, 'stock')).toBe('401 credential.invalid');
  });

  it('are people of the provider where nobody knows them as a member', async () => {
    expect(await seen(await login(await staff.idToken('carol')))).toBe('staff/carol');
    expect(await seen(await login(await partners.idToken('carol')), 'stock')).toBe('partners/carol');
  });

  it('are who they were after a restart', async () => {
    const token = await login(await staff.idToken('ada'));
    const before = await seen(token);
    await server.stop('SIGTERM');
    await server.start();
    expect(await seen(token)).toBe(before);
    expect(await seen(await login(await staff.idToken('ada')))).toBe(before);
  });
});

describe('another account with the email of a member', () => {
  it('is kept out until an administrator takes the identity away, whose sessions end within a second', async () => {
    const admin = await personal('ada');
    const first = await login(await inApp());
    const bob = await seen(first);
    expect(bob).toMatch(/^usr_/);
    expect(await login(await inApp({ sub: 'app-2' }))).toBe('401 credential.identity_conflict');

    const identities = (await api(admin, '/api/orgs/acme/members/bob/identities')).json()['identities'];
    expect(identities).toMatchObject([
      { login: 'bob', identityProvider: 'app', subject: 'app-1', issuerId: expect.stringMatching(/^idp_/) },
    ]);
    const [{ id }] = identities as [{ id: string }];
    const path = `/api/orgs/acme/members/bob/identities/${id}`;
    // Neither the member nor the administrator of another organization takes it away.
    expect((await api(await personal('bob'), path, 'DELETE')).status).toBe(403);
    const gwen = await personal('gwen', 'globex');
    expect((await api(gwen, path, 'DELETE')).status).toBe(403);
    expect((await api(gwen, path.replace('acme', 'globex'), 'DELETE')).status).toBe(404);
    expect((await api(admin, path.replace('bob', 'ada'), 'DELETE')).status).toBe(404);
    expect(await seen(first)).toBe(bob);

    expect((await api(admin, path, 'DELETE')).status).toBe(204);
    await eventually(() => seen(first), '401 credential.revoked');
    expect(await seen(await login(await inApp({ sub: 'app-2' })))).toBe(bob);
    expect(await login(await inApp())).toBe('401 credential.identity_conflict');
  });

  it('is somebody of their own for the client of another organization, though the issuer is the same', async () => {
    const token = await login(await inApp({ aud: 'app-globex', sub: 'app-9' }));
    expect(await seen(token, 'stock')).toBe('app-globex/app-9');
    expect(await seen(token)).toBe('401 credential.invalid');
    const both = { aud: ['app', 'app-globex'], sub: 'app-9' };
    expect(await login(await inApp(both))).toBe('401 token.audience');
    expect(await seen(await login(await inApp({ ...both, azp: 'app-globex' })), 'stock')).toBe(
      'app-globex/app-9',
    );
  });
});

describe('sessions', () => {
  it('are listed and ended by whose they are, one by one and all at once', async () => {
    const [one, other] = [await login(await staff.idToken('dora')), await login(await staff.idToken('dora'))];
    const [newest, oldest] = listed(await api(one, '/api/user/sessions'));
    expect(listed(await api(other, '/api/user/sessions'))).toEqual([newest, oldest]);
    const eve = await login(await staff.idToken('eve'));
    expect((await api(eve, `/api/user/sessions/${oldest}`, 'DELETE')).status).toBe(404);
    expect((await api(other, `/api/user/sessions/${oldest}`, 'DELETE')).status).toBe(204);
    await eventually(() => seen(one), '401 credential.revoked');
    expect(listed(await api(other, '/api/user/sessions'))).toEqual([newest]);
    expect(listed(await api(other, '/api/user/sessions?state=all'))).toEqual([newest, oldest]);
    expect((await api(other, '/api/user/sessions', 'DELETE')).status).toBe(204);
    await eventually(() => seen(other), '401 credential.revoked');
    expect(await seen(eve)).toBe('staff/eve');
    // Both ways of ending one are told by whoever asks for all.
    const dora = `issuerId=${(await sessionsOf(eve))[0]?.issuerId}&subject=dora`;
    const marks = await sessionsOf(ADMIN_TOKEN, `/api/user/sessions?state=all&${dora}`);
    expect(marks.map(({ revoked }) => typeof revoked)).toEqual(['number', 'number']);
    // A session that begins in the very second of the end is not its.
    expect(await seen(await login(await staff.idToken('dora')))).toBe('staff/dora');
  });

  it('of a member are theirs by a personal token too, and their administrators’', async () => {
    const [bob, admin] = [await personal('bob'), await personal('ada')];
    const session = await login(await staff.idToken('bob'));
    const own = listed(await api(bob, '/api/user/sessions'));
    const [id = ''] = listed(await api(session, '/api/user/sessions'));
    expect(own).toContain(id);
    expect(listed(await api(admin, '/api/orgs/acme/members/bob/sessions'))).toContain(id);
    const all = await api(admin, '/api/orgs/acme/tokens?filter=exchanged&maxResults=1000');
    expect(listed(all)).toContain(id);
    expect((await api(bob, '/api/orgs/acme/members/bob/sessions')).status).toBe(403);
    expect(
      (await api(await personal('gwen', 'globex'), `/api/orgs/globex/tokens/${id}`, 'DELETE')).status,
    ).toBe(404);
    expect((await api(admin, `/api/orgs/acme/tokens/${id}`, 'DELETE')).status).toBe(204);
    await eventually(() => seen(session), '401 credential.revoked');
  });

  it('of a shared provider end in the organization that ends them', async () => {
    const gwen = await personal('gwen', 'globex');
    const session = await login(await partners.idToken('ada'));
    const [shown] = await sessionsOf(gwen, '/api/orgs/globex/members/gwen/sessions');
    // It is not theirs to end everywhere.
    expect((await api(gwen, `/api/orgs/globex/tokens/${shown?.id}`, 'DELETE')).status).toBe(404);
    expect((await api(gwen, `/api/user/sessions/${shown?.id}`, 'DELETE')).status).toBe(404);
    expect((await api(gwen, '/api/user/sessions', 'DELETE')).status).toBe(204);
    await eventually(() => seen(session, 'stock'), '401 credential.invalid');
    expect(await seen(session)).toMatch(/^usr_/);
    expect(listed(await api(gwen, '/api/orgs/globex/members/gwen/sessions'))).not.toContain(shown?.id);
    // Ended there alone: whoever asks for the person sees a session that goes on.
    const whose = `issuerId=${shown?.issuerId}&subject=ada`;
    const marked = async (token: string, path: string) =>
      (await sessionsOf(token, path)).find(({ id }) => id === shown?.id)?.revoked;
    expect(await marked(gwen, '/api/orgs/globex/members/gwen/sessions?state=all')).toBeTypeOf('number');
    expect(await marked(ADMIN_TOKEN, `/api/user/sessions?state=all&${whose}`)).toBeUndefined();
  });

  it('are the site administrator’s to end, of a person and of a provider', async () => {
    const token = await login(await partners.idToken('frank'));
    const [session] = (await api(token, '/api/user/sessions')).json()['tokens'] as { issuerId: string }[];
    const whose = `?issuerId=${session?.issuerId}&subject=frank`;
    expect(listed(await api(ADMIN_TOKEN, `/api/user/sessions${whose}`))).toHaveLength(1);
    expect((await api(ADMIN_TOKEN, `/api/user/sessions${whose}`, 'DELETE')).status).toBe(204);
    await eventually(() => seen(token), '401 credential.revoked');
    const another = await login(await partners.idToken('grace'));
    expect(
      (await api(ADMIN_TOKEN, `/api/user/sessions?issuerId=${session?.issuerId}`, 'DELETE')).status,
    ).toBe(204);
    await eventually(() => seen(another), '401 credential.revoked');
  });

  it('are told about and ended by the endpoints of OAuth, by those whose they are', async () => {
    const [admin, gwen] = [await personal('ada'), await personal('gwen', 'globex')];
    const session = await login(await staff.idToken('ada'));
    const about = async (caller: string, path: 'introspect' | 'revoke') =>
      ask(server.port, {
        method: 'POST',
        path: `/api/oauth/${path}`,
        headers: {
          authorization: `Bearer ${caller}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ token: session }).toString(),
      });
    expect((await about(session, 'introspect')).json()).toMatchObject({ active: true, username: 'ada' });
    expect((await about(admin, 'introspect')).json()).toMatchObject({
      active: true,
      sub: expect.stringMatching(/^usr_/),
    });
    expect((await about(gwen, 'introspect')).json()).toEqual({ active: false });
    expect((await about(gwen, 'revoke')).status).toBe(403);
    expect((await about(session, 'revoke')).status).toBe(200);
    await eventually(() => seen(session), '401 credential.revoked');
  });

  it('are no tokens of the API, whatever the person may do in the organization', async () => {
    const session = await login(await staff.idToken('ada'));
    for (const path of ['/api/orgs/acme', '/api/orgs/acme/members', '/api/orgs/acme/tokens'])
      expect((await api(session, path)).status).toBe(403);
    expect((await api(session, '/api/user/tokens')).status).toBe(403);
  });
});
