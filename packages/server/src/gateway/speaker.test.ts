import type { Principal, UserPrincipal } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import type { TokenRecord } from '../tokens/model.ts';
import { opensRoute, tokenOn } from './speaker.ts';
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

describe('what a token opens', () => {
  it.each<readonly [readonly string[], boolean]>([
    [[], true],
    [['https://app.example'], true],
    [['host:app.example'], true],
    [['host:other.example'], false],
    [['https://app.example/other'], false],
  ])('with the resources %j: %s', (resources, expected) => {
    expect(opensRoute({ ...token(), resources }, acme, 'app.example')).toBe(expected);
  });
});
