import type { Principal, UserPrincipal } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import type { Presented, TokenRecord } from '../tokens/model.ts';
import { stillOn, tokenOn } from './speaker.ts';
import { route } from './testing/fixture.ts';

const person: UserPrincipal = {
  kind: 'user',
  user: 'corp/1',
  groups: [],
  vouchedBy: { kind: 'identity_provider', provider: 'corp', organizations: ['acme', 'globex'] },
  memberships: [{ organization: 'acme', user: 'usr_ada', login: 'ada', identity: 'idn_1' }],
};
const token = (principal: Principal = person, organization?: string) =>
  ({ id: 'tok_1', principal, ...(organization === undefined ? {} : { organization }) }) as TokenRecord;
const acme = route({ organizations: ['acme'] });
const globex = route({ organizations: ['globex'] });
const vouchedBy = (...organizations: readonly string[]) =>
  ({ kind: 'identity_provider', provider: 'corp', organizations }) as const;

describe('a token on a route', () => {
  it('speaks as whom the organization of the route knows its holder', () => {
    expect(tokenOn(acme, token())?.principal).toMatchObject({ user: 'usr_ada' });
    expect(tokenOn(globex, token())?.principal).toMatchObject({ user: 'corp/1' });
    expect(tokenOn(route({ organizations: ['initech'] }), token())).toBeUndefined();
  });

  it('is the same record where nothing is to be chosen', () => {
    const own = token(
      {
        kind: 'organization',
        organization: 'acme',
        admin: false,
        vouchedBy: { kind: 'organization', organization: 'acme' },
      },
      'acme',
    );
    expect(tokenOn(acme, own)).toBe(own);
    expect(tokenOn(globex, own)).toBeUndefined();
  });
});

describe('who stays connected', () => {
  const again = async (presented: Presented, on = acme) => {
    const begun = tokenOn(on, token());
    if (!begun) throw new Error('the token opens nothing here');
    return (await stillOn(on, begun, () => Promise.resolve(presented))()).state;
  };
  const live = (principal: Principal): Presented => ({ state: 'live', token: token(principal) });

  it('is over where the organization of the route does not know them any more, though another may', async () => {
    expect(await again(live(person))).toBe('live');
    expect(await again(live({ ...person, vouchedBy: vouchedBy('globex') }))).toBe('invalid');
    expect(await again(live({ ...person, vouchedBy: vouchedBy('acme') }), globex)).toBe('invalid');
  });

  it('is over when they are somebody else there', async () => {
    const { memberships: _, ...stranger } = person;
    expect(await again(live(stranger))).toBe('invalid');
  });

  it('is what their token is otherwise', async () => {
    for (const state of ['expired', 'revoked', 'invalid', 'unavailable'] as const)
      expect(await again({ state })).toBe(state);
  });

  it('is asked without more where the token belongs to one organization', () => {
    const ask = () => ({ state: 'expired' }) as const;
    expect(stillOn(acme, token(person, 'acme'), ask)).toBe(ask);
  });
});
