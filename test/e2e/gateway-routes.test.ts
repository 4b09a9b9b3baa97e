import { execFile } from 'node:child_process';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken } from '../support/exchange.ts';
import { ask, type Ask, type Reply } from '../support/request.ts';
import { startHouse, type House } from './house.ts';

/** Every key of a route that changes what becomes of a request, in a real process before a real upstream. */

let house: House;
let team: string;

/** More entries of `routes`; `to` is the upstream of the house. */
const routes = (to: string) => `
  - name: wild
    description: whatever is deployed
    from: http://*.apps.localhost:\${PORT}
    to: ${to}
    organizations: [acme]
    pass_identity_headers: true
    assertion: per_request
    policy: { allow: { and: [{ team: acme/platform }] } }
  - name: rewritten
    from: http://rewritten.localhost:\${PORT}
    to: ${to}
    organizations: [acme]
    prefix: /in
    prefix_rewrite: /out
    host_rewrite: inner.example
    path_exceptions: [encoded_slash]
    set_request_headers: { Authorization: Basic dXA=, X-Tier: gold }
    remove_request_headers: [X-Debug]
    set_response_headers: { Strict-Transport-Security: max-age=60 }
    allow_any_authenticated_user: true
  - name: old
    from: http://old.localhost:\${PORT}
    redirect: { host_redirect: new.localhost, port_redirect: 8443, response_code: 308, strip_query: true }
    organizations: [acme]
    allow_any_authenticated_user: true
  - name: robots
    from: http://old.localhost:\${PORT}
    path: /robots.txt
    response: { status: 200, body: "User-agent: *" }
    organizations: [acme]
    allow_public_unauthenticated_access: true
  - name: browsers
    from: http://browsers.localhost:\${PORT}
    to: ${to}
    organizations: [acme]
    cors_allow_preflight: true
    policy:
      allow:
        or:
          - team: acme/platform
          - and: [{ accept: true }, { http_path: { starts_with: /public/ } }]
      deny:
        or:
          - http_path: /public/secret
  - name: asking
    from: http://asking.localhost:\${PORT}
    to: ${to}
    organizations: [acme]
    policy:
      allow:
        and:
          - issuer: acme/ci
          - token_type: team
          - source_ip: 127.0.0.0/8
          - date: { after: 2020-01-01 }
          - day_of_week: '*'
          - time_of_day: { after: '0:00' }
          - condition: request.token.issuer == 'acme/ci' && !request.cors_preflight
  - name: git
    from: http://git.localhost:\${PORT}
    to: ${to}
    organizations: [acme]
    basic_challenge: true
    idle_timeout: 1m
    allow_any_authenticated_user: true
`;

beforeAll(async () => {
  house = await startHouse((to) => routes(to));
  team = await accessToken(house.server, {
    subjectToken: await house.ci.mint({
      aud: 'urn:pulumi:org:acme',
      sub: 'repo:acme/shop:ref:refs/heads/main',
      repository: 'acme/shop',
    }),
    type: 'team',
    scope: 'team:platform',
  });
});
afterAll(() => house.dispose());

const nobody = (name: string, options: Partial<Ask> = {}): Promise<Reply> =>
  ask(house.server.port, { path: '/', host: `${name}.localhost:${house.server.port}`, ...options });
const asTeam = (name: string, { headers, ...options }: Partial<Ask> = {}): Promise<Reply> =>
  nobody(name, { ...options, headers: { 'x-pomerium-authorization': team, ...headers } });
const seen = () => house.upstream.seen.at(-1);
const codeOf = (reply: Reply) => reply.json()['code'];

describe('a wildcard route', () => {
  it('takes hosts of one more label, each with assertions of its own', async () => {
    const claims = [];
    for (const name of ['a.apps', 'b.apps', 'b.apps']) {
      expect((await asTeam(name)).status).toBe(200);
      claims.push(decodeJwt(String(seen()?.headers['x-pomerium-jwt-assertion'])));
    }
    expect(claims.map(({ iss, aud }) => [iss, aud])).toEqual(
      ['a', 'b', 'b'].map((label) => [`${label}.apps.localhost`, `${label}.apps.localhost`]),
    );
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(3);
  });

  it('names the host that was asked for, and takes no other', async () => {
    expect((await nobody('a.apps')).headers['www-authenticate']).toBe('Bearer realm="a.apps.localhost"');
    expect((await asTeam('apps')).json()).toEqual({ error: 'unknown host' });
    expect((await asTeam('a.b.apps')).json()).toEqual({ error: 'unknown host' });
    expect((await nobody('a.apps', { path: '/.well-known/pomerium/jwks.json' })).status).toBe(200);
  });
});

describe('a route that changes the request', () => {
  it('changes path, host and headers, and nothing else', async () => {
    const reply = await asTeam('rewritten', {
      path: '/in/a%2Fb?q=/in',
      headers: { x_tier: 'forged', 'x-debug': '1', 'x-own': 'kept' },
    });
    expect([reply.status, reply.headers['strict-transport-security']]).toEqual([200, 'max-age=60']);
    expect(seen()).toMatchObject({
      url: '/out/a%2Fb?q=/in',
      headers: { host: 'inner.example', authorization: 'Basic dXA=', 'x-tier': 'gold', 'x-own': 'kept' },
    });
    expect(seen()?.headers['x-forwarded-host']).toContain('rewritten.localhost');
    expect(JSON.stringify(seen()?.rawHeaders)).not.toMatch(/forged|debug/i);
  });

  it('opens what it names and no more, and nothing outside of it', async () => {
    const before = house.upstream.seen.length;
    for (const path of ['/in/a%5cb', '/in//b', '/in/a;b', '/in/..%2fb', '/in/%2e%2e/b'])
      expect(codeOf(await asTeam('rewritten', { path }))).toBe('path.ambiguous');
    // One reading of it lies outside of the prefix.
    expect((await asTeam('rewritten', { path: '/in%2Fa' })).status).toBe(400);
    expect((await asTeam('rewritten', { path: '/out/a' })).status).toBe(404);
    expect(house.upstream.seen).toHaveLength(before);
  });
});

describe('a route that answers itself', () => {
  it('leads elsewhere whoever may pass', async () => {
    const reply = await asTeam('old', { path: '/a/b?c' });
    expect([reply.status, reply.headers.location, reply.text]).toEqual([
      308,
      'http://new.localhost:8443/a/b',
      '',
    ]);
    expect(reply.headers['cache-control']).toBe('no-store');
    expect((await nobody('old', { path: '/a' })).status).toBe(401);
  });

  it('says what the file says', async () => {
    const reply = await nobody('old', { path: '/robots.txt' });
    expect([reply.status, reply.text]).toEqual([200, 'User-agent: *']);
    expect(reply.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '13',
    });
    expect((await nobody('old', { path: '/robots.txt', method: 'HEAD' })).headers['content-length']).toBe(
      '13',
    );
  });
});

describe('who brings no credential', () => {
  const preflight = { origin: 'http://a.example', 'access-control-request-method': 'PUT' };

  it('passes with a preflight, and with nothing that only looks like one', async () => {
    expect((await nobody('browsers', { method: 'OPTIONS', headers: preflight })).status).toBe(200);
    expect(seen()).toMatchObject({ method: 'OPTIONS', headers: { origin: 'http://a.example' } });
    const { origin: _, ...partial } = preflight;
    for (const [method, headers] of [
      ['PUT', preflight],
      ['OPTIONS', partial],
      ['OPTIONS', {}],
    ] as const)
      expect(codeOf(await nobody('browsers', { method, headers }))).toBe('credential.missing');
    expect((await nobody('orders', { method: 'OPTIONS', headers: preflight })).status).toBe(401);
  });

  it('passes where the policy speaks of nobody, unless a deny holds', async () => {
    expect((await nobody('browsers', { path: '/public/a' })).status).toBe(200);
    expect((await nobody('browsers', { path: '/private' })).status).toBe(401);
    expect((await nobody('browsers', { path: '/public/secret' })).status).toBe(403);
    expect((await asTeam('browsers', { path: '/public/secret' })).status).toBe(403);
    expect((await asTeam('browsers', { path: '/private' })).status).toBe(200);
  });
});

describe('what policies ask of a request', () => {
  it('is answered: issuer, type of token, address, time and conditions about them', async () => {
    expect((await asTeam('asking')).status).toBe(200);
    const session = await accessToken(house.server, {
      subjectToken: await house.ci.mint({ aud: 'urn:pulumi:org:acme', sub: 'repo:acme/ops:x' }),
    });
    const refused = await nobody('asking', { headers: { authorization: `Bearer ${session}` } });
    expect(refused.status).toBe(403);
    const decision = await ask(house.server.port, {
      path: `/api/decisions/${String(refused.json()['decision_id'])}`,
      headers: { authorization: `Bearer ${house.adminToken}` },
    });
    expect(JSON.stringify(decision.json()['explanation'])).toContain('request.token.type equals');
  });
});

describe('a Basic challenge', () => {
  it('is what git needs to send its password', async () => {
    const { port } = house.server;
    const before = house.upstream.seen.length;
    await git(port, `http://x:${team}@git.localhost:${port}/shop.git`);
    const [asked] = house.upstream.seen.slice(before);
    expect(asked).toMatchObject({ url: '/shop.git/info/refs?service=git-upload-pack' });
    expect(JSON.stringify(asked)).not.toContain(team);
    const reply = await nobody('git');
    expect(reply.headers['www-authenticate']).toBe(
      'Basic realm="git.localhost", Bearer realm="git.localhost"',
    );
  });
});

/** Resolves however it ends: what the upstream of the house says is no repository. */
function git(port: number, url: string): Promise<void> {
  const options = ['-c', `http.curloptResolve=git.localhost:${port}:127.0.0.1`, '-c', 'http.proxy='];
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null' };
  return new Promise((resolve) => {
    execFile('git', [...options, 'ls-remote', url], { env, timeout: 20_000 }, () => resolve());
  });
}
