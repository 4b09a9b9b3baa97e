import { once } from 'node:events';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { exchangeReply } from '../support/exchange.ts';
import { ask, type Ask, type Reply } from '../support/request.ts';
import { ADMIN_TOKEN, startHouse, type House } from './house.ts';

/** A job that shows its own token to a service, and a person their id_token: a real process, real issuers. */

let house: House;
let sockets: WebSocketServer;

const routes = (to: string) => `
  - name: jobs
    from: http://jobs.localhost:\${PORT}
    to: ${to}
    organizations: [acme]
    issuers: [acme/ci, acme/cluster]
    pass_identity_headers: true
    jwt_claims_headers: { x-repository: repository }
    policy: { allow: { or: [{ claim/repository: acme/shop }, { team: acme/platform }] } }
  - name: sockets
    from: http://sockets.localhost:\${PORT}
    to: http://127.0.0.1:\${WS_PORT}
    organizations: [acme]
    issuers: [acme/ci]
    allow_websockets: true
    allow_any_authenticated_user: true
  - name: people
    from: http://people.localhost:\${PORT}
    to: ${to}
    organizations: [acme]
    bearer_token_format: idp_identity_token
    pass_identity_headers: true
    policy: { allow: { and: [{ domain: acme.example }] } }
trusted_proxies: [127.0.0.1]
`;

beforeAll(async () => {
  sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(sockets, 'listening');
  const { port } = sockets.address() as { readonly port: number };
  house = await startHouse((to) => routes(to).replace('${WS_PORT}', String(port)));
});
afterAll(async () => {
  await house.dispose();
  for (const client of sockets.clients) client.terminate();
  sockets.close();
});

let jobs = 0;
const job = (claims: object = {}) =>
  house.ci.mint({
    aud: 'urn:pulumi:org:acme',
    sub: 'repo:acme/shop:ref:refs/heads/main',
    repository: 'acme/shop',
    jti: `job-${(jobs += 1)}`,
    ...claims,
  });
const at = (name: string, token: string, options: Partial<Ask> = {}): Promise<Reply> =>
  ask(house.server.port, {
    path: '/',
    host: `${name}.localhost:${house.server.port}`,
    headers: { authorization: `Bearer ${token}` },
    ...options,
  });
const api = (path: string, options: Partial<Ask> = {}): Promise<Reply> =>
  ask(house.server.port, { path, headers: { authorization: `token ${ADMIN_TOKEN}` }, ...options });
const listed = async (subject: string, state = 'active') =>
  (
    await api(`/api/orgs/acme/tokens?filter=exchanged&state=${state}&subject=${encodeURIComponent(subject)}`)
  ).json()['tokens'] as readonly { readonly id: string; readonly revoked?: number }[];

describe('a job that shows its own token', () => {
  it('reaches the service, which is told who asks and sees nothing of the token', async () => {
    const token = await job();
    expect((await at('jobs', token)).status).toBe(200);
    const seen = house.upstream.seen.at(-1);
    expect(JSON.stringify(seen)).not.toContain(token);
    const assertion = decodeJwt(String(seen?.headers['x-pomerium-jwt-assertion']));
    expect(assertion).toMatchObject({ sub: 'org:acme', org: 'acme', repository: 'acme/shop' });
    expect(seen?.headers['x-repository']).toBe('acme/shop');
  });

  it('speaks as the team that the policies of its issuer give it', async () => {
    const token = await house.cluster.mint({
      aud: 'https://countersign.acme.example',
      sub: 'system:serviceaccount:deploy:app',
      'kubernetes.io': { namespace: 'deploy' },
    });
    expect((await at('jobs', token)).status).toBe(200);
    const assertion = house.upstream.seen.at(-1)?.headers['x-pomerium-jwt-assertion'];
    expect(decodeJwt(String(assertion))).toMatchObject({ sub: 'team:acme/platform' });
  });

  it('leaves one decision, which explains itself, and one token, however often it calls', async () => {
    const sub = 'repo:acme/once:ref:refs/heads/main';
    const token = await job({ sub });
    for (const reply of await Promise.all(Array.from({ length: 20 }, () => at('jobs', token))))
      expect(reply.status).toBe(200);
    const tokens = await listed(sub);
    expect(tokens).toHaveLength(1);
    const found = await api(`/api/orgs/acme/decisions?kind=exchange&subject=${encodeURIComponent(sub)}`);
    const decisions = found.json()['decisions'] as readonly { readonly id: string; readonly route: string }[];
    expect(decisions).toMatchObject([{ effect: 'allow', route: 'jobs', principal: 'org:acme' }]);
    const explained = await api(`/api/orgs/acme/decisions/${decisions[0]?.id}`);
    expect(JSON.stringify(explained.json()['explanation'])).toContain('policies[1]');
  });

  it('is refused by the policies of its issuer with 403 and the decision that says why', async () => {
    const refused = await at('jobs', await job({ sub: 'repo:evil/x' }));
    expect(refused.status).toBe(403);
    expect(refused.json()).toMatchObject({ code: 'policy.refused' });
    const id = String(refused.json()['decision_id']);
    expect((await api(`/api/decisions/${id}`)).json()).toMatchObject({
      kind: 'exchange',
      issuer: 'acme/ci',
      route: 'jobs',
      code: 'policy.refused',
    });
  });

  it('is nobody at the API, at introspection, and on a route that names no issuer', async () => {
    const token = await job();
    expect((await at('jobs', token)).status).toBe(200);
    expect((await api('/api/user', { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
    expect((await at('orders', token)).status).toBe(401);
    const introspected = await api('/api/oauth/introspect', {
      method: 'POST',
      headers: {
        authorization: `token ${ADMIN_TOKEN}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: `token=${token}`,
    });
    expect(introspected.json()).toEqual({ active: false });
  });

  it('is refused in every way that a token of others can be bad: 401, and never a redirect', async () => {
    const good = await job();
    const bad = [
      `${good.slice(0, -8)}AAAAAAAA`,
      await job({ exp: 1 }),
      await job({ aud: 'urn:pulumi:org:globex' }),
      await house.foreign.mint({ aud: 'urn:pulumi:org:globex', sub: 'x' }),
      await job({ iss: 'http://127.0.0.1:1/nobody' }),
      '.'.repeat(8192),
    ];
    for (const token of bad) {
      const reply = await at('jobs', token, {
        headers: { authorization: `Bearer ${token}`, 'sec-fetch-mode': 'navigate' },
      });
      expect([reply.status, reply.headers.location]).toEqual([401, undefined]);
      expect(reply.headers['www-authenticate']).toContain('error="invalid_token"');
    }
  });

  it('is asked about by a proxy like everybody else', async () => {
    const asked = await api('/auth/forward', {
      headers: {
        'x-forwarded-method': 'GET',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': `jobs.localhost:${house.server.port}`,
        'x-forwarded-uri': '/x',
        'x-forwarded-for': '192.0.2.7',
        authorization: `Bearer ${await job()}`,
      },
    });
    expect(asked.status).toBe(200);
    expect(asked.headers['authorization']).toBe('');
    expect(decodeJwt(String(asked.headers['x-pomerium-jwt-assertion']))).toMatchObject({ sub: 'org:acme' });
  });
});

describe('the end of what a token has opened', () => {
  const socket = async (token: string): Promise<WebSocket> => {
    const opened = new WebSocket(`ws://127.0.0.1:${house.server.port}/`, {
      headers: { host: `sockets.localhost:${house.server.port}`, authorization: `Bearer ${token}` },
    });
    await once(opened, 'open');
    return opened;
  };

  it('comes with its revocation: at once for requests, within five seconds for a WebSocket', async () => {
    const sub = 'repo:acme/revoked:ref:refs/heads/main';
    const token = await job({ sub });
    const opened = await socket(token);
    const over = once(opened, 'close');
    const [session] = await listed(sub);
    const revoked = await api(`/api/orgs/acme/tokens/${session?.id}`, { method: 'DELETE' });
    expect(revoked.status).toBe(204);
    expect((await at('jobs', token)).json()).toMatchObject({ code: 'credential.revoked' });
    await over;
  });

  it('comes with that of its subject, for tokens that nobody has shown yet too', async () => {
    const sub = 'repo:acme/mass:ref:refs/heads/main';
    const [shown, unshown] = [await job({ sub }), await job({ sub })];
    const opened = await socket(shown);
    const over = once(opened, 'close');
    const revoked = await api('/api/orgs/acme/tokens/revoke', {
      method: 'POST',
      headers: { authorization: `token ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ subject: sub }),
    });
    expect(revoked.status).toBe(200);
    for (const token of [shown, unshown])
      expect((await at('jobs', token)).json()).toMatchObject({ code: 'credential.revoked' });
    await over;
    // Whoever looks on sees it too, though storage has one row for all of them.
    expect(await listed(sub)).toEqual([]);
    const ended = (await listed(sub, 'all')).map(({ revoked }) => typeof revoked);
    expect(ended).toEqual(['number']);
    // At the token endpoint the subject token is another thing: there it may be exchanged anew.
    expect((await exchangeReply(house.server, { subjectToken: shown })).status).toBe(200);
  });
});

describe('a person who shows an id_token', () => {
  it('is the same person as by /api/v1/token', async () => {
    const token = await house.corp.mint({
      aud: 'countersign',
      sub: 'ada-at-corp',
      email: 'ada@acme.example',
      email_verified: true,
    });
    expect((await at('people', token)).status).toBe(200);
    const direct = decodeJwt(String(house.upstream.seen.at(-1)?.headers['x-pomerium-jwt-assertion']));
    const session = await api('/api/v1/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id_token: token }),
    });
    expect((await at('people', String(session.json()['Token']))).status).toBe(200);
    const exchanged = decodeJwt(String(house.upstream.seen.at(-1)?.headers['x-pomerium-jwt-assertion']));
    for (const claim of ['sub', 'user', 'email', 'groups', 'idp_sub'])
      expect(direct[claim]).toEqual(exchanged[claim]);
    expect((await at('jobs', token)).status).toBe(401);
  });
});
