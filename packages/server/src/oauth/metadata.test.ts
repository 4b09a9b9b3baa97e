import { verifyClaims } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { audienceEndpoint } from './audience.ts';
import { jwksEndpoint } from './jwks.ts';
import { authorizationServerMetadata, openidConfiguration } from './metadata.ts';
import { bodyOf, serviceRequest, startRig } from './testing/rig.ts';

const get = (query = '', headers = {}) => serviceRequest({}, { method: 'GET', query, headers });

describe('metadata', () => {
  const { deps } = startRig();

  it('of the authorization server names every endpoint, and nothing of any organization', () => {
    const answer = authorizationServerMetadata(deps);
    expect(bodyOf(answer)).toEqual({
      issuer: 'https://sts.example',
      token_endpoint: 'https://sts.example/api/oauth/token',
      device_authorization_endpoint: 'https://sts.example/api/oauth/device',
      introspection_endpoint: 'https://sts.example/api/oauth/introspect',
      revocation_endpoint: 'https://sts.example/api/oauth/revoke',
      jwks_uri: 'https://sts.example/.well-known/jwks.json',
      grant_types_supported: ['urn:ietf:params:oauth:grant-type:token-exchange'],
      response_types_supported: [],
      token_endpoint_auth_methods_supported: ['none'],
      introspection_endpoint_auth_methods_supported: ['Bearer'],
      revocation_endpoint_auth_methods_supported: ['Bearer'],
      countersign_audience_template: 'urn:pulumi:org:{org}',
    });
    expect(answer.body).not.toMatch(/acme|globex/);
  });

  it('for verifiers says where the keys are and how they sign', () => {
    expect(bodyOf(openidConfiguration(deps))).toEqual({
      issuer: 'https://sts.example',
      token_endpoint: 'https://sts.example/api/oauth/token',
      jwks_uri: 'https://sts.example/.well-known/jwks.json',
      response_types_supported: [],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    });
  });

  it('is for every origin, and never with credentials', () => {
    for (const { headers } of [
      authorizationServerMetadata(deps),
      openidConfiguration(deps),
      jwksEndpoint(deps, get()),
    ]) {
      expect(headers['access-control-allow-origin']).toBe('*');
      expect(headers['access-control-allow-credentials']).toBeUndefined();
      expect(headers['cache-control']).toBe('public, max-age=300');
    }
  });
});

describe('the key set', () => {
  const { deps } = startRig();

  it('holds the keys of access tokens and no other ring’s', () => {
    const { keys } = bodyOf(jwksEndpoint(deps, get())) as { keys: { kid: string; d?: string }[] };
    expect(keys.map(({ kid }) => kid)).toEqual(['access-1']);
    expect(keys.every((key) => !('d' in key))).toBe(true);
  });

  it('is 304 to who has it', () => {
    const { headers } = jwksEndpoint(deps, get());
    const again = jwksEndpoint(deps, get('', { 'if-none-match': headers['etag'] ?? '' }));
    expect([again.status, again.body]).toEqual([304, '']);
    expect(jwksEndpoint(deps, get('', { 'if-none-match': '"old"' })).status).toBe(200);
  });
});

describe('the audience of an organization', () => {
  const { deps } = startRig();
  const audience = (query: string) => audienceEndpoint(deps, get(query));

  it('is the one that a refusal hints at', () => {
    const claims = { iss: 'https://ci.example', exp: 10, aud: 'x', sub: 's' };
    const { audiences } = deps.snapshot().organizations.get('acme')?.issuers.get('https://ci.example') ?? {};
    const checked = verifyClaims(claims, {
      issuer: 'https://ci.example',
      audiences: audiences ?? [],
      leeway: 0,
      now: 1,
    });
    const named = bodyOf(audience('org=acme'))['audience'];
    expect(checked.ok ? [] : checked.error.hint).toEqual([`expected audience ${String(named)}`]);
  });

  it('is the same whether or not there is such an organization', () => {
    expect(bodyOf(audience('org=nobody'))).toEqual({ audience: 'urn:pulumi:org:nobody' });
    expect(audience('org=nobody').status).toBe(200);
  });

  it.each([
    '',
    'org=',
    'org=a&org=b',
    'org=A',
    'org=a%20b',
    'org=%7Borg%7D',
    `org=${'a'.repeat(41)}`,
    'organization=a',
  ])('needs one name of an organization: %j', (query) => {
    expect(audience(query).status).toBe(400);
    expect(audience(query).body).not.toContain('%');
  });
});
