import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHouse, type House } from '../e2e/house.ts';
import { accessToken } from '../support/exchange.ts';
import type { Seen } from '../support/upstream.ts';
import { dial, head, type RawConnection } from './raw-socket.ts';

/** Threat 9: what says who or where the caller is comes from us alone, however it is spelled and whatever is named. */

let house: House;
let token: string;
let other: string;
let connection: RawConnection;

beforeAll(async () => {
  house = await startHouse();
  const subjectToken = await house.ci.mint({
    aud: 'urn:pulumi:org:acme',
    sub: 'repo:acme/shop:ref:refs/heads/main',
    repository: 'acme/shop',
  });
  const team = { subjectToken, type: 'team', scope: 'team:platform' };
  token = await accessToken(house.server, team);
  other = await accessToken(house.server, team);
  connection = await dial(house.server.port);
});
afterAll(async () => {
  connection.socket.destroy();
  await house.dispose();
});

/** What the upstream saw of a request on the one connection; every request has a path of its own. */
let count = 0;
async function pass(lines: readonly string[]): Promise<Seen> {
  count += 1;
  const path = `/request-${count}`;
  const host = `Host: orders.localhost:${house.server.port}`;
  connection.write(head(`GET ${path} HTTP/1.1`, host, ...lines));
  await connection.until(new RegExp(`"url":"${path}"`));
  const seen = house.upstream.seen.at(-1);
  if (seen?.url !== path) throw new Error(`${path} did not arrive`);
  return seen;
}

/** Values of a header in every spelling that a CGI program would take for it. */
function valuesOf({ rawHeaders }: Seen, name: string): readonly string[] {
  const values: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase().replace(/[^a-z0-9]/g, '-') === name)
      values.push(rawHeaders[at + 1] ?? '');
  }
  return values;
}

const OURS = [
  'x-pomerium-jwt-assertion',
  'x-pomerium-claim-email',
  'x-pomerium-authorization-extra',
  'x-countersign-user',
  'x-repository',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-user',
  'x-real-ip',
  'x-request-id',
  'forwarded',
];

/** A name as an attacker writes it: any case, and for a dash whatever RFC 9110 allows in a name. */
const spelling = fc
  .tuple(
    fc.constantFrom(...OURS),
    fc.infiniteStream(fc.tuple(fc.boolean(), fc.constantFrom(...Array.from("-_.~!#$%&'*+^`|")))),
  )
  .map(([name, choices]) =>
    Array.from(name, (character) => {
      const [upper, separator] = choices.next().value as [boolean, string];
      if (character === '-') return separator;
      return upper ? character.toUpperCase() : character;
    }).join(''),
  );
const forged = spelling.map((name) => `${name}: forged`);
const innocent = fc.constantFrom('Accept: innocent', 'X-Pomeriumish: innocent', 'Content-Language: innocent');
const named = fc
  .array(fc.oneof(spelling, fc.constantFrom('x-innocent', 'cookie', 'close-not', 'host', '')), {
    maxLength: 4,
  })
  .map((names) => `Connection: ${names.join(' , ')}`);

/** What draws may miss: every name at once, as we write it and as a CGI program would also take it. */
const asWritten = OURS.map((name) => `${name}: forged`);
const asCgiReads = OURS.map((name) => `${name.replaceAll('-', '_').toUpperCase()}: forged`);

describe('headers that say who somebody is', () => {
  it('come from nobody but us, in any spelling, in any order, whatever Connection names', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(forged, forged, innocent, named), { maxLength: 12 }),
        async (lines) => {
          const seen = await pass([...lines, `Authorization: Bearer ${token}`]);
          expect(JSON.stringify(seen.rawHeaders)).not.toContain('forged');
          expect(valuesOf(seen, 'x-pomerium-jwt-assertion')).toEqual([
            expect.stringMatching(/^ey[^.]+\.ey[^.]+\.[^.]+$/),
          ]);
          expect(valuesOf(seen, 'x-repository')).toEqual(['acme/shop']);
          expect(valuesOf(seen, 'x-forwarded-for')).toEqual(['127.0.0.1']);
          expect(valuesOf(seen, 'x-forwarded-host')).toEqual([`orders.localhost:${house.server.port}`]);
          expect(valuesOf(seen, 'x-forwarded-proto')).toEqual(['http']);
          expect(valuesOf(seen, 'x-request-id')).toEqual([expect.stringMatching(/^dec_/)]);
          const kept = lines.filter((line) => line.endsWith(': innocent'));
          expect(JSON.stringify(seen.rawHeaders).split('"innocent"')).toHaveLength(kept.length + 1);
        },
      ),
      { numRuns: 150, examples: [[asWritten], [asCgiReads]] },
    );
  });

  it('are not kept by a route that passes no identity, and where nobody is asked', async () => {
    const open = await dial(house.server.port);
    open.write(
      head(
        'GET /public HTTP/1.1',
        `Host: open.localhost:${house.server.port}`,
        ...OURS.map((name) => `${name.replaceAll('-', '_')}: forged`),
        'Connection: close',
      ),
    );
    await open.closed();
    const seen = house.upstream.seen.at(-1);
    expect(seen?.url).toBe('/public');
    expect(JSON.stringify(seen?.rawHeaders)).not.toContain('forged');
  });
});

describe('what Connection names', () => {
  it('ends with the connection, in every spelling', async () => {
    const seen = await pass([
      `Authorization: Bearer ${token}`,
      'Connection: X-One, x_two',
      'X-One: hop',
      'X_One: hop',
      'X-Two: hop',
      'X-Three: stays',
      'Keep-Alive: hop',
      'TE: trailers',
      'Proxy-Connection: hop',
      'Proxy-Authorization: hop',
    ]);
    expect(JSON.stringify(seen.rawHeaders)).not.toMatch(/"hop"|trailers/);
    expect(valuesOf(seen, 'x-three')).toEqual(['stays']);
  });
});

describe('the carriers of an access token', () => {
  const carriers: readonly (readonly [string, (value: string) => string])[] = [
    ['Authorization: Bearer', (value) => `Authorization: Bearer ${value}`],
    ['Authorization: token', (value) => `authorization: TOKEN ${value}`],
    ['Basic', (value) => `Authorization: Basic ${Buffer.from(`x:${value}`).toString('base64')}`],
    ['X-Pomerium-Authorization', (value) => `x-pomerium-AUTHORIZATION: ${value}`],
  ];

  it.each(carriers)('%s is spent at us', async (_name, write) => {
    const seen = await pass([write(token)]);
    expect(valuesOf(seen, 'authorization')).toEqual([]);
    expect(valuesOf(seen, 'x-pomerium-authorization')).toEqual([]);
    expect(JSON.stringify(seen)).not.toContain(token.slice(4));
  });

  it('are spent all of them, whoever was responsible; a foreign one is passed on untouched', async () => {
    const both = await pass([`X-Pomerium-Authorization: ${token}`, `Authorization: Bearer ${other}`]);
    expect(JSON.stringify(both)).not.toMatch(new RegExp(`${token}|${other}`));
    const foreign = await pass([
      `X-Pomerium-Authorization: ${token}`,
      'Authorization: Bearer of-the-upstream',
    ]);
    expect(valuesOf(foreign, 'authorization')).toEqual(['Bearer of-the-upstream']);
  });

  it('never pass a second token by a spelling that only the upstream reads', async () => {
    const seen = await pass([`Authorization: Bearer ${token}`, `X_Pomerium_Authorization: ${other}`]);
    expect(JSON.stringify(seen)).not.toContain(other);
  });

  it('do not include the query or our own cookie, which are taken out', async () => {
    const own = await dial(house.server.port);
    own.write(
      head(
        `GET /q?a=1&pomerium%5fsession=${token}&POMERIUM_SESSION=${token} HTTP/1.1`,
        `Host: open.localhost:${house.server.port}`,
        `Cookie: a=1; _countersign=${token}; __Host-_countersign=${token}; b=2`,
        'Connection: close',
      ),
    );
    await own.closed();
    const seen = house.upstream.seen.at(-1);
    expect([seen?.url, seen?.headers.cookie]).toEqual(['/q?a=1', 'a=1; b=2']);
  });
});
