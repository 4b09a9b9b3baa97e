import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  COOL_DOWN,
  createIssuerKeys,
  KEEP_ON_FAILURE,
  MAX_AGE,
  MAX_SOURCES,
  REFRESH_AFTER,
} from './issuer-keys.ts';
import { createSafeFetch } from './safe-fetch.ts';
import { first, second, SOURCE, world } from './testing/issuer-world.ts';

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the keys of an issuer', () => {
  it('are fetched once and then found without a promise', async () => {
    const { state, find } = world();
    const fetched = await find('a');
    expect(fetched.ok && fetched.value.equals(first)).toBe(true);
    const remembered = find('a');
    expect(remembered).not.toBeInstanceOf(Promise);
    expect(remembered).toEqual(fetched);
    expect(state.fetches).toBe(1);
  });

  it('are fetched once for a thousand requests at the same time (single flight)', async () => {
    const { state, find } = world();
    const found = await Promise.all(Array.from({ length: 1000 }, async () => find('a')));
    expect(found.every((result) => result.ok)).toBe(true);
    expect(state.fetches).toBe(1);
  });

  it('are fetched no more than once per cool-down, whatever kids are made up', async () => {
    const { state, find } = world();
    await find('a');
    for (let n = 0; n < 10_000; n += 1)
      expect(await find(`made up ${n}`)).toEqual({ ok: false, error: 'unknown' });
    expect(state.fetches).toBe(1);
    state.now += COOL_DOWN;
    const flood = await Promise.all(Array.from({ length: 1000 }, async (_, n) => find(`made up ${n}`)));
    expect(flood.every((result) => !result.ok && result.error === 'unknown')).toBe(true);
    for (let n = 0; n < 1000; n += 1) await find(`and again ${n}`);
    expect(state.fetches).toBe(2);
  });

  it('answer a known kid at once while a flood of unknown ones waits', async () => {
    const { state, find } = world();
    await find('a');
    state.now += COOL_DOWN;
    let release = () => undefined as void;
    state.hold = new Promise<void>((resolve) => (release = resolve));
    const waiting = find('made up');
    expect(waiting).toBeInstanceOf(Promise);
    expect(find('a')).toMatchObject({ ok: true });
    release();
    expect(await waiting).toEqual({ ok: false, error: 'unknown' });
  });

  it('that are new work within one cool-down', async () => {
    const { state, find } = world();
    await find('a');
    state.keys = { a: first, b: second };
    expect(await find('b')).toEqual({ ok: false, error: 'unknown' });
    state.now += COOL_DOWN - 1;
    expect(find('b')).toEqual({ ok: false, error: 'unknown' });
    state.now += 1;
    expect(await find('b')).toMatchObject({ ok: true });
    expect(state.fetches).toBe(2);
  });

  it('of one source say nothing about another, even with the same URL', async () => {
    const { state, keys } = world();
    await keys.find({ id: 'iss_1', url: 'https://issuer.test' }, 'a', 'ES256');
    await keys.find({ id: 'iss_2', url: 'https://issuer.test' }, 'a', 'ES256');
    expect(state.fetches).toBe(2);
  });

  it('are remembered for a bounded number of sources', async () => {
    const { state, keys } = world();
    const at = (n: number) => keys.find({ id: `iss_${n}`, url: 'https://issuer.test' }, 'a', 'ES256');
    state.keys = {};
    for (let n = 0; n <= MAX_SOURCES; n += 1) await at(n);
    expect(state.fetches).toBe(MAX_SOURCES + 1);
    expect(at(MAX_SOURCES)).not.toBeInstanceOf(Promise);
    expect(at(0)).toBeInstanceOf(Promise);
  });
});

describe('an issuer that rotates under the same kid', () => {
  it('is asked once per cool-down when a signature fails, and the new key is found', async () => {
    const { state, find } = world();
    await find('a');
    state.keys = { a: second };
    expect(find('a', first)).toEqual({ ok: false, error: 'unknown' });
    state.now += COOL_DOWN;
    const found = await find('a', first);
    expect(found.ok && found.value.equals(second)).toBe(true);
    expect(state.fetches).toBe(2);
  });

  it('is not asked more often by a flood of bad signatures', async () => {
    const { state, find } = world();
    await find('a');
    state.now += COOL_DOWN;
    for (let n = 0; n < 1000; n += 1) expect(await find('a', first)).toEqual({ ok: false, error: 'unknown' });
    expect(state.fetches).toBe(2);
  });
});

describe('an issuer that cannot be asked', () => {
  it('is unreachable when there has never been a copy, and is not asked again before the cool-down ends', async () => {
    const { state, find } = world();
    state.down = true;
    expect(await find('a')).toEqual({ ok: false, error: 'unreachable' });
    for (let n = 0; n < 100; n += 1) expect(find('a')).toEqual({ ok: false, error: 'unreachable' });
    expect(state.fetches).toBe(1);
    state.down = false;
    state.now += COOL_DOWN;
    expect(await find('a')).toMatchObject({ ok: true });
  });

  it('leaves the last good copy in use, for a day and no longer', async () => {
    const { state, find } = world();
    await find('a');
    state.down = true;
    state.now += KEEP_ON_FAILURE - 1;
    expect(await find('a')).toMatchObject({ ok: true });
    expect(await find('made up')).toEqual({ ok: false, error: 'unknown' });
    state.now += 1;
    expect(await find('a')).toEqual({ ok: false, error: 'unreachable' });
  });

  it('does not end the process when the fault is ours', async () => {
    const { state, find } = world();
    await find('a');
    state.broken = true;
    state.now += REFRESH_AFTER;
    expect(find('a')).toMatchObject({ ok: true });
    await settled();
    state.now += MAX_AGE;
    expect(await find('a')).toMatchObject({ ok: true });
    expect(state.log.map(({ message }) => message)).toEqual([
      'fetching issuer keys failed',
      'fetching issuer keys failed',
    ]);
  });

  it('is named in the log by id and reason, nothing else', async () => {
    const { state, find } = world();
    state.down = true;
    await find('a');
    expect(state.log).toEqual([
      {
        message: 'issuer keys cannot be had',
        fields: { issuer: 'iss_1', step: 'discovery', reason: 'connection' },
      },
    ]);
  });
});

describe('a copy that grows old', () => {
  it('is renewed in the background, while it answers', async () => {
    const { state, find } = world();
    await find('a');
    state.now += REFRESH_AFTER;
    expect(find('a')).not.toBeInstanceOf(Promise);
    expect(state.fetches).toBe(2);
    await settled();
    expect(find('a')).toMatchObject({ ok: true });
    expect(state.fetches).toBe(2);
  });

  it('is not used after its maximum age without asking, even for a kid that it has: withdrawn keys end', async () => {
    const { state, find } = world();
    await find('a');
    state.keys = { b: second };
    state.now += MAX_AGE;
    expect(await find('a')).toEqual({ ok: false, error: 'unknown' });
  });

  it('of an issuer that publishes no key any more ends all of them', async () => {
    const { state, find } = world();
    await find('a');
    state.keys = {};
    state.now += MAX_AGE;
    expect(await find('a')).toEqual({ ok: false, error: 'unknown' });
  });
});

describe('over real connections', () => {
  it('a storm of unknown kids reaches the issuer once', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const documents: Record<string, object> = {
        '/.well-known/openid-configuration': { issuer: `${issuer}/`, jwks_uri: `${issuer}/keys` },
        '/keys': { keys: [{ ...first.export({ format: 'jwk' }), kid: 'a' }] },
      };
      response.end(JSON.stringify(documents[request.url ?? '']));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const nothing = () => undefined;
      const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
      const fetch = createSafeFetch({ allowPrivate: true });
      const keys = createIssuerKeys({ fetch, clock: { now: () => 0 }, logger });
      const source = { id: 'iss_1', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
      await Promise.all(
        Array.from({ length: 500 }, async (_, n) => keys.find(source, `made up ${n}`, 'ES256')),
      );
      expect(await keys.find(source, 'a', 'ES256')).toMatchObject({ ok: true });
      expect(asked).toEqual(['/.well-known/openid-configuration', '/keys']);
    } finally {
      server.close();
    }
  });
});

describe('what is measured of the keys of issuers', () => {
  it('is how old they are, and every attempt to fetch them', async () => {
    const { state, find, metrics } = world();
    const ages = () => metrics.valuesOf('countersign_issuer_keys_age_seconds');
    expect(ages()).toEqual({});
    await find('a');
    state.now += COOL_DOWN;
    state.down = true;
    await find('unknown');
    expect(metrics.counted).toEqual({
      'countersign_issuer_key_fetches_total iss_1,ok': 1,
      'countersign_issuer_key_fetches_total iss_1,failed': 1,
    });
    // The last good copy stays in use.
    expect(ages()).toEqual({ iss_1: COOL_DOWN / 1000 });
  });

  it('is nothing of keys that were given by hand', async () => {
    const { keys, metrics } = world();
    const jwks = JSON.stringify({ keys: [{ ...first.export({ format: 'jwk' }), kid: 'a' }] });
    expect((await keys.find({ ...SOURCE, jwks }, 'a', 'ES256', undefined)).ok).toBe(true);
    expect(metrics.valuesOf('countersign_issuer_keys_age_seconds')).toEqual({});
    expect(metrics.counted).toEqual({});
  });
});
