import type { KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { KeySource } from '../trust/port.ts';
import { KEEP_ON_FAILURE } from './issuer-keys.ts';
import { first, second, SOURCE, world } from './testing/issuer-world.ts';

describe('a source that keeps its id', () => {
  const changes: readonly (readonly [string, Partial<KeySource>, Partial<KeySource>])[] = [
    ['its URL', {}, { url: 'https://other.test' }],
    ['its authorities', { ca: 'one' }, { ca: 'other' }],
    ['and loses its authorities', { ca: 'one' }, {}],
    ['its thumbprints', { thumbprints: ['a', 'b'] }, { thumbprints: ['a', 'c'] }],
    ['and loses a thumbprint', { thumbprints: ['a', 'b'] }, { thumbprints: ['a'] }],
  ];
  it.each(changes)('and changes %s is asked anew, at once', async (_name, before, after) => {
    const { state, keys } = world();
    await keys.find({ ...SOURCE, ...before }, 'a', 'ES256');
    state.keys = { b: second };
    expect(await keys.find({ ...SOURCE, ...after }, 'a', 'ES256')).toEqual({ ok: false, error: 'unknown' });
    expect(state.fetches).toBe(2);
  });

  it('and changes nothing is not asked again by a configuration that was read again', async () => {
    const { state, keys } = world();
    const source = () => ({ ...SOURCE, ca: 'one', thumbprints: ['a', 'b'] });
    await keys.find(source(), 'a', 'ES256');
    expect(keys.find(source(), 'a', 'ES256')).toMatchObject({ ok: true });
    expect(keys.find({ ...SOURCE, ca: 'one', thumbprints: ['a', 'b'] }, 'a', 'ES256')).toMatchObject({
      ok: true,
    });
    expect(state.fetches).toBe(1);
  });
});

describe('keys that were given by hand', () => {
  const written = (keys: Record<string, KeyObject>) =>
    JSON.stringify({
      keys: Object.entries(keys).map(([kid, key]) => ({ ...key.export({ format: 'jwk' }), kid })),
    });
  const jwks = written({ a: first });
  const given = { ...SOURCE, jwks };

  it('are found without a promise, and nothing is fetched, ever', () => {
    const { state, keys } = world();
    const found = keys.find(given, 'a', 'ES256');
    expect(found).toMatchObject({ ok: true });
    expect(keys.find(given, 'unknown', 'ES256')).toEqual({ ok: false, error: 'unknown' });
    expect(keys.find(given, 'a', 'ES256', first)).toEqual({ ok: false, error: 'unknown' });
    state.now += 2 * KEEP_ON_FAILURE;
    expect(keys.find(given, 'a', 'ES256')).toEqual(found);
    expect(keys.find(given, 'unknown', 'ES256')).toEqual({ ok: false, error: 'unknown' });
    expect(state.fetches).toBe(0);
  });

  it('are read once', () => {
    const { keys } = world();
    const key = () => {
      const found = keys.find({ ...given }, 'a', 'ES256');
      return !(found instanceof Promise) && found.ok ? found.value : undefined;
    };
    expect(key()).toBeDefined();
    expect(key()).toBe(key());
  });

  it('end when they are replaced, and when discovery takes their place', async () => {
    const { state, keys } = world();
    expect(keys.find(given, 'a', 'ES256')).toMatchObject({ ok: true });
    const replaced = { ...SOURCE, jwks: written({ b: second }) };
    expect(keys.find(replaced, 'a', 'ES256')).toEqual({ ok: false, error: 'unknown' });
    expect(keys.find(replaced, 'b', 'ES256')).toMatchObject({ ok: true });
    state.keys = { c: second };
    expect(await keys.find(SOURCE, 'b', 'ES256')).toEqual({ ok: false, error: 'unknown' });
    expect(await keys.find(given, 'a', 'ES256')).toMatchObject({ ok: true });
    expect(state.fetches).toBe(1);
  });

  it.each(['', '{"keys":[]}', '{"keys":[{"kty":"oct","k":"AA"}]}'])(
    'as %j are none, and the issuer is not asked instead',
    (text) => {
      const { state, keys } = world();
      expect(keys.find({ ...SOURCE, jwks: text }, 'a', 'ES256')).toEqual({ ok: false, error: 'unreachable' });
      expect(state.fetches).toBe(0);
    },
  );
});
