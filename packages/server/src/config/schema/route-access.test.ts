import { describe, expect, it } from 'vitest';
import { route } from './route.ts';

const base = { name: 'r', from: 'https://r.example', to: 'http://127.0.0.1:9' };
const open = { ...base, allow_any_authenticated_user: true };

const problems = (given: object) => {
  const parsed = route.safeParse({ ...base, ...given });
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('lists of who may pass', () => {
  it('are read as they are written', () => {
    const lists = {
      allowed_users: ['ada@acme.example'],
      allowed_domains: ['acme.example'],
      allowed_idp_claims: { groups: ['eng', 7, true] },
    };
    expect(route.parse({ ...base, ...lists }).access).toEqual({
      allowedUsers: ['ada@acme.example'],
      allowedDomains: ['acme.example'],
      allowedClaims: { groups: ['eng', 7, true] },
    });
  });

  it.each([{ allowed_users: ['a'] }, { allowed_domains: ['a'] }, { allowed_idp_claims: { a: ['b'] } }])(
    '%j suffices, and excludes a public route',
    (list) => {
      expect(problems(list)).toEqual([]);
      expect(problems({ ...list, allow_public_unauthenticated_access: true })).toEqual([
        'allow_public_unauthenticated_access: excludes every other key of access: nobody is asked on a public route',
      ]);
    },
  );

  it.each([
    [{ allowed_users: [] }, 'allowed_users: expected 1 to 1000 values'],
    [{ allowed_domains: [] }, 'allowed_domains: expected 1 to 1000 values'],
    [{ allowed_idp_claims: {} }, 'allowed_idp_claims: expected 1 to 1000 entries'],
    [{ allowed_idp_claims: { 'a..b': ['x'] } }, 'allowed_idp_claims.a..b: '],
  ])('%j is refused', (given, message) => {
    expect(problems(given)).toEqual([expect.stringContaining(message)]);
  });
});

describe('a policy', () => {
  const policy = (criterion: object) => ({ policy: { allow: { and: [criterion] } } });

  it.each([
    { http_method: 'GET' },
    { http_path: { starts_with: '/api/' } },
    { runner: 'acme/linux' },
    { condition: 'claims.sub == "x"' },
    { or: [{ user: 'usr_1' }, { not: [{ domain: 'x.example' }] }] },
  ])('may ask %j', (criterion) => {
    expect(problems(policy(criterion))).toEqual([]);
  });

  it.each([
    { source_ip: '10.0.0.0/8' },
    { date: { after: '2026-11-01' } },
    { day_of_week: 'mon-fri' },
    { time_of_day: { after: '9:00', before: '17:30', timezone: 'Europe/Berlin' } },
    { cors_preflight: true },
    { token_type: 'team' },
    { issuer: 'acme/github' },
    { actor: 'somebody' },
    { client_certificate: { fingerprint: 'ab'.repeat(32) } },
  ])('may ask the gateway %j', (criterion) => {
    expect(problems(policy(criterion))).toEqual([]);
  });
});

describe('preflights', () => {
  it('pass by a rule of their own, beside what lets people in', () => {
    expect(route.parse({ ...open, cors_allow_preflight: true }).access).toEqual({
      anyAuthenticated: true,
      corsPreflight: true,
    });
  });

  it('are no use alone, and are not asked about on a public route', () => {
    expect(problems({ cors_allow_preflight: true })).toEqual([
      expect.stringMatching(/^: .*nobody could pass/),
    ]);
    const isPublic = { allow_public_unauthenticated_access: true, cors_allow_preflight: true };
    expect(problems(isPublic)).toEqual([
      'allow_public_unauthenticated_access: excludes every other key of access: nobody is asked on a public route',
    ]);
  });
});

describe('which paths', () => {
  it.each([
    [{}, { prefix: '/' }],
    [{ prefix: '/a' }, { prefix: '/a' }],
    [{ path: '/a' }, { prefix: '/', path: '/a' }],
    [{ regex: '/v[0-9]+/.*' }, { prefix: '/', regex: '/v[0-9]+/.*' }],
  ])('%j', (given, wanted) => {
    expect(route.parse({ ...open, ...given })).toMatchObject(wanted);
  });

  it.each([
    [{ prefix: '/a', path: '/a' }, ['path: excludes prefix']],
    [{ prefix: '/', regex: '/a' }, ['regex: excludes prefix']],
    [{ path: '/a', regex: '/a' }, ['regex: excludes path']],
    [{ prefix: '/', path: '/a', regex: '/a' }, ['path: excludes prefix', 'regex: excludes prefix']],
    [
      { path: '/a//b' },
      ['path: expected a canonical path: "/" first, no "//", dot segments, ";", query or needless escapes'],
    ],
    [{ regex: '/(?=a)' }, ['regex: "(?=" is looking ahead (character 2)']],
    [{ regex: 'a' }, ['regex: takes no path: every path begins with "/"']],
  ])('%j is refused', (given, messages) => {
    expect(problems({ allow_any_authenticated_user: true, ...given })).toEqual(messages);
  });
});
