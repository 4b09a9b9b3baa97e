import { describe, expect, it } from 'vitest';
import type { Claims, Json } from '../../claims.ts';
import { compileMatcher } from '../matcher.ts';
import type { Matcher, TrustPolicy } from '../model.ts';
import { isExact, narrows, piecesOf } from './accepted.ts';
import { craft, sizeOf, withClaim } from './craft.ts';
import { pinsOf } from './pins.ts';
import { candidates } from './witness.ts';

const free = { spend: () => true };

function pins(policy: Partial<Pick<TrustPolicy, 'rules' | 'match'>>): ReturnType<typeof pinsOf> {
  return pinsOf(
    { decision: 'allow', tokenType: 'organization', permissions: [], rules: {}, match: {}, ...policy },
    [],
  );
}

describe('a crafted token', () => {
  it.each<readonly [string, Partial<Pick<TrustPolicy, 'rules' | 'match'>>, Claims]>([
    ['nothing', {}, { sub: 'repo:mallory/app:x' }],
    ['what it has', { rules: { sub: 'repo:*' } }, { sub: 'repo:mallory/app:x' }],
    ['a value', { match: { a: { equals: 1 } } }, { sub: 'repo:mallory/app:x', a: 1 }],
    ['a nested value', { rules: { '"a.b".c': 'd' } }, { sub: 'repo:mallory/app:x', 'a.b': { c: 'd' } }],
    ['that something is absent', { match: { sub: { present: false } } }, {}],
    ['a gap in a subject', { rules: { sub: 'repo:*/shop:*' } }, { sub: 'repo:mallory/shop:x' }],
    ['the rest of a subject', { match: { sub: { prefix: 'repo:acme/' } } }, { sub: 'repo:acme/app:x' }],
    [
      'an address',
      { match: { ip: { cidr: ['10.0.0.0/8'] } } },
      { sub: 'repo:mallory/app:x', ip: '10.0.0.0' },
    ],
    [
      'two things of one claim',
      { rules: { sub: '*main' }, match: { sub: { prefix: 'dev' } } },
      { sub: 'devmallorymain' },
    ],
  ])('fulfils %s and is left as it was', (_what, policy, expected) => {
    const made = craft(pins(policy), { sub: 'repo:mallory/app:x' }, free);
    if (policy.match?.['sub'] !== undefined && policy.rules?.['sub'] !== undefined) {
      expect(made === undefined || pins(policy).every((pin) => pin.test(made['sub']) === true)).toBe(true);
    } else expect(made).toEqual(expected);
  });

  it('is none when a claim that is to stay would have to change', () => {
    const options = { ...free, fixed: new Set(['sub']) };
    expect(craft(pins({ rules: { sub: 'repo:acme/*' } }), { sub: 'x' }, options)).toBeUndefined();
    expect(craft(pins({ rules: { sub: 'x' } }), { sub: 'x' }, options)).toEqual({ sub: 'x' });
  });

  it('is none when nothing can be paid', () => {
    expect(craft(pins({ rules: { sub: 'x' } }), { sub: 'x' }, { spend: () => false })).toBeUndefined();
  });

  it('may have a claim called like the prototype', () => {
    const claims = withClaim({ a: 1 }, ['__proto__', 'polluted'], true);
    expect(Object.keys(claims)).toEqual(['a', '__proto__']);
    expect(({} as Claims)['polluted']).toBeUndefined();
    expect(withClaim(claims, ['__proto__'], undefined)).toEqual({ a: 1 });
  });

  it('is as large as its longest text', () => {
    expect(sizeOf({ a: ['xx', { b: 'xxxx' }], c: null })).toBe(5);
  });
});

describe('what is known of a matcher', () => {
  it.each<readonly [Matcher, boolean, boolean]>([
    [{ kind: 'equals', value: 'a' }, true, true],
    [{ kind: 'equals', value: 7 }, true, true],
    [{ kind: 'one_of', values: ['a', 'b'] }, true, true],
    [{ kind: 'pulumi', pattern: 'a.b' }, true, true],
    [{ kind: 'pulumi', pattern: 'a?' }, false, true],
    [{ kind: 'pulumi', pattern: '....' }, false, false],
    [{ kind: 'pulumi', pattern: '*' }, false, false],
    [{ kind: 'glob', pattern: 'a\\*' }, true, true],
    [{ kind: 'glob', pattern: '**' }, false, false],
    [{ kind: 'glob', pattern: '*a' }, false, true],
    [{ kind: 'prefix', value: 'a' }, false, true],
    [{ kind: 'suffix', value: 'a' }, false, true],
    [{ kind: 'contains', value: 'a' }, false, false],
    [{ kind: 'present', value: true }, false, false],
    [{ kind: 'cidr', ranges: ['10.0.0.0/8'] }, false, true],
    [{ kind: 'not', of: { kind: 'equals', value: 'a' } }, false, false],
    [{ kind: 'element', of: { kind: 'equals', value: 'a' } }, true, true],
    [{ kind: 'folded', of: { kind: 'equals', value: 'a' } }, true, true],
    [
      {
        kind: 'all',
        of: [
          { kind: 'present', value: true },
          { kind: 'equals', value: 'a' },
        ],
      },
      true,
      true,
    ],
    [
      {
        kind: 'any',
        of: [
          { kind: 'present', value: true },
          { kind: 'equals', value: 'a' },
        ],
      },
      false,
      false,
    ],
    [
      {
        kind: 'any',
        of: [
          { kind: 'equals', value: 'b' },
          { kind: 'equals', value: 'a' },
        ],
      },
      true,
      true,
    ],
  ])('%j', (matcher, exact, narrow) => {
    expect([isExact(matcher), narrows(matcher)]).toEqual([exact, narrow]);
  });

  it('is what stands between the wildcards', () => {
    expect(piecesOf({ kind: 'pulumi', pattern: 'a*b?c.d' })).toEqual(['a', 'b', 'c.d']);
    expect(piecesOf({ kind: 'glob', pattern: 'a*b**\\*c\\\\?' })).toEqual(['a', 'b', '*c\\?']);
  });

  it.each<readonly [Matcher, Json | undefined]>([
    [{ kind: 'glob', pattern: 'repo:*/shop:**' }, 'repo:mallory/app:ref:refs/heads/main'],
    [{ kind: 'glob', pattern: 'a/*/c' }, undefined],
    [{ kind: 'pulumi', pattern: 'v?.*' }, undefined],
    [{ kind: 'suffix', value: '@acme.example' }, 'mallory@mallory.example'],
    [{ kind: 'contains', value: 'acme' }, 7],
    [{ kind: 'not', of: { kind: 'present', value: true } }, 'x'],
    [{ kind: 'element', of: { kind: 'prefix', value: 'a' } }, undefined],
    [{ kind: 'only_element', value: 'a' }, undefined],
    [
      {
        kind: 'any',
        of: [
          { kind: 'equals', value: 'b' },
          { kind: 'cidr', ranges: ['::1'] },
        ],
      },
      null,
    ],
    [{ kind: 'folded', of: { kind: 'equals', value: 'a' } }, undefined],
  ])('may be a value that it accepts: %j', (matcher, like) => {
    const compiled = compileMatcher(matcher, []);
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
    expect(candidates(matcher, like).some((value) => compiled.value.test(value) === true)).toBe(true);
  });

  it('has few and short guesses, however large it is', () => {
    const large: Matcher = {
      kind: 'all',
      of: Array.from({ length: 1_000 }, () => ({ kind: 'pulumi', pattern: '*a'.repeat(500) })),
    };
    const guesses = candidates(large, 'x/'.repeat(1_000));
    expect(guesses.length).toBeLessThanOrEqual(40);
    for (const guess of guesses) expect(JSON.stringify(guess).length).toBeLessThanOrEqual(2_050);
  });
});
