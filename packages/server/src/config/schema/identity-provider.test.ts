import { describe, expect, it } from 'vitest';
import { formatPath } from '../problem.ts';
import { identityProvider } from './identity-provider.ts';

const corp = { name: 'corp', issuer: 'https://idp.acme.example', client_id: 'countersign' };
const read = (more: object = {}) => identityProvider.safeParse({ ...corp, ...more });
const problems = (more: object) => {
  const { error } = read(more);
  return (error?.issues ?? []).map(
    ({ path, message }) =>
      `${formatPath(path.map((key) => (typeof key === 'number' ? key : String(key))))}: ${message}`,
  );
};

describe('an identity provider', () => {
  it('needs a name, an issuer and a client, and vouches for nothing by itself', () => {
    expect(read().data).toEqual({
      name: 'corp',
      issuer: 'https://idp.acme.example',
      clientId: 'countersign',
      scopes: ['openid', 'email', 'profile', 'offline_access'],
      audiences: [],
      emailIsVerified: false,
      claims: { email: 'email', groups: 'groups', name: 'name' },
    });
    for (const name of ['name', 'issuer', 'client_id'])
      expect(problems({ [name]: undefined })[0]).toMatch(new RegExp(`^${name}: `));
  });

  it('has every flag as it is written', () => {
    const file = {
      client_secret: 'not a secret',
      scopes: ['openid', 'https://acme.example/auth/groups'],
      audiences: ['cli'],
      organizations: ['acme', 'globex'],
      email_domains: ['ACME.example'],
      email_is_verified: true,
      claims: { email: 'upn', groups: 'realm_access.roles', name: '"https://acme.example/name"' },
    };
    expect(read(file).data).toMatchObject({
      clientSecret: 'not a secret',
      scopes: ['openid', 'https://acme.example/auth/groups'],
      audiences: ['cli'],
      organizations: ['acme', 'globex'],
      emailDomains: ['acme.example'],
      emailIsVerified: true,
      claims: { email: 'upn', groups: 'realm_access.roles', name: '"https://acme.example/name"' },
    });
  });

  it.each([
    ['email_is_verified: ', { email_is_verified: 'true' }],
    ['email_is_verified: ', { email_is_verified: 1 }],
    ['email_domains: ', { email_domains: [] }],
    ['email_domains[0]: ', { email_domains: ['@acme.example'] }],
    ['email_domains[0]: ', { email_domains: ['*.acme.example'] }],
    ['email_domains: ', { email_domains: Array.from({ length: 1001 }, (_, at) => `d${at}.example`) }],
    ['organizations: ', { organizations: [] }],
    ['organizations: ', { organizations: ['acme', 'acme'] }],
    ['organizations: ', { organizations: Array.from({ length: 201 }, (_, at) => `o${at}`) }],
    ['organizations[0]: ', { organizations: ['No Name'] }],
    ['client_secret: ', { client_secret: '' }],
    ['client_secret: ', { client_secret: 'a\nb' }],
    ['client_secret: ', { client_secret: 'a'.repeat(1025) }],
    ['scopes: ', { scopes: [] }],
    ['scopes: ', { scopes: ['email'] }],
    ['scopes: ', { scopes: ['openid', 'openid'] }],
    ['scopes: ', { scopes: ['openid', ...Array.from({ length: 50 }, (_, at) => `s${at}`)] }],
    ['scopes[1]: ', { scopes: ['openid', 'email profile'] }],
    ['scopes[1]: ', { scopes: ['openid', 'a"b'] }],
    ['claims.groups: ', { claims: { groups: 'a..b' } }],
    ['claims: ', { claims: { mail: 'email' } }],
  ])('is refused at %s%j', (start, more) => {
    const [first = '', ...others] = problems(more);
    expect(first.startsWith(start), first).toBe(true);
    expect(others).toEqual([]);
  });

  it('takes as many organizations and domains as the bound says', () => {
    const organizations = Array.from({ length: 200 }, (_, at) => `o${at}`);
    const email_domains = Array.from({ length: 1000 }, (_, at) => `d${at}.example`);
    expect(problems({ organizations, email_domains })).toEqual([]);
  });

  it('says itself that an email of another name is verified: email_verified does not speak of it', () => {
    const message =
      'claims.email: expected email_is_verified: true beside it: email_verified speaks of the claim email alone';
    for (const email of ['upn', 'preferred_username', 'email.work', '"user.email"'])
      expect(problems({ claims: { email } })).toEqual([message]);
    for (const email of ['email', 'profile.email', '"https://acme.example/user".email'])
      expect(problems({ claims: { email } })).toEqual([]);
    expect(problems({ claims: { email: 'upn' }, email_is_verified: true })).toEqual([]);
  });
});
