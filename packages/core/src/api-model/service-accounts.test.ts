import { describe, expect, it } from 'vitest';
import { serviceAccountCreation, tokenRotation } from './service-accounts.ts';

const takes = (more: object) => serviceAccountCreation.safeParse({ name: 'backup', ...more }).success;

describe('a service account', () => {
  it.each(['a', 'backup', 'b-2', 'x'.repeat(40)])('may be called %s', (name) => {
    expect(takes({ name })).toBe(true);
  });

  it.each(['', '-a', 'a-', 'A', 'a/b', 'a:b', 'a b', 'x'.repeat(41), 7])('may not be called %j', (name) => {
    expect(takes({ name })).toBe(false);
  });

  it('says what policies can read: texts, numbers, booleans and lists of them', () => {
    expect(takes({ claims: { environment: 'production', tiers: [1, 2], on: true } })).toBe(true);
    for (const value of [null, {}, [[]], [null], [{}]]) expect(takes({ claims: { x: value } })).toBe(false);
  });

  it.each(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'azp', 'act', 'may_act', 'cnf'])(
    'never says what a token of an issuer says of itself: %s',
    (name) => {
      const { error } = serviceAccountCreation.safeParse({ name: 'backup', claims: { [name]: 'x' } });
      expect(error?.issues).toMatchObject([
        { path: ['claims', name], message: 'expected another name: tokens of issuers alone have this one' },
      ]);
    },
  );

  it('says no more than the bounds allow', () => {
    const named = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`c${at}`, 1]));
    expect(takes({ claims: named(32) })).toBe(true);
    expect(takes({ claims: named(33) })).toBe(false);
    expect(takes({ claims: { x: 'y'.repeat(4088) } })).toBe(true);
    expect(takes({ claims: { x: 'y'.repeat(4089) } })).toBe(false);
    expect(takes({ claims: { ['n'.repeat(101)]: 1 } })).toBe(false);
  });
});

describe('a rotation', () => {
  it('overlaps for 30 days at most, and may not overlap at all', () => {
    const takesOverlap = (overlap: unknown) => tokenRotation.safeParse({ overlap }).success;
    for (const good of [undefined, null, 0, 1, 30 * 86_400]) expect(takesOverlap(good)).toBe(true);
    for (const bad of [-1, 0.5, 30 * 86_400 + 1, '60']) expect(takesOverlap(bad)).toBe(false);
  });
});
