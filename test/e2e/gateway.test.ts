import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken } from '../support/exchange.ts';
import { ask, type Ask, type Reply } from '../support/request.ts';
import { startHouse, type House } from './house.ts';

let house: House;
let team: string;
const main = {
  aud: 'urn:pulumi:org:acme',
  sub: 'repo:acme/shop:ref:refs/heads/main',
  repository: 'acme/shop',
};

beforeAll(async () => {
  house = await startHouse();
  team = await accessToken(house.server, {
    subjectToken: await house.ci.mint(main),
    type: 'team',
    scope: 'team:platform',
  });
});
afterAll(() => house.dispose());

const route = (name: string, options: Partial<Ask> = {}): Promise<Reply> =>
  ask(house.server.port, { path: '/', host: `${name}.localhost:${house.server.port}`, ...options });
const orders = (options: Partial<Ask> = {}) => route('orders', options);
const seen = () => house.upstream.seen.at(-1);

describe('a protected route', () => {
  it.each([
    ['Authorization: Bearer', () => ({ authorization: `Bearer ${team}` })],
    ['Authorization: token', () => ({ authorization: `token ${team}` })],
    ['Authorization: Pomerium', () => ({ authorization: `Pomerium ${team}` })],
    ['Authorization: Bearer Pomerium-', () => ({ authorization: `Bearer Pomerium-${team}` })],
    ['X-Pomerium-Authorization', () => ({ 'x-pomerium-authorization': team })],
    [
      'Basic with the token as password',
      () => ({ authorization: `Basic ${Buffer.from(`git:${team}`).toString('base64')}` }),
    ],
  ])('opens to a token in %s, and the upstream never sees it', async (_name, headers) => {
    const reply = await orders({ path: '/a/b?x=1&y=%2F', headers: headers() });
    expect(reply.status).toBe(200);
    expect(seen()?.url).toBe('/a/b?x=1&y=%2F');
    expect(JSON.stringify(seen())).not.toContain(team);
    expect(seen()?.headers.authorization).toBeUndefined();
  });

  it('challenges who brings nothing, without an error', async () => {
    const reply = await orders();
    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).toBe('Bearer realm="orders.localhost"');
    expect(reply.json()).toMatchObject({ status: 401, code: 'credential.missing' });
  });

  it.each([
    ['made up', `cst_${'a'.repeat(38)}`],
    ['somebody else’s', 'eyJhbGciOiJub25lIn0.e30.'],
  ])('answers 401 invalid_token to a token that is %s, never a redirect', async (_name, value) => {
    const reply = await orders({ headers: { authorization: `Bearer ${value}`, accept: 'text/html' } });
    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).toContain('error="invalid_token"');
  });

  it('answers 401 to a token of another organization, whatever its claims say', async () => {
    const foreign = await accessToken(house.server, {
      organization: 'globex',
      subjectToken: await house.foreign.mint({
        ...main,
        aud: 'urn:pulumi:org:globex',
        repository: 'acme/ops',
      }),
    });
    const reply = await orders({ headers: { authorization: `Bearer ${foreign}` } });
    expect([reply.status, reply.json()['code']]).toEqual([401, 'credential.invalid']);
  });

  it('answers 403 with a decision id to whom the policy refuses, and the administrator reads why', async () => {
    const organization = await accessToken(house.server, { subjectToken: await house.ci.mint(main) });
    const reply = await orders({ headers: { authorization: `Bearer ${organization}` } });
    expect([reply.status, reply.json()['code']]).toEqual([403, 'policy.refused']);
    const id = reply.json()['decision_id'] as string;
    const decision = await ask(house.server.port, {
      path: `/api/decisions/${id}`,
      headers: { authorization: `Bearer ${house.adminToken}` },
    });
    expect(decision.json()).toMatchObject({
      id,
      kind: 'gateway',
      effect: 'deny',
      code: 'policy.refused',
      route: 'orders',
    });
    expect(JSON.stringify(decision.json()['explanation'])).toContain('acme/platform');
  });

  it('decides on claims of the token that was exchanged', async () => {
    const ops = await accessToken(house.server, {
      subjectToken: await house.ci.mint({
        ...main,
        sub: 'repo:acme/ops:ref:refs/heads/main',
        repository: 'acme/ops',
      }),
    });
    expect((await orders({ headers: { authorization: `Bearer ${ops}` } })).status).toBe(200);
  });

  it('signs who came for the upstream, verifiable with the keys of the route host alone', async () => {
    await orders({ headers: { authorization: `Bearer ${team}` } });
    const assertion = String(seen()?.headers['x-pomerium-jwt-assertion']);
    const keys = createRemoteJWKSet(new URL('http://orders.localhost/.well-known/pomerium/jwks.json'), {
      [customFetch]: async () => {
        const reply = await orders({ path: '/.well-known/pomerium/jwks.json' });
        return new Response(reply.text, { status: reply.status });
      },
    });
    const { payload, protectedHeader } = await jwtVerify(assertion, keys, {
      issuer: 'orders.localhost',
      audience: 'orders.localhost',
      algorithms: ['ES256'],
    });
    expect(protectedHeader.typ).toBe('JWT');
    expect(payload).toMatchObject({
      sub: 'team:acme/platform',
      user: 'team:acme/platform',
      groups: [],
      org: 'acme',
      team: 'acme/platform',
    });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(300);
    expect(seen()?.headers['x-repository']).toBe('acme/shop');
  });

  it('believes no header about who or where the caller is', async () => {
    await orders({
      headers: {
        authorization: `Bearer ${team}`,
        'X-Pomerium-Jwt-Assertion': 'forged',
        x_pomerium_jwt_assertion: 'forged',
        'X-Pomerium-Claim-Email': 'forged',
        X_Repository: 'forged',
        'X-Forwarded-For': 'forged',
        'X-Real-IP': 'forged',
        Forwarded: 'for=forged',
        'x-request-id': 'forged',
      },
    });
    expect(JSON.stringify(seen()?.rawHeaders)).not.toContain('forged');
    expect(seen()?.headers['x-forwarded-for']).toBe('127.0.0.1');
    expect(seen()?.headers['x-forwarded-host']).toContain('orders.localhost');
    expect(seen()?.headers['x-forwarded-proto']).toBe('http');
  });

  it.each(['/a/%2e%2e/b', '/a//b', '/a/%2fb', '/a;b', '/a/%252e', '/a\\b', '/%ff', '/a/../b'])(
    'refuses the ambiguous path %s before anything else',
    async (path) => {
      const before = house.upstream.seen.length;
      const reply = await orders({ path, headers: { authorization: `Bearer ${team}` } });
      expect([reply.status, reply.json()['code']]).toEqual([400, 'path.ambiguous']);
      expect(house.upstream.seen).toHaveLength(before);
    },
  );

  it('never forwards what lies below /.pomerium/', async () => {
    for (const [path, status] of [
      ['/.pomerium/', 200],
      ['/%2epomerium/user', 200],
      ['/.pomerium/api/v1/login', 404],
      ['/.pomerium/x', 404],
      ['/%2epomerium/x', 404],
    ] as const) {
      const before = house.upstream.seen.length;
      expect((await orders({ path, headers: { authorization: `Bearer ${team}` } })).status).toBe(status);
      expect(house.upstream.seen).toHaveLength(before);
    }
  });

  it('is dead to a revoked token at once', async () => {
    const token = await accessToken(house.server, {
      subjectToken: await house.ci.mint(main),
      type: 'team',
      scope: 'team:platform',
    });
    const revoke = await ask(house.server.port, {
      method: 'POST',
      path: '/api/oauth/revoke',
      headers: { authorization: `token ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: `token=${token}`,
    });
    expect(revoke.status).toBe(200);
    const reply = await orders({ headers: { authorization: `Bearer ${token}` } });
    expect([reply.status, reply.json()['code']]).toEqual([401, 'credential.revoked']);
  });

  it('answers kubectl in its own language', async () => {
    const reply = await orders({ headers: { 'user-agent': 'kubectl/v1.31 kubernetes/abc' } });
    expect(reply.json()).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 401 });
  });
});

describe('a public route', () => {
  it('asks nobody, forwards what is not ours, and still refuses a dead token of ours', async () => {
    expect((await route('open', { headers: { authorization: 'Bearer upstream-secret' } })).status).toBe(200);
    expect(seen()?.headers.authorization).toBe('Bearer upstream-secret');
    const dead = await route('open', { headers: { authorization: `Bearer cst_${'a'.repeat(38)}` } });
    expect(dead.status).toBe(401);
  });
});

describe('hosts', () => {
  it('nobody’s host is 404 and says nothing more', async () => {
    const reply = await ask(house.server.port, { path: '/', host: 'evil.example' });
    expect([reply.status, reply.json()]).toEqual([404, { error: 'unknown host' }]);
  });

  it('probes are answered for any host', async () => {
    for (const path of ['/healthz', '/readyz']) {
      expect((await ask(house.server.port, { path, host: '10.0.0.1' })).status).toBe(200);
    }
  });

  it('every route host answers ping and healthz, and nothing but a read', async () => {
    for (const path of ['/ping', '/healthz']) expect((await orders({ path })).text).toBe('OK\n');
    expect((await orders({ path: '/ping', method: 'POST' })).status).toBe(405);
  });

  it('the API is not served on a route host, nor a route on the service host', async () => {
    expect((await orders({ path: '/api/user', headers: { authorization: `token ${team}` } })).status).toBe(
      200,
    );
    expect(seen()?.url).toBe('/api/user');
    expect((await ask(house.server.port, { path: '/list' })).status).toBe(404);
  });
});
