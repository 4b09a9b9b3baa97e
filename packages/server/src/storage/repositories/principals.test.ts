import type { Principal } from '@countersign/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePrincipal } from './principals.ts';

describe('principals', () => {
  const text = fc.string();
  const vouchedBy = fc.oneof(
    fc.record({ kind: fc.constant('organization' as const), organization: text }),
    fc.record({
      kind: fc.constant('identity_provider' as const),
      provider: text,
      organizations: fc.array(text, { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('server' as const) }),
  );
  const membership = fc.record({ organization: text, user: text, login: text, identity: text });
  const principals: fc.Arbitrary<Principal> = fc.oneof(
    fc.record({
      kind: fc.constant('organization' as const),
      organization: text,
      admin: fc.boolean(),
      vouchedBy,
    }),
    fc.record({ kind: fc.constant('team' as const), organization: text, team: text, vouchedBy }),
    fc.record({ kind: fc.constant('runner' as const), organization: text, runner: text, vouchedBy }),
    fc.record({ kind: fc.constant('administrator' as const), vouchedBy }),
    fc.record(
      {
        kind: fc.constant('user' as const),
        user: text,
        login: text,
        email: text,
        name: text,
        groups: fc.array(text, { maxLength: 3 }),
        vouchedBy,
        memberships: fc.array(membership, { maxLength: 2 }),
      },
      { requiredKeys: ['kind', 'user', 'groups', 'vouchedBy'] },
    ),
  );

  it('of every kind come back as they went', () => {
    fc.assert(
      fc.property(principals, (principal) => {
        expect(parsePrincipal(JSON.stringify(principal))).toEqual(principal);
      }),
    );
  });

  it('without any one of their members are a fault', () => {
    fc.assert(
      fc.property(principals, (principal) => {
        for (const name of Object.keys(principal)) {
          if (['login', 'email', 'name', 'memberships'].includes(name)) continue;
          const { [name as 'kind']: _, ...rest } = principal;
          expect(() => parsePrincipal(JSON.stringify(rest))).toThrow(/^storage: token\.principal/);
        }
      }),
    );
  });

  it('with a membership that lacks something are a fault', () => {
    const whole = { organization: 'acme', user: 'usr_1', login: 'ada', identity: 'idn_1' };
    const user = (memberships: unknown) =>
      JSON.stringify({
        kind: 'user',
        user: 'corp/1',
        groups: [],
        vouchedBy: { kind: 'server' },
        memberships,
      });
    expect(parsePrincipal(user([whole]))).toMatchObject({ memberships: [whole] });
    for (const name of Object.keys(whole)) {
      const { [name as 'user']: _, ...rest } = whole;
      expect(() => parsePrincipal(user([rest]))).toThrow(/^storage: token\.principal/);
    }
    expect(() => parsePrincipal(user('all'))).toThrow(/^storage: token\.principal/);
  });
});
