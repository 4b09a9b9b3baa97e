import { canonicalTarget } from '@countersign/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHouse, type House } from '../e2e/house.ts';
import { accessToken } from '../support/exchange.ts';
import type { Seen } from '../support/upstream.ts';
import { answersIn, exchangeBytes, head } from './raw-socket.ts';

/**
 * Threats 8 and 9 together, on whole requests: what reaches the service is what was decided on, as the route rewrites it,
 * with the body that came and in the headers nothing but what may cross. The service records, and is asked.
 */

let house: House;
let token: string;

beforeAll(async () => {
  house = await startHouse(
    (to) => `
  - name: rewritten
    from: http://rewritten.localhost:\${PORT}
    to: ${to}
    organizations: [acme]
    prefix: /in
    prefix_rewrite: /out
    pass_identity_headers: true
    jwt_claims_headers: { x-repository: repository }
    allow_any_authenticated_user: true
`,
  );
  token = await accessToken(house.server, {
    subjectToken: await house.ci.mint({
      aud: 'urn:pulumi:org:acme',
      sub: 'repo:acme/shop:ref:refs/heads/main',
      repository: 'acme/shop',
    }),
  });
});
afterAll(() => house.dispose());

/** A name as some reader takes it: any case, and for a dash what is allowed in a name. */
const spelled = (name: string): fc.Arbitrary<string> =>
  fc.infiniteStream(fc.tuple(fc.boolean(), fc.constantFrom(...Array.from('--_.~')))).map((choices) =>
    Array.from(name, (character) => {
      const [upper, dash] = choices.next().value as [boolean, string];
      if (character === '-') return dash;
      return upper ? character.toUpperCase() : character;
    }).join(''),
  );
const keyOf = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '-');

const OURS = [
  ['x-pomerium-jwt-assertion', 'x-pomerium-claim-groups', 'x-countersign-user', 'x-repository'],
  ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'x-request-id', 'forwarded'],
].flat();
const THEIRS = ['x-trace-id', 'x-a', 'accept-language', 'x-b-c'];

interface Field {
  readonly name: string;
  readonly value: string;
}

const ours = fc
  .constantFrom(...OURS)
  .chain(spelled)
  .map((name): Field => ({ name, value: 'forged' }));
const theirs = fc
  .constantFrom(...THEIRS)
  .chain(spelled)
  .map((name): Field => ({ name, value: 'theirs' }));
/** What `Connection` names: theirs, ours, and what frames or carries. */
const named = fc.array(
  fc.oneof(
    fc.constantFrom(...THEIRS, ...OURS, 'authorization', 'host', 'content-length').chain(spelled),
    fc.constantFrom('', 'close', 'content-length', 'host'),
  ),
  { maxLength: 4 },
);
const segment = fc.stringMatching(/^[a-z0-9~._-]{0,6}(?:%7[EeaA]|%20|%E2%82%AC)?[a-z]$/);
const target = fc
  .tuple(fc.array(segment, { maxLength: 4 }), fc.option(fc.stringMatching(/^[a-z0-9=&%/?.;]{0,12}$/)))
  .map(([segments, query]) => `${['/in', ...segments].join('/')}${query === null ? '' : `?${query}`}`)
  // In a query too an escape has to be one.
  .filter((text) => canonicalTarget(text).ok);
const body = fc.record({
  kind: fc.constantFrom('none' as const, 'length' as const, 'chunks' as const),
  pieces: fc.array(fc.stringMatching(/^[ -~\r\n]{1,20}$/), { maxLength: 4 }),
});
const wholeRequest = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'REPORT'),
  target,
  fields: fc.array(fc.oneof(ours, theirs), { maxLength: 8 }),
  named,
  body,
});
type WholeRequest = typeof wholeRequest extends fc.Arbitrary<infer Drawn> ? Drawn : never;

function bodyOf({
  body: { kind, pieces },
}: WholeRequest): readonly [lines: readonly string[], bytes: string] {
  const whole = pieces.join('');
  if (kind === 'none') return [[], ''];
  if (kind === 'length') return [[`Content-Length: ${whole.length}`], whole];
  const chunks = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`);
  return [['Transfer-Encoding: chunked'], `${chunks.join('')}0\r\n\r\n`];
}

async function pass(drawn: WholeRequest): Promise<Seen> {
  const before = house.upstream.seen.length;
  const [framing, bytes] = bodyOf(drawn);
  const lines = [
    `Host: rewritten.localhost:${house.server.port}`,
    `Authorization: Bearer ${token}`,
    ...drawn.fields.map(({ name, value }) => `${name}: ${value}`),
    `Connection: ${drawn.named.join(', ')}`,
    ...framing,
    'Connection: close',
  ];
  const sent = head(`${drawn.method} ${drawn.target} HTTP/1.1`, ...lines) + bytes;
  const answers = answersIn(await exchangeBytes(house.server.port, sent));
  expect(answers.map(({ status }) => status)).toEqual([200]);
  const [seen, ...others] = house.upstream.seen.slice(before);
  if (!seen || others.length > 0) throw new Error(`${others.length + 1} requests for one`);
  return seen;
}

/** What was decided on, under the prefix of the service. */
function rewritten(text: string): string {
  const canonical = canonicalTarget(text);
  return canonical.ok ? `/out${canonical.value.target.slice('/in'.length)}` : 'refused';
}

/** What is wrong with what reached the service. */
function faults(drawn: WholeRequest, seen: Seen): readonly string[] {
  const values = seen.rawHeaders.filter((_part, at) => at % 2 === 1);
  const names = seen.rawHeaders.filter((_part, at) => at % 2 === 0);
  const hops = new Set(drawn.named.map((name) => keyOf(name)));
  const kept = drawn.fields.filter(({ name, value }) => value === 'theirs' && !hops.has(keyOf(name)));
  const crossed = names.filter((_name, at) => values[at] === 'theirs');
  const own = ['x-pomerium-jwt-assertion', 'x-repository', 'x-forwarded-for', 'x-request-id'];
  const body = drawn.body.kind === 'none' ? '' : drawn.body.pieces.join('');
  const checks: Readonly<Record<string, boolean>> = {
    'another request': seen.method === drawn.method && seen.url === rewritten(drawn.target),
    'another body': seen.body === body,
    'a header that is ours to say': !values.includes('forged'),
    'the token': !JSON.stringify(seen.rawHeaders).includes(token.slice(4)),
    'other headers': crossed.join() === kept.map(({ name }) => name).join(),
    'ours more or less than once': own.every(
      (each) => names.filter((name) => keyOf(name) === each).length === 1,
    ),
  };
  return Object.keys(checks).filter((fault) => checks[fault] !== true);
}

const NOTHING: WholeRequest = {
  method: 'GET',
  target: '/in',
  fields: [],
  named: [],
  body: { kind: 'none', pieces: [] },
};

describe('a request', () => {
  it('reaches the service as it was decided on, whatever it is made of', async () => {
    await fc.assert(
      fc.asyncProperty(wholeRequest, async (drawn) => {
        expect(faults(drawn, await pass(drawn))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it.each<readonly [string, Partial<WholeRequest>]>([
    [
      'loses what is ours to say, and what ends with its connection',
      {
        fields: [
          { name: 'X_Pomerium.Jwt~Assertion', value: 'forged' },
          { name: 'X_REPOSITORY', value: 'forged' },
          { name: 'X-Trace-Id', value: 'theirs' },
          { name: 'x_a', value: 'theirs' },
        ],
        named: ['X-A', 'x-pomerium-jwt-assertion', 'authorization'],
      },
    ],
    ['has its path rewritten and its query left alone', { target: '/in/a%7e/b?c=%2F../in;//' }],
    [
      'keeps its frame, whatever is named',
      {
        method: 'POST',
        named: ['content-length'],
        body: { kind: 'length', pieces: ['GET /x HTTP/1.1\r\n\r\n'] },
      },
    ],
    [
      'keeps its chunks',
      { method: 'PUT', body: { kind: 'chunks', pieces: ['0\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n'] } },
    ],
  ])('%s', async (_name, over) => {
    const drawn = { ...NOTHING, ...over };
    expect(faults(drawn, await pass(drawn))).toEqual([]);
  });
});
