import { describe, expect, it } from 'vitest';
import type { Principal } from '../principal.ts';
import { accessTokenClaims, type AccessTokenFacts } from './access-token-claims.ts';
import { hostResource } from './host-resource.ts';

const URL = 'https://sts.example';
const VOUCHER = { kind: 'organization', organization: 'acme' } as const;
const TEAM: Principal = { kind: 'team', organization: 'acme', team: 'web', vouchedBy: VOUCHER };
const TOKEN: AccessTokenFacts = {
  id: 'tok_1',
  principal: TEAM,
  organization: 'acme',
  issuer: 'iss_1',
  resources: ['https://api.example/v1', 'https://logs.example'],
  scope: 'team:web',
  issuedAt: 1000,
  expiresAt: 2000,
};

describe('accessTokenClaims', () => {
  it('says what RFC 9068 requires, who it is for, and which organization it belongs to', () => {
    expect(accessTokenClaims(TOKEN, URL)).toEqual({
      iss: URL,
      exp: 2000,
      iat: 1000,
      aud: ['https://api.example/v1', 'https://logs.example'],
      sub: 'team:acme/web',
      client_id: 'iss_1',
      jti: 'tok_1',
      scope: 'team:web',
      org: 'acme',
      principal: { kind: 'team', id: 'team:acme/web', organization: 'acme', team: 'acme/web' },
    });
  });

  it('is for the service itself when no resource was asked for', () => {
    expect(accessTokenClaims({ ...TOKEN, resources: [] }, URL)['aud']).toEqual([URL]);
  });

  it('is for a host by its name where a session opens that host', () => {
    const resources = [hostResource('app.example'), 'https://api.example'];
    expect(accessTokenClaims({ ...TOKEN, resources }, URL)['aud']).toEqual([
      'app.example',
      'https://api.example',
    ]);
  });

  it('has no scope where none was granted', () => {
    expect(Object.keys(accessTokenClaims({ ...TOKEN, scope: '' }, URL))).not.toContain('scope');
  });

  it('tells strangers no email, name or groups of a person', () => {
    const person: Principal = {
      kind: 'user',
      user: 'usr_1',
      login: 'ada',
      email: 'ada@acme.example',
      name: 'Ada Lovelace',
      groups: ['board'],
      vouchedBy: VOUCHER,
    };
    const claims = accessTokenClaims({ ...TOKEN, principal: person, scope: 'user:ada' }, URL);
    expect(claims['sub']).toBe('usr_1');
    expect(claims['principal']).toEqual({ kind: 'user', id: 'usr_1', organization: 'acme', login: 'ada' });
    expect(JSON.stringify(claims)).not.toMatch(/acme\.example|Lovelace|board/);
  });
});
