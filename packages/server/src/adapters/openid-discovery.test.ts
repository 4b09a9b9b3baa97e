import { generateKeyPairSync } from 'node:crypto';
import { err, ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { fetchKeySet } from './openid-discovery.ts';
import type { SafeFetch } from './safe-fetch.ts';

const jwk = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid: 'a',
};
const KEYS = JSON.stringify({ keys: [jwk] });

function serving(documents: Record<string, string>) {
  const asked: string[] = [];
  const fetch: SafeFetch = async (url) => {
    asked.push(url);
    const document = documents[url];
    return document === undefined ? err('status') : ok(Buffer.from(document));
  };
  return { asked, fetch };
}

function issuing(metadata: unknown, issuer = 'https://issuer.test') {
  return serving({
    [`${issuer}/.well-known/openid-configuration`]:
      typeof metadata === 'string' ? metadata : JSON.stringify(metadata),
    'https://issuer.test/keys': KEYS,
    'https://cdn.test/keys': KEYS,
    'http://issuer.test/keys': KEYS,
    'http://127.0.0.1/keys': KEYS,
  });
}

describe('the keys of a registered issuer', () => {
  it.each([
    ['https://issuer.test', 'https://issuer.test'],
    ['https://issuer.test/', 'https://issuer.test'],
    ['https://issuer.test', 'https://issuer.test/'],
  ])('registered as %s are believed from a document that says %s', async (registered, issuer) => {
    const { asked, fetch } = issuing({ issuer, jwks_uri: 'https://cdn.test/keys' });
    const found = await fetchKeySet(fetch, registered);
    expect(found.ok && found.value.find('a', 'ES256')).toBeDefined();
    expect(asked).toEqual(['https://issuer.test/.well-known/openid-configuration', 'https://cdn.test/keys']);
  });

  it('of a tenant are asked for below its path', async () => {
    const issuer = 'https://issuer.test/tenant';
    const { fetch } = issuing({ issuer, jwks_uri: 'https://issuer.test/keys' }, issuer);
    expect((await fetchKeySet(fetch, issuer)).ok).toBe(true);
  });

  it.each([
    'https://other.test',
    'https://issuer.test//',
    'https://issuer.test/tenant',
    'https://Issuer.test',
    'https://issuer.test:443',
    'http://issuer.test',
    ['https://issuer.test'],
    null,
    undefined,
  ])('are not believed from a document that speaks for %j', async (issuer) => {
    const { asked, fetch } = issuing({ issuer, jwks_uri: 'https://issuer.test/keys' });
    const found = await fetchKeySet(fetch, 'https://issuer.test');
    expect(found).toEqual({ ok: false, error: { step: 'discovery', reason: 'issuer' } });
    expect(asked).toHaveLength(1);
  });

  it.each([
    'http://issuer.test/keys',
    'http://127.0.0.1/keys',
    'HTTPS://issuer.test/keys',
    '/keys',
    '',
    1,
    null,
    undefined,
  ])('are not fetched from %j', async (uri) => {
    const { asked, fetch } = issuing({ issuer: 'https://issuer.test', jwks_uri: uri });
    const found = await fetchKeySet(fetch, 'https://issuer.test');
    expect(found).toEqual({ ok: false, error: { step: 'discovery', reason: 'jwks_uri' } });
    expect(asked).toHaveLength(1);
  });

  it.each([
    '',
    '<html>',
    '[]',
    '{"issuer":"https://issuer.test","issuer":"x"}',
    `{"a":${'['.repeat(100)}${']'.repeat(100)}}`,
  ])('are not looked for in a document of %s', async (document) => {
    const found = await fetchKeySet(issuing(document).fetch, 'https://issuer.test');
    expect(found).toEqual({ ok: false, error: { step: 'discovery', reason: 'malformed' } });
  });

  it('that cannot be had, or are no key set, are a failure of that step', async () => {
    const at = (keys: Record<string, string>) =>
      serving({
        'https://issuer.test/.well-known/openid-configuration': JSON.stringify({
          issuer: 'https://issuer.test',
          jwks_uri: 'https://issuer.test/keys',
        }),
        ...keys,
      }).fetch;
    const without = await fetchKeySet(at({}), 'https://issuer.test');
    expect(without).toEqual({ ok: false, error: { step: 'keys', reason: 'status' } });
    const malformed = await fetchKeySet(at({ 'https://issuer.test/keys': '{}' }), 'https://issuer.test');
    expect(malformed).toEqual({ ok: false, error: { step: 'keys', reason: 'malformed' } });
  });
});
