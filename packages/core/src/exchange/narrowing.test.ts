import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileTrust } from '../policy/dialect/trust.ts';
import type { TrustPolicy } from '../policy/model.ts';
import { principalId } from '../principal.ts';
import type { Result } from '../result.ts';
import { DEFAULT_EXPIRATION, SIGNED_MAX_EXPIRATION } from './lifetime.ts';
import { exchange } from './exchange.ts';
import type { Directory, ExchangeRequest, Grant, Refusal, Target } from './model.ts';

/** Threat 3: granted = policy ∩ requested ∩ what the target has, over policies and requests of any kind. */

const NAMES = ['a', 'b', 'ab', 'ghost'] as const;
const directory: Directory = {
  organization: 'acme',
  members: new Map(
    ['a', 'b', 'ab'].map((login) => [login, { user: `usr_${login}`, login, role: 'admin' as const }]),
  ),
  teams: new Map(['a', 'b', 'ab'].map((name) => [name, { name, displayName: name, members: [] }])),
  runners: new Set(['a', 'b', 'ab']),
  resources: new Set(['https://a', 'https://b', 'https://ab']),
};

const name = fc.constantFrom(...NAMES);
const pattern = fc.constantFrom('a', 'a*', '*', '?b');
const seconds = fc.integer({ min: 1, max: 200_000 });

const target: fc.Arbitrary<Target> = fc.oneof(
  fc.boolean().map((admin) => ({ type: 'organization' as const, admin })),
  name.map((team) => ({ type: 'team' as const, team })),
  name.map((login) => ({ type: 'personal' as const, login })),
  name.map((runner) => ({ type: 'runner' as const, runner })),
);

const resource = name.map((host) => `https://${host}`);

const allow: fc.Arbitrary<TrustPolicy> = fc
  .record({
    resources: fc.option(fc.array(resource, { minLength: 1, maxLength: 3 }), { nil: undefined }),
    format: fc.constantFrom('opaque', 'jwt', undefined),
    tokenType: fc.constantFrom('organization', 'team', 'personal', 'runner'),
    target: pattern,
    admin: fc.boolean(),
    sub: pattern,
    maxExpiration: fc.option(seconds, { nil: undefined }),
  })
  .map(({ tokenType, target: named, admin, sub, maxExpiration, resources, format }) => ({
    decision: 'allow',
    tokenType,
    permissions: tokenType === 'organization' && admin ? ['admin'] : [],
    rules: { sub },
    match: {},
    ...(tokenType === 'organization' ? {} : { target: named }),
    ...(maxExpiration === undefined ? {} : { maxExpiration }),
    ...(resources === undefined ? {} : { resources }),
    ...(format === undefined ? {} : { format }),
  }));

const deny: fc.Arbitrary<TrustPolicy> = fc
  .record({ tokenType: fc.constantFrom('organization', 'team', 'personal', 'runner'), sub: pattern })
  .map(({ tokenType, sub }) => ({ decision: 'deny', tokenType, permissions: [], rules: { sub }, match: {} }));

const policies = fc.array(fc.oneof({ arbitrary: allow, weight: 4 }, deny), { maxLength: 6 });

const request: fc.Arbitrary<ExchangeRequest> = fc
  .record({
    target,
    expiration: fc.option(seconds, { nil: undefined }),
    resources: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(resource, { maxLength: 3 })),
    format: fc.constantFrom('jwt', undefined),
  })
  .map(({ target: asked, expiration, resources, format }) => ({
    organization: 'acme',
    target: asked,
    resources,
    ...(format === undefined ? {} : { format }),
    ...(expiration === undefined ? {} : { expiration }),
  }));

function run(
  list: readonly TrustPolicy[],
  asked: ExchangeRequest,
  sub: string,
  maxExpiration: number,
): Result<Grant, Refusal> {
  const trust = compileTrust(list);
  if (!trust.ok) throw new Error(JSON.stringify(trust.error));
  return exchange({
    request: asked,
    issuer: { id: 'iss_1', name: 'ci', organization: 'acme', maxExpiration, trust: trust.value },
    claims: { sub },
    directory,
    now: 1_000_000,
  });
}

const expectedId = (asked: Target): string => {
  switch (asked.type) {
    case 'organization':
      return 'org:acme';
    case 'team':
      return `team:acme/${asked.team}`;
    case 'personal':
      return `usr_${asked.login}`;
    case 'runner':
      return `runner:acme/${asked.runner}`;
  }
};

describe('a grant', () => {
  it('is granted often enough for these properties to mean something', () => {
    const samples = fc.sample(fc.tuple(policies, request, name), { numRuns: 500, seed: 1 });
    const granted = samples.filter(([list, asked, sub]) => run(list, asked, sub, 90_000).ok);
    expect(granted.length).toBeGreaterThan(25);
    expect(granted.length).toBeLessThan(475);
  });

  it('never exceeds what was asked for, the issuer or the policies, and speaks as the target alone', () => {
    fc.assert(
      fc.property(policies, request, name, seconds, (list, asked, sub, maxExpiration) => {
        const result = run(list, asked, sub, maxExpiration);
        if (!result.ok) return;
        const { principal, expiresIn, expiresAt, decision } = result.value;
        expect(expiresIn).toBeGreaterThanOrEqual(1);
        expect(expiresIn).toBeLessThanOrEqual(
          Math.min(asked.expiration ?? DEFAULT_EXPIRATION, maxExpiration),
        );
        expect(expiresAt).toBe(1_000_000 + expiresIn);
        expect(principalId(principal)).toBe(expectedId(asked.target));
        expect(principal.vouchedBy).toEqual({ kind: 'organization', organization: 'acme' });
        const deciding = decision.determining.map((id) => list[Number(/\d+/.exec(id)?.[0])]);
        expect(deciding.length).toBeGreaterThan(0);
        expect(deciding.some((one) => expiresIn <= (one?.maxExpiration ?? Infinity))).toBe(true);
        for (const one of deciding)
          expect([one?.decision, one?.tokenType]).toEqual(['allow', asked.target.type]);
        if (principal.kind !== 'organization') return;
        expect(principal.admin).toBe(asked.target.type === 'organization' && asked.target.admin);
        const listed = deciding.every((one) => one?.permissions.includes('admin'));
        expect(listed || !principal.admin).toBe(true);
      }),
    );
  });

  it('opens what was asked for, what the policies open and what exists, and nothing beside', () => {
    fc.assert(
      fc.property(policies, request, name, (list, asked, sub) => {
        const result = run(list, asked, sub, 90_000);
        if (!result.ok) return;
        const { resources, decision } = result.value;
        const deciding = decision.determining.map((id) => list[Number(/\d+/.exec(id)?.[0])]);
        const everything = deciding.some((one) => one?.resources === undefined);
        const opened = deciding.flatMap((one) => one?.resources ?? []);
        for (const one of resources) {
          expect(directory.resources).toContain(one);
          expect(everything || opened.includes(one)).toBe(true);
        }
        // No limit only where nothing was asked for and a policy opens everything.
        if (asked.resources.length > 0) expect(resources).toEqual([...new Set(asked.resources)]);
        else expect(resources.length === 0).toBe(everything);
      }),
    );
  });

  it('is signed where it was asked for or where all policies say so, and then short', () => {
    fc.assert(
      fc.property(policies, request, name, (list, asked, sub) => {
        const result = run(list, asked, sub, 90_000);
        if (!result.ok) return;
        const { format, expiresIn, decision } = result.value;
        const formats = decision.determining.map((id) => list[Number(/\d+/.exec(id)?.[0])]?.format);
        const signed = asked.format === 'jwt' || formats.every((one) => one === 'jwt');
        expect(format).toBe(signed ? 'jwt' : 'opaque');
        if (signed) expect(expiresIn).toBeLessThanOrEqual(SIGNED_MAX_EXPIRATION);
      }),
    );
  });

  it('never widens when an allow is removed or a deny is added', () => {
    fc.assert(
      fc.property(policies, request, name, fc.nat(), deny, (list, asked, sub, at, more) => {
        const before = run(list, asked, sub, 90_000);
        const isAllow = list[at % Math.max(list.length, 1)]?.decision === 'allow';
        const without = isAllow ? list.filter((_one, index) => index !== at % list.length) : list;
        for (const narrower of [without, [...list, more], [more, ...list]]) {
          const after = run(narrower, asked, sub, 90_000);
          if (!after.ok) continue;
          expect(before.ok && before.value.expiresIn).toBeGreaterThanOrEqual(after.value.expiresIn);
          const wide = before.ok && before.value.resources;
          if (wide === false || wide.length === 0) continue;
          expect(after.value.resources.length).toBeGreaterThan(0);
          expect(wide).toEqual(expect.arrayContaining([...after.value.resources]));
        }
      }),
    );
  });

  it('does not depend on the order of the policies', () => {
    fc.assert(
      fc.property(policies, request, name, (list, asked, sub) => {
        const summary = (result: Result<Grant, Refusal>) =>
          result.ok && [
            result.value.principal,
            result.value.expiresIn,
            result.value.format,
            result.value.resources,
          ];
        expect(summary(run(list.toReversed(), asked, sub, 90_000))).toEqual(
          summary(run(list, asked, sub, 90_000)),
        );
      }),
    );
  });
});
