import fc from 'fast-check';
import { canonicalTarget } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHouse, type House } from '../e2e/house.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';
import { exchangeBytes } from './raw-socket.ts';

/**
 * Threat 8 from the wire to the upstream: either the upstream is asked for exactly the canonical target that was
 * decided on, or it is not asked at all. Before `/guarded` stands a route that nobody here may pass.
 */

let house: House;
let open: TestUpstream;
let guarded: TestUpstream;

beforeAll(async () => {
  [open, guarded] = await Promise.all([startUpstream(), startUpstream()]);
  house = await startHouse(`
  - name: paths
    from: http://paths.localhost:\${PORT}
    to: ${open.url}
    organizations: [acme]
    allow_public_unauthenticated_access: true
  - name: guarded
    from: http://paths.localhost:\${PORT}
    to: ${guarded.url}
    prefix: /guarded
    organizations: [acme]
    allow_any_authenticated_user: true
`);
});
afterAll(() => Promise.all([house.dispose(), open.close(), guarded.close()]));

/** Status of a request for this target as raw bytes, and what the open upstream was asked for. */
async function request(
  target: string,
): Promise<{ readonly status: number; readonly seen: readonly string[] }> {
  const before = open.seen.length;
  const lines = [
    `GET ${target} HTTP/1.1`,
    `Host: paths.localhost:${house.server.port}`,
    'Connection: close',
    '',
    '',
  ];
  const answer = await exchangeBytes(house.server.port, lines.join('\r\n'));
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
  return { status, seen: open.seen.slice(before).map(({ url }) => url) };
}

/** Paths that a route host answers itself. */
const OWN = /^\/(?:ping|healthz|\.pomerium|\.pomerium\/.*|\.well-known\/pomerium\/jwks\.json)$/;

/** What is wrong with what became of a request for this target; nothing when it was decided on as it was forwarded. */
async function fault(target: string): Promise<string | undefined> {
  const { status, seen } = await request(target);
  const canonical = canonicalTarget(target);
  const path = canonical.ok ? canonical.value.path : '';
  const isOurs = OWN.test(path);
  if (Number.isNaN(status) || status >= 500) return `answered ${status}`;
  if (guarded.seen.length > 0) return 'the guarded upstream was asked';
  if (status !== 200 || isOurs)
    return seen.length === 0 ? undefined : `refused, and asked for ${seen.join()}`;
  if (!canonical.ok || seen.join() !== canonical.value.target) return `asked for ${seen.join()}`;
  return /^\/guarded(?:\/|$)/.test(path) ? 'the open upstream was asked for a guarded path' : undefined;
}

/** As the platform resolves it; what has been decoded is part of the path and no delimiter any more. */
function resolved(text: string): string {
  const path = text.replace(/[#?\s]/g, encodeURIComponent);
  return URL.canParse(path, 'http://h') ? new URL(path, 'http://h').pathname : text;
}

/** Every way an upstream might read a path: decoded often, dots resolved, slashes merged, parameters cut, any case. */
function readings(path: string): readonly string[] {
  const found = new Set([path]);
  const readers: readonly ((text: string) => string)[] = [
    (text) =>
      text.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    (text) => text.replaceAll('\\', '/'),
    (text) => text.replace(/\/+/g, '/'),
    (text) => text.replace(/;[^/]*/g, ''),
    (text) => text.replace(/\0.*$/s, ''),
    resolved,
  ];
  for (let round = 0; round < 3; round += 1) {
    const texts = Array.from(found);
    for (const read of readers) for (const text of texts) found.add(read(text));
  }
  return [...found];
}

const words = 'guarded guarde%64 %67uarded guarded%2f GUARDED a ping .pomerium healthz %2epomerium';
const slashes = '/ / / // \\ %2f %2F %5c %252f %c0%af %ef%bc%8f';
const dots = '. .. %2e %2e%2e .%2e %252e ..; ; %3b ;a=b';
const others = '? # %23 %3f %00 \0 %0d%0a %20 \t % %zz %u002f \u00e9 %c3%a9 %ff & @ :';
const pieces = fc.constantFrom(...`${words} ${slashes} ${dots} ${others}`.split(' '));

describe('an upstream', () => {
  it('is asked for what was decided on, or not at all, whatever path is put together', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 10 }), async (parts) => {
        expect(await fault(`/${parts.join('')}`)).toBeUndefined();
      }),
      { numRuns: 400, examples: [[['a', '/', 'guarde%64']]] },
    );
  });

  it('is asked for what was decided on, or not at all, whatever bytes come', async () => {
    const byte = fc.integer({ min: 1, max: 255 }).filter((code) => ![0x0a, 0x0d, 0x20].includes(code));
    await fc.assert(
      fc.asyncProperty(fc.array(byte, { maxLength: 24 }), async (bytes) => {
        expect(await fault(`/${String.fromCharCode(...bytes)}`)).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });

  it('that is open never reads a path as the guarded one, in any of the ways in which servers read paths', async () => {
    const around = fc.array(pieces, { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(around, around, async (before, after) => {
        const { seen } = await request(`/${before.join('')}guarded${after.join('')}`);
        for (const url of seen) {
          const [path = ''] = url.split('?');
          for (const reading of readings(path)) expect(reading).not.toMatch(/^\/guarded(?:\/|$)/);
        }
        expect(guarded.seen).toEqual([]);
      }),
      { numRuns: 250 },
    );
  });

  it.each(['/guarded', '/guarded/', '/guarded/x', '/%67uarded', '/guarde%64/x?y'])(
    'behind a guarded prefix is not asked by nobody: %s',
    async (target) => {
      expect(await request(target)).toEqual({ status: 401, seen: [] });
      expect(guarded.seen).toEqual([]);
    },
  );
});
