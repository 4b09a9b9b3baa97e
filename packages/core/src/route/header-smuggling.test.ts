import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimHeaderKeys } from './header-key.ts';
import { writableLines } from './hop-by-hop.ts';
import type { HeaderLine } from './model.ts';
import { downstreamHeaders, upstreamHeaders } from './upstream-headers.ts';

/** Threat 9 over headers of any shape: what says who the caller is comes from us alone. */

const OURS: readonly string[] = [
  'X-Pomerium-Jwt-Assertion X-Pomerium-Claim-Email X-Pomerium-Authorization X-Countersign-User X-Email',
  'X-Forwarded-For X-Forwarded-Proto X-Forwarded-Host X-Request-Id Forwarded X-Real-Ip',
].flatMap((names) => names.split(' '));
const FOREIGN = 'Accept X-Custom Content-Type Cookie Range X-Pomeriumish'.split(' ');
const HOP =
  'Connection Keep-Alive TE Trailer Transfer-Encoding Upgrade Proxy-Connection Proxy-Authorization'.split(
    ' ',
  );

/** A name in some case, with some other separators in place of its dashes. */
const spelling = (names: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...names),
      fc.infiniteStream(fc.tuple(fc.boolean(), fc.constantFrom('-', '_', '.', '~'))),
    )
    .map(([name, stream]) =>
      Array.from(name)
        .map((character) => {
          const [isUpper, separator] = stream.next().value as [boolean, string];
          if (character === '-') return separator;
          return isUpper ? character.toUpperCase() : character.toLowerCase();
        })
        .join(''),
    );

const line = (names: fc.Arbitrary<string>): fc.Arbitrary<HeaderLine> =>
  fc.tuple(names, fc.constantFrom('forged', '1', 'a, b'));
const named = fc.array(spelling([...OURS, ...FOREIGN, ...HOP]), { maxLength: 4 });
const connection: fc.Arbitrary<HeaderLine> = fc.tuple(
  fc.constantFrom('Connection', 'connection', 'CONNECTION'),
  named.map((names) => names.join(', ')),
);
const headers = fc.array(
  fc.oneof(line(spelling(OURS)), line(fc.constantFrom(...FOREIGN)), line(spelling(HOP)), connection),
  { maxLength: 12 },
);

const identity = writableLines([
  ['X-Pomerium-Jwt-Assertion', 'ours'],
  ['X-Email', 'ours'],
]);

const send = (lines: readonly HeaderLine[]): readonly HeaderLine[] =>
  upstreamHeaders({
    headers: lines,
    claimHeaders: claimHeaderKeys([{ claimHeaders: [{ header: 'x-email', claim: 'email' }] }]),
    spentCarriers: [],
    sessionCookie: '_countersign',
    remoteAddress: 'ours',
    scheme: 'https',
    host: 'ours',
    requestId: 'ours',
    identity,
    websocket: false,
  });

/** How CGI and its heirs see a name. */
const variable = (name: string): string => name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');

/** What draws may miss: every name at once, as it is written and as it may also arrive. */
const forged = OURS.map((name): HeaderLine => [name, 'forged']);
const underscored = forged.map(([name, value]): HeaderLine => [name.replaceAll('-', '_'), value]);
const hops = HOP.map((name): HeaderLine => [name, '1']);
const optional: readonly HeaderLine[] = [
  ['Connection', 'X_Custom'],
  ['X-Custom', '1'],
];

describe('headers that cross the gateway', () => {
  it('say who the caller is in our words alone, in every spelling that came', () => {
    const reserved = new Set(OURS.map(variable));
    const said = send([]).map(([name, value]) => [variable(name), value]);
    fc.assert(
      fc.property(headers, (lines) => {
        const about = send(lines).filter(([name]) => reserved.has(variable(name)));
        expect(about.map(([name, value]) => [variable(name), value])).toEqual(said);
      }),
      { numRuns: 500, examples: [[forged], [underscored]] },
    );
  });

  it('hold nothing of the connection, and nothing that Connection names but what we set', () => {
    const hop = new Set(HOP.map(variable));
    const reserved = new Set(OURS.map(variable));
    fc.assert(
      fc.property(headers, (lines) => {
        const options = new Set(
          lines
            .filter(([name]) => variable(name) === 'CONNECTION')
            .flatMap(([, value]) => value.split(',').map((option) => variable(option.trim()))),
        );
        const lost = new Set([...hop, ...[...options].filter((option) => !reserved.has(option))]);
        for (const [name] of send(lines)) expect(lost.has(variable(name))).toBe(false);
        for (const [name] of downstreamHeaders(lines, { sessionCookie: '_countersign', websocket: false })) {
          expect(hop.has(variable(name)) || options.has(variable(name))).toBe(false);
        }
      }),
      { numRuns: 500, examples: [[hops], [optional]] },
    );
  });

  it('keep everything else', () => {
    const foreign = fc.array(line(fc.constantFrom(...FOREIGN)), { maxLength: 8 });
    fc.assert(
      fc.property(foreign, fc.array(line(spelling(OURS))), (kept, forged) => {
        expect(send([...forged, ...kept]).slice(0, kept.length)).toEqual(kept);
      }),
    );
  });
});
