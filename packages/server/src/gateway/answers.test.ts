import { afterEach, describe, expect, it } from 'vitest';
import { ALICE, ANYBODY, token, value } from './testing/fixture.ts';
import { bytesOf, startRig, type Rig, type RigOptions } from './testing/rig.ts';

/** What a caller is answered: every row of the contract's table over a running gateway. */

let rig: Rig;
afterEach(() => rig.close());

const DEAD = value('d');
const STRANGER = value('s');
const JWT = `${'e'.repeat(20)}.${'f'.repeat(20)}.${'g'.repeat(20)}`;

const states: RigOptions = { route: { prefix: '/api', issuers: ['acme/ci'] }, access: ANYBODY };
const REFUSES: RigOptions = {
  ...states,
  access: { policy: { allow: { and: [{ email: 'somebody@acme.example' }] } } },
};

async function started(
  options: RigOptions,
  state: 'expired' | 'revoked' | 'invalid' = 'invalid',
): Promise<void> {
  rig = await startRig(options);
  const stranger = token({
    principal: {
      kind: 'organization',
      organization: 'globex',
      admin: false,
      vouchedBy: { kind: 'organization', organization: 'globex' },
    },
  });
  rig.presented.set(STRANGER, { state: 'live', token: stranger });
  rig.presented.set(DEAD, { state });
}

interface Answer {
  readonly status: number;
  readonly challenge: string | undefined;
  readonly type: string | undefined;
  readonly location: string | undefined;
  readonly body: string;
}

async function answer(line: string, lines: readonly string[]): Promise<Answer> {
  const text = await rig.send(bytesOf(line, lines));
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const field = (name: string): string | undefined =>
    new RegExp(`\r\n${name}: ([^\r]*)`, 'i').exec(head)?.[1];
  return {
    status: Number(head.split(' ')[1]),
    challenge: field('www-authenticate'),
    type: field('content-type'),
    location: field('location'),
    body: rest.join('\r\n\r\n'),
  };
}

const NOTHING = 'Bearer realm="app.example"';
const BAD = 'Bearer realm="app.example", error="invalid_token"';
const bearer = (shown: string): string => `Authorization: Bearer ${shown}`;
const NAVIGATES = 'Sec-Fetch-Mode: navigate';

type Row = readonly [
  name: string,
  options: RigOptions,
  lines: readonly string[],
  status: number,
  challenge: string | undefined,
  code: string,
];

/** Of DEAD: what the token is. */
const ROWS: readonly Row[] = [
  ['nothing presented', states, [], 401, NOTHING, 'credential.missing'],
  ['an empty value of ours', states, ['Authorization: Pomerium '], 401, NOTHING, 'credential.missing'],
  ['a token in the query', states, [], 401, NOTHING, 'credential.missing'],
  ['an unknown token', states, [bearer(value('x'))], 401, BAD, 'credential.invalid'],
  ['a malformed token', states, [bearer('cso_short')], 401, BAD, 'credential.invalid'],
  ['a token of another organization', states, [bearer(STRANGER)], 401, BAD, 'credential.invalid'],
  ['a JWT that nobody vouches for', states, [bearer(JWT)], 401, BAD, 'credential.invalid'],
  ['a foreign credential alone', states, ['Authorization: Basic dTpw'], 401, BAD, 'credential.invalid'],
  ['two tokens in one header', states, [bearer(`${ALICE}, Bearer ${ALICE}`)], 401, BAD, 'credential.invalid'],
  ['one header twice', states, [bearer(ALICE), bearer(ALICE)], 401, BAD, 'credential.invalid'],
  [
    'a bad token before a good one',
    states,
    ['X-Pomerium-Authorization: x', bearer(ALICE)],
    401,
    BAD,
    'credential.invalid',
  ],
  ['8 KiB of dots', states, [bearer('.'.repeat(8192))], 401, BAD, 'credential.invalid'],
  ['a refusing policy', REFUSES, [bearer(ALICE)], 403, undefined, 'policy.refused'],
];

/** How requests come that are all to be told the same. */
const SHAPES: readonly (readonly [string, string, readonly string[]])[] = [
  ['GET', 'GET', []],
  ['HEAD', 'HEAD', []],
  ['OPTIONS', 'OPTIONS', ['Origin: https://x.example', 'Access-Control-Request-Method: PUT']],
  [
    'a WebSocket',
    'GET',
    ['Upgrade: websocket', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13'],
  ],
  ['gRPC', 'POST', ['Content-Type: application/grpc', 'TE: trailers', 'Content-Length: 0']],
  ['a script', 'GET', ['X-Requested-With: XMLHttpRequest', 'Accept: */*']],
];

describe('what a caller is answered', () => {
  it.each(ROWS)('who comes with %s: %#', async (name, options, lines, status, challenge, code) => {
    await started(options);
    const query = name.includes('query') ? `?pomerium_session=${ALICE}` : '';
    for (const [shape, method, more] of SHAPES) {
      const told = await answer(`${method} /api/${query}`, [...lines, ...more]);
      expect([shape, told.status, told.challenge]).toEqual([shape, status, challenge]);
      expect(told.type).toBe('application/problem+json');
      if (method === 'HEAD') expect(told.body).toBe('');
      else expect(JSON.parse(told.body)).toMatchObject({ code, status });
    }
    expect(rig.seen).toEqual([]);
  });

  it.each(ROWS)(
    'is never sent elsewhere, and a person gets a page: %s',
    async (name, options, lines, status, challenge, code) => {
      await started(options);
      const query = name.includes('query') ? `?pomerium_session=${ALICE}` : '';
      for (const browser of [NAVIGATES, 'Accept: text/html,application/json;q=0.9']) {
        const told = await answer(`GET /api/${query}`, [...lines, browser]);
        expect([told.status, told.challenge, told.location]).toEqual([status, challenge, undefined]);
        expect(told.type).toBe('text/html; charset=utf-8');
        expect(told.body).toContain(code);
      }
    },
  );

  it.each(ROWS)('is a Status for kubectl: %s', async (name, options, lines, status) => {
    await started(options);
    const query = name.includes('query') ? `?pomerium_session=${ALICE}` : '';
    const agent = 'User-Agent: kubectl/v1.33.1 (linux/amd64) kubernetes/abcdef';
    const told = await answer(`GET /api/${query}`, [...lines, agent]);
    expect(told.status).toBe(status);
    expect(JSON.parse(told.body)).toMatchObject({ kind: 'Status', status: 'Failure', code: status });
  });

  it.each([
    ['expired', 'credential.expired'],
    ['revoked', 'credential.revoked'],
    ['invalid', 'credential.invalid'],
  ] as const)('is 401 with invalid_token for a token that is %s', async (state, code) => {
    await started(states, state);
    for (const more of [[], [NAVIGATES]]) {
      const told = await answer('GET /api/', [bearer(DEAD), ...more]);
      expect([told.status, told.challenge, told.location]).toEqual([401, BAD, undefined]);
      expect(told.body).toContain(code);
    }
  });

  it('names the decision in every refusal, as JSON and as a page', async () => {
    await started(REFUSES);
    const told = await answer('GET /api/', [bearer(ALICE)]);
    expect(JSON.parse(told.body)).toMatchObject({ decision_id: expect.stringMatching(/^dec_/) });
    expect((await answer('GET /api/', [bearer(ALICE), NAVIGATES])).body).toMatch(
      /<dt>Decision<\/dt>\s*<dd><bdi><code>dec_/,
    );
  });

  it('is 404 where no route takes the path, whoever asks', async () => {
    await started(states);
    for (const lines of [[], [bearer(ALICE)], [NAVIGATES]]) {
      const told = await answer('GET /other', lines);
      expect([told.status, told.challenge]).toEqual([404, undefined]);
      expect(told.body).toContain('route.unknown');
    }
  });

  it('is 502 with a request id where the service is down', async () => {
    await started(states);
    rig.upstream.close();
    rig.upstream.closeAllConnections();
    const told = await answer('GET /api/', [bearer(ALICE)]);
    expect(told.status).toBe(502);
    expect(JSON.parse(told.body)).toMatchObject({ request_id: expect.stringMatching(/^dec_/) });
  });

  it('is whatever the service says, when it says no itself', async () => {
    await started({
      ...states,
      upstream: (_request, response) =>
        response.writeHead(401, { 'www-authenticate': 'Digest realm="theirs"' }).end('theirs'),
    });
    const told = await answer('GET /api/', [bearer(ALICE)]);
    expect(told).toMatchObject({
      status: 401,
      challenge: 'Digest realm="theirs"',
      body: expect.stringContaining('theirs'),
    });
  });

  it('is how many seconds to wait, after too many failures', async () => {
    rig = await startRig(states);
    const { foreign } = rig.deps as { foreign: { present: unknown } };
    foreign.present = () => ({ state: 'refused', code: 'limit.rate', retryAfter: 7 });
    const text = await rig.send(bytesOf('GET /api/', [bearer(JWT)]));
    expect(text).toMatch(/^HTTP\/1\.1 429 /);
    expect(text).toMatch(/\r\nretry-after: 7\r\n/i);
  });
});

describe('what the service sees of carriers', () => {
  it.each([
    ['X-Pomerium-Authorization', (t: string) => t],
    ['Authorization', (t: string) => `Pomerium ${t}`],
    ['Authorization', (t: string) => `bearer ${t}`],
    ['Authorization', (t: string) => `Bearer Pomerium-${t}`],
    ['Authorization', (t: string) => `token ${t}`],
    ['Authorization', (t: string) => `Basic ${Buffer.from(`x:${t}`).toString('base64')}`],
  ] as const)('is nothing of one that held a token, ours or of others: %s', async (name, write) => {
    await started(states);
    rig.presented.set(JWT, { state: 'live', token: token() });
    for (const shown of [ALICE, JWT]) {
      expect((await answer('GET /api/', [`${name}: ${write(shown)}`])).status).toBe(200);
      expect(JSON.stringify(rig.seen.at(-1)?.rawHeaders)).not.toContain(shown);
      expect(rig.seen.at(-1)?.headers).not.toHaveProperty(name.toLowerCase());
    }
  });

  it('is a foreign Authorization, byte for byte, when another carrier has said who asks', async () => {
    await started(states);
    await answer('GET /api/', [
      'Authorization: Digest  username="x",  uri="/"',
      `X-Pomerium-Authorization: ${ALICE}`,
    ]);
    expect(rig.seen[0]?.rawHeaders.join('\n')).toContain('Authorization\nDigest  username="x",  uri="/"');
    expect(rig.seen[0]?.headers).not.toHaveProperty('x-pomerium-authorization');
  });

  it('is neither of two tokens, whichever of them counted', async () => {
    await started(states);
    rig.presented.set(JWT, { state: 'live', token: token() });
    await answer('GET /api/', [bearer(JWT), `X-Pomerium-Authorization: ${ALICE}`]);
    expect(JSON.stringify(rig.seen[0])).not.toMatch(new RegExp(`${JWT}|${ALICE}`));
  });

  it('is a JWT where the route takes none, for it is the business of the service', async () => {
    await started({ route: {}, access: { public: true } });
    expect((await answer('GET /', [bearer(JWT)])).status).toBe(200);
    expect(rig.seen[0]?.headers['authorization']).toBe(`Bearer ${JWT}`);
  });

  it.each([
    '?pomerium_session=T&a=1',
    '?a=1&pomerium_session=T',
    '?pomerium_session=T&a=1&pomerium_session=T',
    '?%70omerium_session=T&a=1',
    '?pomerium%5Fsession=T&a=1&POMERIUM_SESSION=T',
    '?pomerium%5fsession&a=1',
  ])('is no session of the query, however it is written: %s', async (query) => {
    await started(states);
    await answer(`GET /api/${query}`, [bearer(ALICE)]);
    expect(rig.seen[0]?.url).toBe('/api/?a=1');
  });
});
