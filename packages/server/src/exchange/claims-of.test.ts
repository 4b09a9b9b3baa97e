import type { Principal, UserPrincipal } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { claimsOf } from './claims-of.ts';

const vouchedBy = { kind: 'organization', organization: 'acme' } as const;
const bob: UserPrincipal = { kind: 'user', user: 'usr_bob', login: 'bob', groups: [], vouchedBy };
const { login: _login, ...stranger } = bob;

function scopeOf(principal: Principal): unknown {
  const token = {
    id: 'tok_1',
    prefix: 'cso',
    principal,
    issuer: 'iss_ci',
    subject: 's',
    claims: { secret: 'claim' },
    policies: [],
    resources: [],
    format: 'opaque',
    issuedAt: 1,
    expiresAt: 2,
  } as const;
  expect(JSON.stringify(claimsOf(token, 'https://sts.example'))).not.toContain('secret');
  return claimsOf(token, 'https://sts.example')['scope'];
}

describe('what a token says of itself', () => {
  it.each<[Principal, string | undefined]>([
    [{ kind: 'organization', organization: 'acme', admin: true, vouchedBy }, 'admin'],
    [{ kind: 'organization', organization: 'acme', admin: false, vouchedBy }, undefined],
    [{ kind: 'team', organization: 'acme', team: 'platform', vouchedBy }, 'team:platform'],
    [{ kind: 'runner', organization: 'acme', runner: 'linux', vouchedBy }, 'runner:linux'],
    [bob, 'user:bob'],
    [{ ...bob, vouchedBy: { kind: 'identity_provider', provider: 'corp', organizations: [] } }, undefined],
    [stranger, undefined],
  ])('is the scope that was granted: %j', (principal, scope) => {
    expect(scopeOf(principal)).toBe(scope);
  });
});
