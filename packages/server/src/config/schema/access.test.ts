import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { configSchema } from '../schema.ts';
import { policy } from './policy.ts';
import { route } from './route.ts';

const accepts = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

describe('routes', () => {
  const base = { name: 'r', from: 'https://r.example', to: 'http://127.0.0.1:9' };
  const policy = { allow: { or: [{ domain: 'a.example' }] } };

  it.each([
    [{ policy }, { policy }],
    [{ allow_any_authenticated_user: true }, { anyAuthenticated: true }],
    [
      { allow_any_authenticated_user: true, policy },
      { anyAuthenticated: true, policy },
    ],
    [{ allow_public_unauthenticated_access: true }, { public: true }],
  ])('reads access %j', (given, access) => {
    expect(route.parse({ ...base, ...given }).access).toEqual(access);
  });

  it.each([
    [{}],
    [{ allow_any_authenticated_user: false }],
    [{ allow_public_unauthenticated_access: true, policy }],
    [{ allow_public_unauthenticated_access: true, allow_any_authenticated_user: true }],
    [{ policy: {} }],
    [{ policy: [] }],
    [{ policy: null }],
  ])('refuses access %j', (given) => {
    expect(accepts(route, { ...base, ...given })).toBe(false);
  });

  it.each(['a', '//', '/a/../b', '/a%2fb', '/a;b', '/a?b', '/%61', ''])('refuses the prefix %j', (prefix) => {
    expect(accepts(route, { ...base, policy, prefix })).toBe(false);
  });

  it.each([
    'Host',
    'authorization',
    'Cookie',
    'Connection',
    'X-Forwarded-For',
    'X-Request-Id',
    'X-Pomerium-Jwt-Assertion',
    'X-Countersign-User',
    'X_Email',
    'a b',
    '',
  ])('puts no claim into the header %j', (header) => {
    const given = { ...base, policy, pass_identity_headers: true, jwt_claims_headers: { [header]: 'email' } };
    expect(accepts(route, given)).toBe(false);
  });

  it('puts a claim into a header once, and only where identity is passed', () => {
    const headers = { 'X-Pomerium-Claim-Email': 'email' };
    const given = { ...base, policy, pass_identity_headers: true, jwt_claims_headers: headers };
    expect(route.parse(given).claimHeaders).toEqual([{ header: 'x-pomerium-claim-email', claim: 'email' }]);
    expect(accepts(route, { ...given, pass_identity_headers: false })).toBe(false);
    const twice = { ...headers, 'x-pomerium-claim-email': 'name' };
    expect(accepts(route, { ...given, jwt_claims_headers: twice })).toBe(false);
  });
});

describe('policies', () => {
  const allow = { decision: 'allow', token_type: 'team', team: 'platform', match: { sub: { equals: 'x' } } };
  const issues = (policy: object) => {
    const issuer = { name: 'i', url: 'https://i.example', policies: [policy] };
    const file = { url: 'http://localhost', organizations: [{ name: 'acme', issuers: [issuer] }] };
    return (configSchema.safeParse(file).error?.issues ?? []).map(({ path }) => path.slice(6).join('.'));
  };

  it('names its target by the key of its token type', () => {
    expect(issues(allow)).toEqual([]);
    expect(issues({ ...allow, user: 'ada' })).toEqual(['user']);
    expect(issues({ ...allow, token_type: 'personal' })).toEqual(['team', '']);
    expect(issues({ ...allow, token_type: 'organization' })).toEqual(['team']);
  });

  it('say in what form, in which mode and for what their tokens are', () => {
    const written = { format: 'jwt', mode: 'audit', condition: 'true', allow_broad: true };
    const resources = ['HTTPS://Orders.example:443/', 'https://b.example/x'];
    expect(policy.parse({ ...allow, ...written, resources })).toMatchObject({
      format: 'jwt',
      mode: 'audit',
      condition: 'true',
      allowBroad: true,
      resources: ['https://orders.example', 'https://b.example/x'],
    });
  });

  it('mean the same with their defaults written out and left out', () => {
    const defaults = { format: 'opaque', mode: 'enforce', allow_broad: false, permissions: [], rules: {} };
    expect(policy.parse({ ...allow, ...defaults })).toEqual(policy.parse(allow));
  });

  it('have no key that is not known', () => {
    expect(accepts(policy, allow)).toBe(true);
    expect(accepts(policy, { ...allow, conditions: 'true' })).toBe(false);
  });

  it('are not told to open nothing, or to hold under an empty condition', () => {
    expect(issues({ ...allow, resources: [] })).toEqual(['resources']);
    expect(issues({ ...allow, condition: '' })).toEqual(['condition']);
  });

  it('have resources that are URLs', () => {
    expect(issues({ ...allow, resources: ['orders'] })[0]).toMatch(/^resources/);
    expect(issues({ ...allow, resources: ['https://a.example/../b'] })[0]).toMatch(/^resources/);
  });

  it('that deny give no form and no resources', () => {
    const deny = { ...allow, decision: 'deny' };
    expect(issues({ ...deny, format: 'jwt' })).toEqual(['format']);
    expect(issues({ ...deny, resources: ['https://a.example'] })[0]).toMatch(/^resources/);
  });

  it('has its faults placed in the words of the file', () => {
    expect(issues({ ...allow, decision: 'deny', max_expiration: '1h' })).toEqual(['max_expiration']);
    expect(issues({ ...allow, permissions: ['admin'] })).toEqual(['permissions']);
    expect(issues({ ...allow, match: { 'a..b': { equals: 'x' } } })).toEqual(['match.a..b']);
    expect(issues({ ...allow, rules: { sub: 5 } })).toEqual(['rules.sub']);
    expect(issues({ ...allow, match: {} })).toEqual(['']);
  });
});
