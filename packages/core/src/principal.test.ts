import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countsIn,
  foldCase,
  principalAmong,
  principalFacts,
  principalId,
  principalIn,
  type Principal,
  type UserPrincipal,
  type Voucher,
} from './principal.ts';

const acme: Voucher = { kind: 'organization', organization: 'acme' };
const corp: Voucher = { kind: 'identity_provider', provider: 'corp', organizations: ['acme', 'globex'] };
const ada: UserPrincipal = {
  kind: 'user',
  user: 'usr_ada',
  login: 'ada',
  email: 'Ada@Acme.Example',
  name: 'Ada',
  groups: ['eng'],
  vouchedBy: acme,
};

function withEmail(email: string): UserPrincipal {
  return { ...ada, email };
}

describe('principalId', () => {
  it('names every kind', () => {
    const principals: readonly Principal[] = [
      { kind: 'organization', organization: 'acme', admin: true, vouchedBy: acme },
      { kind: 'team', organization: 'acme', team: 'platform', vouchedBy: acme },
      { kind: 'runner', organization: 'acme', runner: 'linux', vouchedBy: acme },
      ada,
      { kind: 'administrator', vouchedBy: { kind: 'server' } },
    ];
    expect(principals.map(principalId)).toEqual([
      'org:acme',
      'team:acme/platform',
      'runner:acme/linux',
      'usr_ada',
      'administrator',
    ]);
  });
});

describe('countsIn', () => {
  it('lets an organization vouch in itself alone', () => {
    expect(countsIn(ada, 'acme')).toBe(true);
    expect(countsIn(ada, 'globex')).toBe(false);
  });

  it('lets an identity provider vouch in the organizations that it lists', () => {
    const person: Principal = { ...ada, vouchedBy: corp };
    expect(['acme', 'globex', 'initech'].map((name) => countsIn(person, name))).toEqual([true, true, false]);
  });

  it('makes the site administrator nobody everywhere', () => {
    expect(countsIn({ kind: 'administrator', vouchedBy: { kind: 'server' } }, 'acme')).toBe(false);
  });
});

describe('principalFacts', () => {
  it('tells a member of an organization', () => {
    expect(principalFacts(ada)).toEqual({
      kind: 'user',
      id: 'usr_ada',
      user: 'usr_ada',
      login: 'ada',
      name: 'Ada',
      email: 'Ada@Acme.Example',
      domain: 'acme.example',
      groups: ['eng'],
      organization: 'acme',
    });
  });

  it('does not say that a person of an identity provider belongs to one organization', () => {
    const facts = principalFacts({ kind: 'user', user: 'corp/7', groups: [], vouchedBy: corp });
    expect(facts).toEqual({ kind: 'user', id: 'corp/7', user: 'corp/7', groups: [] });
  });

  it('names a team by its organization as well', () => {
    const facts = principalFacts({
      kind: 'team',
      organization: 'acme',
      team: 'platform',
      vouchedBy: acme,
    });
    expect(facts).toMatchObject({ organization: 'acme', team: 'acme/platform' });
    expect(facts).not.toHaveProperty('groups');
  });

  it('tells nothing but the kind of the site administrator', () => {
    const facts = principalFacts({ kind: 'administrator', vouchedBy: { kind: 'server' } });
    expect(facts).toEqual({ kind: 'administrator', id: 'administrator' });
  });

  it('takes the domain after the last @', () => {
    const facts = principalFacts(withEmail('"a@evil.example"@acme.example'));
    expect(facts['domain']).toBe('acme.example');
  });

  it.each(['ada', '@acme.example', 'ada@', '@'])('has no domain for %j', (email) => {
    expect(principalFacts(withEmail(email))).not.toHaveProperty('domain');
  });

  it('does not fold look-alikes of letters into letters', () => {
    expect(principalFacts(withEmail('x@\u212aorp.example'))['domain']).toBe('\u212aorp.example');
  });
});

describe('foldCase', () => {
  it('changes A to Z and no other character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const wanted = Array.from(text, (one) => ('A' <= one && one <= 'Z' ? one.toLowerCase() : one));
        expect(Array.from(foldCase(text))).toEqual(wanted);
      }),
    );
  });
});

describe('a person of a provider whom organizations know as a member', () => {
  const at = (organization: string, user: string, login: string) => ({
    organization,
    user,
    login,
    identity: `idn_${organization}`,
  });
  const person: UserPrincipal = {
    kind: 'user',
    user: 'corp/1001',
    email: 'ada@acme.example',
    groups: [],
    vouchedBy: { kind: 'identity_provider', provider: 'corp', organizations: ['acme', 'globex', 'initech'] },
    memberships: [at('acme', 'usr_ada', 'ada'), at('globex', 'usr_mallory', 'mallory')],
  };

  it('is to each what it says, and to nobody what another says', () => {
    expect(principalAmong(person, ['acme'])).toMatchObject({ user: 'usr_ada', login: 'ada' });
    expect(principalAmong(person, ['globex'])).toMatchObject({ user: 'usr_mallory', login: 'mallory' });
    expect(principalAmong(person, ['initech'])).toMatchObject({ user: 'corp/1001' });
    expect(principalAmong(person, ['initech'])).not.toHaveProperty('login');
  });

  it('counts where it is somebody in that organization alone', () => {
    const ada = principalIn(person, 'acme');
    expect(countsIn(ada, 'acme')).toBe(true);
    expect(countsIn(ada, 'globex')).toBe(false);
    expect(principalFacts(ada)).toMatchObject({ id: 'usr_ada', login: 'ada', organization: 'acme' });
    expect(principalFacts(person)).not.toHaveProperty('organization');
    expect(principalAmong(ada, ['globex'])).toBeUndefined();
  });

  it('is, of several organizations, what the first says that knows it', () => {
    expect(principalAmong(person, ['initech', 'globex', 'acme'])).toMatchObject({ user: 'usr_mallory' });
    expect(principalAmong(person, ['elsewhere', 'acme'])).toMatchObject({ user: 'usr_ada' });
    expect(principalAmong(person, ['elsewhere'])).toBeUndefined();
  });

  it('is the same object where there is nothing to choose, so that facts are made once', () => {
    const ada = principalIn(person, 'acme');
    expect(principalAmong(ada, ['acme'])).toBe(ada);
    const stranger: UserPrincipal = { ...withEmail('x@y.example'), user: 'corp/2', vouchedBy: corp };
    expect(principalAmong(stranger, ['globex'])).toBe(stranger);
  });

  it('leaves everybody else as they are', () => {
    expect(principalAmong(ada, ['acme'])).toBe(ada);
    expect(principalAmong(ada, ['globex'])).toBeUndefined();
  });
});
