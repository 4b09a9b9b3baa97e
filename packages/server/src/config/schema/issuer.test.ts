import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../../../test/support/certificates.ts';
import { issuer } from './issuer.ts';

const base = { name: 'ci', url: 'https://ci.example' };
const messages = (more: object) =>
  (issuer.safeParse({ ...base, ...more }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

describe('a trusted issuer', () => {
  it('has defaults that trust as little as they can', () => {
    expect(issuer.parse(base)).toEqual({
      ...base,
      disabled: false,
      replay: 'allow',
      thumbprints: [],
      maxExpiration: 90_000,
      policies: [],
    });
  });

  it('takes every audience where any is written alone', () => {
    expect(issuer.parse({ ...base, audiences: 'any' }).audiences).toBe('any');
    expect(messages({ audiences: ['any'] })[0]).toContain('any stands alone');
    expect(messages({ audiences: [] })).toEqual(['audiences: expected at least one audience']);
    expect(messages({ audiences: 'all' })).toEqual(['audiences: expected a list of audiences, or any']);
  });
});

describe('the preset of an issuer', () => {
  it('is one that exists', () => {
    expect(messages({ preset: 'gitlab' })).toEqual([]);
    expect(messages({ preset: 'kubernets' })[0]).toContain('(did you mean kubernetes?)');
    expect(messages({ preset: 'bananas' })[0]).toMatch(/^preset: expected one of github-actions, .*[a-z]$/);
  });

  const misfit = ['preset: expected the preset of this url: the platform has another issuer'];

  it.each([
    ['github-actions', 'https://token.actions.githubusercontent.com', []],
    ['github-actions', 'https://token.actions.githubusercontent.example', misfit],
    ['gitlab', 'https://token.actions.githubusercontent.com', misfit],
    ['gitlab', 'https://gitlab.acme.example', []],
    ['kubernetes', 'https://kubernetes.acme.example', []],
    ['kubernetes', 'https://accounts.google.com', misfit],
    ['generic', 'https://accounts.google.com', []],
    ['google', 'http://127.0.0.1:8081/google', []],
    ['google', 'https://127.0.0.1.example', misfit],
  ])('%s with the url %s: %j', (preset, url, expected) => {
    expect(messages({ preset, url })).toEqual(expected);
  });
});

describe('keys given by hand', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1' };
  const set = (...keys: readonly object[]) => JSON.stringify({ keys });

  it('are a key set with a key that can be used', () => {
    expect(issuer.parse({ ...base, jwks_file: set(jwk) }).jwks).toBe(set(jwk));
    expect(messages({ jwks_file: set(jwk, { kty: 'unheard-of' }) })).toEqual([]);
  });

  it.each([
    ['nothing', '', 'JSON Web Key Set'],
    ['a key without a set', JSON.stringify(jwk), 'JSON Web Key Set'],
    ['an empty set', set(), 'at least one key'],
    ['keys of kinds that are never used', set({ ...jwk, use: 'enc' }), 'at least one key'],
    ['a private key', set(privateKey.export({ format: 'jwk' })), 'public keys alone'],
    ['a private key beside a good one', set(jwk, privateKey.export({ format: 'jwk' })), 'public keys alone'],
    ['a shared key', set(jwk, { kty: 'oct', k: 'c2hhcmVk' }), 'public keys alone'],
  ])('are not %s', (_name, jwks_file, expected) => {
    expect(messages({ jwks_file })).toEqual([expect.stringMatching(new RegExp(`^jwks_file: .*${expected}`))]);
  });

  it('stand beside nothing that would never be asked', () => {
    const excludes = ['jwks_file: excludes ca_file and thumbprints: nothing is fetched from this issuer'];
    expect(messages({ jwks_file: set(jwk), thumbprints: ['a'.repeat(64)] })).toEqual(excludes);
    const { cert } = makeCertificate({ names: ['ca'], isAuthority: true });
    expect(messages({ jwks_file: set(jwk), ca_file: cert })).toEqual(excludes);
  });
});

describe('certificates of an issuer', () => {
  const { cert, key } = makeCertificate({ names: ['Authority'], isAuthority: true });

  it('are one or more authorities', () => {
    expect(issuer.parse({ ...base, ca_file: cert }).ca).toBe(cert);
    expect(messages({ ca_file: `a comment\n${cert}\n${cert}` })).toEqual([]);
  });

  const expected = ['ca_file: expected a PEM file with at least one certificate, every one readable'];
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

  it.each([
    ['nothing', ''],
    ['other text', 'hello'],
    ['a certificate that cannot be read', broken],
    ['one that cannot be read behind a good one', cert + broken],
  ])('are not %s', (_name, ca_file) => expect(messages({ ca_file })).toEqual(expected));

  it('come without their key', () => {
    expect(messages({ ca_file: cert + key })).toEqual([
      'ca_file: expected certificates alone: this file holds a private key',
    ]);
  });

  it('may be named by thumbprint, in either case', () => {
    expect(issuer.parse({ ...base, thumbprints: ['AB'.repeat(32)] }).thumbprints).toEqual(['ab'.repeat(32)]);
    const wrong = ['ab'.repeat(20), 'ab'.repeat(33), 'xy'.repeat(32), Array(32).fill('AB').join(':')];
    expect(wrong.every((text) => messages({ thumbprints: [text] }).length === 1)).toBe(true);
  });

  it('may be 32 by thumbprint and no more', () => {
    const many = (count: number) => messages({ thumbprints: Array(count).fill('ab'.repeat(32)) });
    expect(many(32)).toEqual([]);
    expect(many(33)).toEqual(['thumbprints: expected at most 32 thumbprints']);
  });
});
