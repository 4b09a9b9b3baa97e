import { describe, expect, it } from 'vitest';
import { MAX_ROUTE_ISSUERS } from './route-bearer.ts';
import { route } from './route.ts';

const base = {
  name: 'r',
  from: 'https://r.example',
  to: 'http://127.0.0.1:9',
  allow_any_authenticated_user: true,
};

const problems = (given: object) => {
  const parsed = route.safeParse({ ...base, ...given });
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('tokens of others on a route', () => {
  it('are none unless it says so', () => {
    const parsed = route.parse(base);
    expect(parsed).not.toHaveProperty('issuers');
    expect(parsed).not.toHaveProperty('bearerTokenFormat');
  });

  it('are those of the issuers that it names', () => {
    expect(route.parse({ ...base, issuers: ['acme/ci', 'acme/k8s.prod'] }).issuers).toEqual([
      'acme/ci',
      'acme/k8s.prod',
    ]);
  });

  it.each(['ci', 'acme/', '/ci', 'acme/ci/x', 'ACME/ci', 'acme/ci ', 'https://ci.example', ''])(
    'are of no issuer that is called %j',
    (name) => {
      expect(problems({ issuers: [name] })).toEqual(['issuers.0: expected ORGANIZATION/ISSUER']);
    },
  );

  it('are of at least one issuer and at most so many', () => {
    const many = Array.from({ length: MAX_ROUTE_ISSUERS }, (_, at) => `acme/ci-${at}`);
    expect(problems({ issuers: many })).toEqual([]);
    expect(problems({ issuers: [...many, 'acme/one-more'] })).toEqual([
      `issuers: expected at most ${MAX_ROUTE_ISSUERS} issuers`,
    ]);
    expect(problems({ issuers: [] })).toEqual(['issuers: expected at least one issuer']);
  });

  it('are id_tokens, where the format says so', () => {
    for (const format of ['default', 'idp_identity_token'] as const)
      expect(route.parse({ ...base, bearer_token_format: format }).bearerTokenFormat).toBe(format);
  });

  it.each([
    ['idp_access_token', 'idp_access_token is not available: '],
    ['jwt', 'jwt is not available: name the issuers under issuers instead'],
    ['opaque', 'expected default or idp_identity_token'],
    ['toString', 'expected default or idp_identity_token'],
    [7, 'expected default or idp_identity_token'],
  ])('have no format %j', (format, message) => {
    expect(problems({ bearer_token_format: format })).toEqual([
      expect.stringContaining(`bearer_token_format: ${message}`),
    ]);
  });
});
