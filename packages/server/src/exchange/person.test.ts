import { describe, expect, it } from 'vitest';
import type { IdentityProvider } from '../snapshot/model.ts';
import { personOf } from './person.ts';

const provider: IdentityProvider = {
  id: 'idp_1',
  name: 'corp',
  issuer: 'https://idp.example',
  clientId: 'countersign',
  scopes: ['openid'],
  audiences: ['countersign'],
  organizations: ['acme'],
  emailDomains: ['acme.example'],
  emailIsVerified: false,
  claims: { email: 'email', groups: 'realm.groups', name: 'name' },
};

describe('personOf', () => {
  it('names a person by provider and sub, whatever the email says', () => {
    const person = personOf(provider, 'sub-1', { email: 'ada@acme.example', email_verified: true });
    expect(person.user).toBe('corp/sub-1');
    expect(person.email).toBe('ada@acme.example');
    expect(person.vouchedBy).toEqual({
      kind: 'identity_provider',
      provider: 'corp',
      organizations: ['acme'],
    });
  });

  it.each([
    ['unverified', { email: 'ada@acme.example', email_verified: false }],
    ['verified as a string', { email: 'ada@acme.example', email_verified: 'true' }],
    ['silent about verification', { email: 'ada@acme.example' }],
    ['of a domain the provider may not speak for', { email: 'ada@evil.example', email_verified: true }],
    ['with the domain in its local part', { email: 'ada@acme.example@evil.example', email_verified: true }],
    ['without a domain', { email: 'ada@', email_verified: true }],
    ['not a string', { email: ['ada@acme.example'], email_verified: true }],
    ['verified as a number', { email: 'ada@acme.example', email_verified: 1 }],
    ['of a domain below', { email: 'ada@eu.acme.example', email_verified: true }],
    ['with something that nobody sees', { email: 'ada\u200b@acme.example', email_verified: true }],
    ['with a line more', { email: 'ada\n@acme.example', email_verified: true }],
    ['longer than any address', { email: `${'a'.repeat(250)}@acme.example`, email_verified: true }],
  ])('does not count an email that is %s', (_case, claims) => {
    expect(personOf(provider, 's', claims).email).toBeUndefined();
  });

  it('counts every email of a provider that vouches for all', () => {
    const person = personOf({ ...provider, emailIsVerified: true }, 's', { email: 'ada@acme.example' });
    expect(person.email).toBe('ada@acme.example');
  });

  it('counts an email of another name by the provider’s word alone: email_verified does not speak of it', () => {
    const claims = { upn: 'ada@acme.example', email: 'x@acme.example', email_verified: true };
    const byUpn = { ...provider, claims: { ...provider.claims, email: 'upn' } };
    expect(personOf(byUpn, 's', claims).email).toBeUndefined();
    expect(personOf({ ...byUpn, emailIsVerified: true }, 's', claims).email).toBe('ada@acme.example');
  });

  it('counts an email elsewhere by the email_verified beside it, and by no other', () => {
    const nested = { ...provider, claims: { ...provider.claims, email: 'profile.email' } };
    const email = 'ada@acme.example';
    expect(personOf(nested, 's', { profile: { email, email_verified: true } }).email).toBe(email);
    expect(personOf(nested, 's', { profile: { email }, email_verified: true }).email).toBeUndefined();
  });

  it('counts a domain in whatever case', () => {
    expect(personOf(provider, 's', { email: 'Ada@ACME.Example', email_verified: true }).email).toBe(
      'Ada@ACME.Example',
    );
  });

  it('reads groups where the provider keeps them, and only strings', () => {
    expect(personOf(provider, 's', { realm: { groups: ['ops', 7, 'dev'] } }).groups).toEqual(['ops', 'dev']);
    expect(personOf(provider, 's', { realm: { groups: 'ops' } }).groups).toEqual([]);
  });
});
