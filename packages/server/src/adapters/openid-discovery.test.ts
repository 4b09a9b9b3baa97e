import { generateKeyPairSync } from 'node:crypto';
import { err, ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { discover } from './openid-discovery.ts';
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
    return document === undefined ? err('absent') : ok(Buffer.from(document));
  };
  return { asked, fetch };
}

const fetchKeySet = async (fetch: SafeFetch, url: string) =>
  (await discover(fetch, { id: 'iss_1', url })).keys;

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
    expect(without).toEqual({ ok: false, error: { step: 'keys', reason: 'absent' } });
    const malformed = await fetchKeySet(at({ 'https://issuer.test/keys': '{}' }), 'https://issuer.test');
    expect(malformed).toEqual({ ok: false, error: { step: 'keys', reason: 'malformed' } });
  });
});

describe('where the metadata of an issuer is looked for', () => {
  const at = (issuer: string, place: string) =>
    serving({
      [place]: JSON.stringify({ issuer, jwks_uri: 'https://keys.test/' }),
      'https://keys.test/': KEYS,
    });

  it.each([
    ['https://issuer.test', 'https://issuer.test/.well-known/oauth-authorization-server'],
    ['https://issuer.test/', 'https://issuer.test/.well-known/oauth-authorization-server'],
    ['https://issuer.test/a/b', 'https://issuer.test/.well-known/oauth-authorization-server/a/b'],
    ['https://issuer.test:8443/a/', 'https://issuer.test:8443/.well-known/oauth-authorization-server/a'],
  ])('of %s is also %s, once there is nothing at the first (RFC 8414 section 3.1)', async (issuer, place) => {
    const { asked, fetch } = at(issuer, place);
    expect((await fetchKeySet(fetch, issuer)).ok).toBe(true);
    expect(asked).toEqual([
      `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
      place,
      'https://keys.test/',
    ]);
  });

  it('is two places at most', async () => {
    const { asked, fetch } = serving({});
    expect(await fetchKeySet(fetch, 'https://issuer.test/a')).toEqual({
      ok: false,
      error: { step: 'discovery', reason: 'absent' },
    });
    expect(asked).toHaveLength(2);
  });

  it('is one place while the issuer has an outage: it may not be asked twice as often then', async () => {
    const asked: string[] = [];
    const fetch: SafeFetch = async (url) => {
      asked.push(url);
      return err('status');
    };
    await fetchKeySet(fetch, 'https://issuer.test');
    expect(asked).toHaveLength(1);
  });

  it('does not make a document believed that speaks for another issuer', async () => {
    const place = 'https://issuer.test/.well-known/oauth-authorization-server/a';
    const found = await fetchKeySet(at('https://issuer.test/b', place).fetch, 'https://issuer.test/a');
    expect(found).toEqual({ ok: false, error: { step: 'discovery', reason: 'issuer' } });
  });
});

describe('the trust of an issuer', () => {
  it('goes with the document and with the keys, wherever they are', async () => {
    const trusts: unknown[] = [];
    const { fetch } = issuing({ issuer: 'https://issuer.test', jwks_uri: 'https://cdn.test/keys' });
    const source = { id: 'iss_1', url: 'https://issuer.test', ca: 'PEM', thumbprints: ['ab'] };
    await discover((url, limits, trust) => (trusts.push(trust), fetch(url, limits)), source);
    const trust = { ca: 'PEM', thumbprints: ['ab'] };
    expect(trusts).toEqual([trust, trust]);
  });

  it('is told apart from what the document says of itself, which is shown and not believed', async () => {
    const { fetch } = issuing({ issuer: 'https://other.test', jwks_uri: 'https://cdn.test/keys' });
    expect(await discover(fetch, { id: 'iss_1', url: 'https://issuer.test' })).toEqual({
      issuer: 'https://other.test',
      jwksUri: 'https://cdn.test/keys',
      keys: err({ step: 'discovery', reason: 'issuer' }),
    });
  });
});
