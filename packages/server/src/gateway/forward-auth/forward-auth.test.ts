import type { IncomingMessage } from 'node:http';
import type { HeaderLine } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../http/message.ts';
import { ALICE, ANYBODY, fixture, route, value } from '../testing/fixture.ts';
import { createForwardAuth } from './index.ts';

const PROXY = '10.0.0.1';
const fx = fixture([
  route({ claimHeaders: [{ header: 'x-repo', claim: 'repository' }] }, ANYBODY),
  route({ id: 'rte_quiet', name: 'quiet', host: 'quiet.example', passIdentityHeaders: false }, ANYBODY),
  route({ id: 'rte_open', name: 'open', host: 'open.example', passIdentityHeaders: false }, { public: true }),
  route({ id: 'rte_no_ws', name: 'no-ws', host: 'no-ws.example', allowWebsockets: false }, ANYBODY),
  route({ id: 'rte_set', name: 'set', host: 'set.example', headerOperations: {} }, ANYBODY),
  route({ id: 'rte_never', name: 'never', host: 'never.example' }),
]);
const { settings } = fx.deps.snapshot();
Object.assign(settings, { trustedProxies: (address: string) => address.startsWith('10.') });
const BEGUN = { location: 'https://cs.example/.pomerium/sign_in', cookie: 'n=1' };
const forwardAuth = createForwardAuth({ ...fx.deps, beginSignIn: () => BEGUN });

interface Sent {
  readonly method?: string;
  readonly url: string;
  readonly lines: readonly HeaderLine[];
  readonly peer?: string;
  readonly on?: 'service' | 'route';
}

async function send({ method = 'GET', url, lines, peer = PROXY, on = 'service' }: Sent): Promise<Answer> {
  const rawHeaders = lines.flat();
  const incoming = { method, url, rawHeaders, socket: { remoteAddress: peer } } as unknown as IncomingMessage;
  const answer = forwardAuth.answer(incoming, on);
  return (await answer) ?? { status: 0, headers: {}, body: 'no question' };
}

const token: HeaderLine = ['Authorization', `Bearer ${ALICE}`];

/** One question, as each kind of proxy asks it. */
const ASK = {
  nginx: (host: string, target: string, lines: readonly HeaderLine[] = [], method = 'GET'): Sent => ({
    url: '/auth/nginx',
    lines: [
      ['Host', 'cs.example'],
      ['X-Original-Method', method],
      ['X-Original-URL', `https://${host}${target}`],
      ['X-Forwarded-For', '192.0.2.7'],
      ...lines,
    ],
  }),
  forward: (host: string, target: string, lines: readonly HeaderLine[] = [], method = 'GET'): Sent => ({
    url: '/auth/forward',
    lines: [
      ['Host', 'cs.example'],
      ['X-Forwarded-Method', method],
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Host', host],
      ['X-Forwarded-Uri', target],
      ['X-Forwarded-For', '192.0.2.7'],
      ...lines,
    ],
  }),
  envoy: (host: string, target: string, lines: readonly HeaderLine[] = [], method = 'GET'): Sent => ({
    method,
    url: `/auth/envoy${target}`,
    on: 'route',
    lines: [['Host', host], ['X-Countersign-Client', '192.0.2.7'], ['X-Forwarded-For', '10.0.0.2'], ...lines],
  }),
} as const;

type Asked = readonly [host: string, target: string, lines?: readonly HeaderLine[], method?: string];

describe.each(Object.entries(ASK))('what %s asks', (name, question) => {
  const ask = (...args: Asked) => send(question(...args));

  it('is answered with the headers that the upstream may believe', async () => {
    const { status, headers, body } = await ask('app.example', '/a?b=c', [token]);
    expect([status, body]).toEqual([200, '']);
    expect(headers).toMatchObject({
      'x-repo': 'acme/app',
      'x-countersign-route': 'app',
      'cache-control': 'no-store',
    });
    expect(headers['x-pomerium-jwt-assertion']?.split('.')).toHaveLength(3);
    expect(headers['x-request-id']).toBe(fx.passed.at(-1)?.id);
    expect(fx.passed.at(-1)).toMatchObject({ route: 'app', remoteAddress: '192.0.2.7', effect: 'allow' });
  });

  it('has no identity where the route passes none, and overwrites what a client sent all the same', async () => {
    for (const host of ['quiet.example', 'open.example']) {
      const { status, headers } = await ask(host, '/', [token]);
      expect(status).toBe(200);
      const nobody = { 'x-pomerium-jwt-assertion': '', 'x-repo': '', authorization: '', cookie: '' };
      expect(headers).toMatchObject(nobody);
    }
  });

  it('is challenged without a token, and with a dead one', async () => {
    const missing = await ask('app.example', '/');
    expect([missing.status, missing.headers['www-authenticate']]).toEqual([
      401,
      'Bearer realm="app.example"',
    ]);
    const dead = await ask('app.example', '/', [['Authorization', `Bearer ${value('z')}`]]);
    expect(dead.status).toBe(401);
    expect(dead.headers['www-authenticate']).toContain('error="invalid_token"');
    expect(dead.headers['x-request-id']).toMatch(/^dec_/);
  });

  it('is never a redirect unless the proxy asks for one, for a browser neither', async () => {
    const { status, headers, cookies } = await ask('app.example', '/', [
      ['Accept', 'text/html'],
      ['Sec-Fetch-Mode', 'navigate'],
    ]);
    expect([status, headers['location'], cookies]).toEqual([401, undefined, undefined]);
    expect(headers['www-authenticate']).toBe('Bearer realm="app.example"');
  });

  it('is 403 with the id of a stored decision when the policy refuses', async () => {
    const { status, headers, body } = await ask('never.example', '/', [token]);
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({ code: 'policy.refused', decision_id: fx.refused.at(-1)?.id });
    expect(headers['x-request-id']).toBe(fx.refused.at(-1)?.id);
  });

  it('is not let through where the gateway would do more than that', async () => {
    const { status, headers, body } = await ask('set.example', '/', [token]);
    expect([status, headers['x-pomerium-jwt-assertion']]).toEqual([403, undefined]);
    expect(JSON.parse(body).error).toContain('only the gateway');
  });

  it('sees the method that the client used', async () => {
    expect((await ask('app.example', '/', [token], 'DELETE')).status).toBe(200);
  });

  it('gives back a foreign Authorization and never one of ours', async () => {
    const foreign = await ask('open.example', '/', [['Authorization', 'Basic Zm9yZWlnbg==']]);
    expect([foreign.status, foreign.headers['authorization']]).toEqual([200, 'Basic Zm9yZWlnbg==']);
    const ours = await ask('open.example', '/', [token]);
    expect([ours.status, JSON.stringify(ours.headers).includes(ALICE)]).toEqual([200, false]);
    const other = await ask('app.example', '/', [
      ['X-Pomerium-Authorization', ALICE],
      ['Authorization', 'Basic Zm9yZWlnbg=='],
    ]);
    expect([other.status, other.headers['authorization']]).toEqual([200, 'Basic Zm9yZWlnbg==']);
  });

  it('gives back the cookies of others and never one of ours', async () => {
    const { headers } = await ask('app.example', '/', [
      token,
      ['Cookie', `a=1; __Host-_countersign=css_x; theme=dark; b="x, y"`],
      ['cookie', '_countersign=y; __Host-_countersign_n_0123abcd=z'],
      ['Cookie', 'c=3'],
    ]);
    expect(headers['cookie']).toBe('a=1; theme=dark; b="x, y"; c=3');
  });

  it('is refused when it could become a WebSocket that the route does not allow', async () => {
    for (const handshake of [
      ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
      ['sec-websocket-version', '13'],
    ] as const) {
      expect((await ask('no-ws.example', '/', [token, handshake])).status).toBe(403);
      expect((await ask('app.example', '/', [token, handshake])).status).toBe(200);
    }
  });

  it.each(['/%61dmin', '/a%7eb', '/a?pomerium_session=x'])(
    'is refused when the upstream would get another target than was decided on: %s',
    async (target) => {
      const { status, body } = await ask('app.example', target, [token]);
      expect([status, JSON.parse(body).code]).toEqual([name === 'nginx' ? 403 : 400, 'path.ambiguous']);
      expect(fx.unverified.at(-1)).toMatchObject({ code: 'path.ambiguous', route: 'app' });
    },
  );

  it.each(['/a/%2e%2e/b', '/a//b', '/a/%2fb', '/a;b', '/a/%252e', '/a/../b', '/%ff'])(
    'is refused when the path has two readings: %s',
    async (target) => {
      const { status, body } = await ask('app.example', target, [token]);
      expect([status, JSON.parse(body).code]).toEqual([name === 'nginx' ? 403 : 400, 'path.ambiguous']);
    },
  );

  it.each(['/caf%c3%a9', '/caf%C3%A9', '/a?b=%7e&c=%c3?d'])(
    'may be written like this: %s',
    async (target) => {
      expect((await ask('app.example', target, [token])).status).toBe(200);
    },
  );

  it.each(['/.pomerium/', '/.pomerium'])('is no route below %s', async (target) => {
    expect((await ask('app.example', target, [token])).status).toBe(name === 'nginx' ? 403 : 404);
  });

  it.each([
    'X-Pomerium-Jwt-Assertion',
    'x_pomerium_jwt_assertion',
    'X-Pomerium.Claim-Email',
    'X-Countersign-User',
    'X_Repo',
    'X-Repo',
    'x_pomerium_authorization',
    'X-Countersign-Route',
    ...(name === 'envoy' ? [] : ['X-Countersign-Client']),
  ])('is refused when a client says who is asking, in %s', async (header) => {
    const { status, body } = await ask('app.example', '/', [token, [header, 'forged']]);
    expect([status, body.includes('forged')]).toEqual([403, false]);
  });

  it.each(['TRACE', 'CONNECT!', 'get', 'A'.repeat(33)])(
    'is not answered for the method %s',
    async (method) => {
      expect((await ask('app.example', '/', [token], method)).status).toBe(403);
    },
  );

  it.each(['app.example.', 'user@app.example', 'app.example:', '127.1', ''])(
    'is not answered for the host "%s"',
    async (host) => expect((await ask(host, '/', [token])).status).toBe(403),
  );

  it('is 403, and says why, when nobody has said that this proxy is trusted', async () => {
    const before = fx.passed.length;
    const { status, body } = await send({
      ...question('app.example', '/', [token]),
      peer: '192.0.2.1',
      on: 'service',
    });
    expect([status, JSON.parse(body)]).toEqual([403, { error: 'this address is not among trusted_proxies' }]);
    expect(fx.passed).toHaveLength(before);
  });
});

describe('what describes a request', () => {
  it.each([
    ['nginx', '/auth/nginx', 'X-Original-Method', 'GET'],
    ['nginx', '/auth/nginx', 'X-Original-URL', 'https://app.example/'],
    ['forward', '/auth/forward', 'X-Forwarded-Method', 'GET'],
    ['forward', '/auth/forward', 'X-Forwarded-Host', 'app.example'],
    ['forward', '/auth/forward', 'X-Forwarded-Uri', '/'],
  ] as const)('comes once, or not at all: %s %s %s', async (name, _url, header, said) => {
    const question = ASK[name]('app.example', '/', [token]);
    const twice = { ...question, lines: [...question.lines, [header, said] as const] };
    const without = { ...question, lines: question.lines.filter(([each]) => each !== header) };
    for (const sent of [twice, without]) {
      const { status, body } = await send(sent);
      expect([status, JSON.parse(body).error]).toEqual([403, expect.stringContaining(header)]);
    }
  });

  it.each(['app.example/', '//app.example/', 'ftp://app.example/', 'https://app.example', 'https://a\\b/'])(
    'is an absolute URL for nginx, not "%s"',
    async (url) => {
      const question = ASK.nginx('app.example', '/', [token]);
      const lines = question.lines.map(
        ([name, said]) => [name, name === 'X-Original-URL' ? url : said] as const,
      );
      expect((await send({ ...question, lines })).status).toBe(403);
    },
  );
});

describe('a check of Envoy', () => {
  it('is no check when it was sent for somebody else: then it is the request of a client', async () => {
    for (const list of ['192.0.2.7', '192.0.2.7, 10.0.0.2', 'nonsense']) {
      const { lines, ...rest } = ASK.envoy('app.example', '/', [token]);
      const forwarded = lines.map(
        ([name, said]) => [name, name === 'X-Forwarded-For' ? list : said] as const,
      );
      expect(await send({ ...rest, lines: forwarded })).toMatchObject({ body: 'no question' });
    }
  });

  it('is no check when it comes from a stranger', async () => {
    const sent = { ...ASK.envoy('app.example', '/', [token]), peer: '192.0.2.7' };
    expect(await send(sent)).toMatchObject({ body: 'no question' });
  });

  it.each([[[]], [[['X-Countersign-Client', 'me']]]] as const)(
    'names the address of the client: %j',
    async (lines) => {
      const sent = {
        ...ASK.envoy('app.example', '/'),
        lines: [['Host', 'app.example'] as const, token, ...lines],
      };
      expect((await send(sent)).status).toBe(403);
    },
  );
});

describe('the host of a route', () => {
  it.each(['/auth/nginx', '/auth/forward'])('has no %s: that path is its upstream’s', async (url) => {
    expect(await send({ ...ASK.nginx('app.example', '/', [token]), url, on: 'route' })).toMatchObject({
      body: 'no question',
    });
  });
});
