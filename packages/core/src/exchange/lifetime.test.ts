import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_EXPIRATION, lifetime, parseExpiration, policyLimit } from './lifetime.ts';

describe('lifetime', () => {
  it('is the default where nothing was asked for, and what was asked for where nothing forbids it', () => {
    expect(lifetime(undefined, [])).toBe(DEFAULT_EXPIRATION);
    expect(lifetime(600, [3600, 7200])).toBe(600);
    expect(lifetime(100_000, [Infinity])).toBe(100_000);
  });

  it('cuts the default too', () => {
    expect(lifetime(undefined, [60])).toBe(60);
  });

  it('never exceeds what was asked for or any limit', () => {
    const seconds = fc.integer({ min: 1, max: 1e9 });
    fc.assert(
      fc.property(fc.option(seconds, { nil: undefined }), fc.array(seconds), (requested, limits) => {
        const granted = lifetime(requested, limits);
        for (const bound of [requested ?? DEFAULT_EXPIRATION, ...limits])
          expect(granted).toBeLessThanOrEqual(bound);
      }),
    );
  });
});

describe('policyLimit', () => {
  const maxima = new Map([
    ['short', 60],
    ['long', 3600],
  ]);

  it('joins matching allows to the longest', () => {
    expect(policyLimit(['short'], maxima)).toBe(60);
    expect(policyLimit(['short', 'long'], maxima)).toBe(3600);
    expect(policyLimit(['long', 'short'], maxima)).toBe(3600);
  });

  it('sets no bound for an allow without a maximum', () => {
    expect(policyLimit(['short', 'free'], maxima)).toBe(Infinity);
  });

  it('gives no time at all where nothing allowed', () => {
    expect(policyLimit([], maxima)).toBe(0);
  });
});

describe('parseExpiration', () => {
  it.each([
    [7200, 7200],
    ['7200', 7200],
    ['007', 7],
    [1, 1],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [String(Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER],
    [2 ** 63, Number.MAX_SAFE_INTEGER],
    ['9223372036854775807', Number.MAX_SAFE_INTEGER],
  ])('reads %j as %d seconds', (value, seconds) => {
    expect(parseExpiration(value)).toEqual({ ok: true, value: seconds });
  });

  it.each([
    0,
    -1,
    1.5,
    Number.NaN,
    Infinity,
    '0',
    '000',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x10',
    '',
    ' ',
    ' 1',
    '1\n',
    '9'.repeat(33),
    '²',
    'one',
  ])('refuses %j', (value) => {
    expect(parseExpiration(value)).toEqual({ ok: false, error: 'request.parameter' });
  });
});
