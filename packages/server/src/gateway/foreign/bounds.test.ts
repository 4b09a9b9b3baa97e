import { err, ok, type Route } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { createFailureLimit } from '../../http/failure-limit.ts';
import type { Snapshot } from '../../snapshot/model.ts';
import type { Presented } from '../../tokens/model.ts';
import { route as testRoute, token } from '../testing/fixture.ts';
import { mint } from '../testing/direct-rig.ts';
import { MAX_EXCHANGES, type Exchanged } from './exchanges.ts';
import { createForeignTokens } from './index.ts';
import { createMemory } from './memory.ts';

/** What a flood of tokens costs. */

const LIVE: Presented = { state: 'live', token: token() };
const route: Route = testRoute({ issuers: ['acme/ci'] });

function snapshotNow(): Snapshot {
  return {
    routes: [route],
    organizations: new Map([
      ['acme', { issuers: new Map([['x', { id: 'iss_ci', name: 'ci', url: 'https://ci.example' }]]) }],
    ]),
    identityProviders: new Map(),
    identityProvidersById: new Map(),
    settings: { limits: { token: 16_384 } },
  } as unknown as Snapshot;
}

type Outcome = Awaited<Exchanged>;

function foreign(outcome: () => Outcome | Promise<Outcome>, memory = createMemory()) {
  const time = { now: 1_000_000 };
  const world = { snapshot: snapshotNow(), exchanges: 0, presented: LIVE };
  const clock = { now: () => time.now };
  const failures = createFailureLimit({ perSecond: () => 2, burst: 10, clock });
  const tokens = createForeignTokens({
    snapshot: () => world.snapshot,
    presentHash: () => world.presented,
    presentSubject: async () => {
      world.exchanges += 1;
      return outcome();
    },
    presentIdToken: () => Promise.reject(new Error('nobody signs in')),
    failures,
    clock,
    memory,
  });
  const present = async (value: string, remoteAddress = '192.0.2.1') =>
    tokens.present({ snapshot: world.snapshot, route, value, remoteAddress });
  return { tokens, present, world, time, memory };
}

const good = (): Outcome => ok(new Uint8Array(32));
const bad = (): Outcome => err({ code: 'token.not_trusted', decisionId: 'dec_1' });
const numbered = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, at) => mint({ jti: `${from + at}` }));

describe('a bad token', () => {
  it('is verified once in five seconds, however often it comes, and says which decision refused it', async () => {
    const { present, world, time } = foreign(bad);
    const value = mint();
    for (let at = 0; at < 50; at += 1)
      expect(await present(value)).toEqual({
        state: 'refused',
        code: 'credential.invalid',
        decisionId: 'dec_1',
      });
    expect(world.exchanges).toBe(1);
    time.now += 5_000;
    await present(value);
    expect(world.exchanges).toBe(2);
  });

  it('is looked at again as soon as the configuration is another', async () => {
    const { present, world } = foreign(bad);
    const value = mint();
    await present(value);
    world.snapshot = snapshotNow();
    await present(value);
    expect(world.exchanges).toBe(2);
  });

  it('is not even hashed when it is longer than tokens may be', async () => {
    const { present, world, memory } = foreign(bad);
    expect(await present(`${'a'.repeat(10_000)}.${'b'.repeat(10_000)}.c`)).toEqual({ state: 'invalid' });
    expect(world.exchanges).toBe(0);
    expect(memory.size()).toEqual({ known: 0, refused: 0 });
  });
});

describe('whoever sends bad tokens', () => {
  it('has to wait before another signature is looked at, and is told how long', async () => {
    const { present, world, time } = foreign(bad);
    for (const value of numbered(10)) await present(value);
    expect(await present(mint({ jti: 'more' }))).toEqual({
      state: 'refused',
      code: 'limit.rate',
      retryAfter: 1,
    });
    expect(world.exchanges).toBe(10);
    expect(await present(mint({ jti: 'other' }), '198.51.100.1')).toMatchObject({
      code: 'credential.invalid',
    });
    time.now += 1_000;
    expect(await present(mint({ jti: 'more' }))).toMatchObject({ code: 'credential.invalid' });
  });

  it('has to wait as well for tokens that name nobody whom the route knows', async () => {
    const { present, world } = foreign(bad);
    for (let at = 0; at < 10; at += 1)
      expect(await present(mint({ iss: 'https://nobody.example', jti: `${at}` }))).toEqual({
        state: 'invalid',
      });
    expect(await present(mint())).toMatchObject({ code: 'limit.rate' });
    expect(world.exchanges).toBe(0);
  });

  it('costs nobody anything whose token is known, not even after a reload', async () => {
    let outcome = good;
    const { present, world } = foreign(() => outcome());
    const known = mint();
    expect(await present(known)).toBe(LIVE);
    outcome = bad;
    for (const value of numbered(12)) await present(value);
    expect(await present(mint({ jti: 'new' }))).toMatchObject({ code: 'limit.rate' });
    expect(await present(known)).toBe(LIVE);
    outcome = good;
    world.snapshot = snapshotNow();
    expect(await present(known)).toBe(LIVE);
  });

  it('pushes no good token out of memory', async () => {
    const memory = createMemory({ known: 8, refused: 8 });
    let outcome = good;
    const { present, world, time } = foreign(() => outcome(), memory);
    const known = mint();
    await present(known);
    outcome = bad;
    for (const value of numbered(40)) {
      await present(value);
      time.now += 1_000;
    }
    const before = world.exchanges;
    await present(known);
    expect(world.exchanges).toBe(before);
    expect(memory.size().refused).toBeLessThanOrEqual(8);
  });
});

describe('good tokens', () => {
  it('are remembered up to a bound, and beyond it exchanged again', async () => {
    const memory = createMemory({ known: 8 });
    const { present, world } = foreign(good, memory);
    const values = numbered(40);
    for (const value of values) await present(value);
    expect(memory.size().known).toBeLessThanOrEqual(8);
    await present(values[0] ?? '');
    expect(world.exchanges).toBe(41);
  });

  it('are exchanged so many at once and no more; one more is told to come again', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { present } = foreign(async () => {
      await gate;
      return good();
    });
    const values = numbered(MAX_EXCHANGES);
    const waiting = values.map((value) => present(value));
    expect(await present(mint({ jti: 'one more' }))).toEqual({ state: 'unavailable' });
    // Who comes with a token that is under way waits with the others.
    waiting.push(present(values[0] ?? ''));
    release();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([LIVE]));
    expect(await present(mint({ jti: 'one more' }))).toBe(LIVE);
  });

  it('do not wait for an exchange that began under another configuration', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { present, world } = foreign(async () => {
      if (world.exchanges === 1) await gate;
      return world.exchanges === 1 ? good() : bad();
    });
    const value = mint();
    const early = present(value);
    world.snapshot = snapshotNow();
    expect(await present(value)).toMatchObject({ code: 'credential.invalid' });
    release();
    await early;
  });

  it('are refused, and for a moment not exchanged again, when their session has no standing', async () => {
    const { present, world } = foreign(good);
    world.presented = { state: 'invalid' };
    const value = mint();
    expect(await present(value)).toEqual({ state: 'invalid' });
    expect(await present(value)).toEqual({ state: 'invalid' });
    expect(world.exchanges).toBe(1);
  });
});
