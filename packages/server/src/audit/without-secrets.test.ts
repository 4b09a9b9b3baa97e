import { describe, expect, it } from 'vitest';
import { MAX_TEXT, withoutSecrets } from './without-secrets.ts';

describe('withoutSecrets', () => {
  const opaque = `cso_${'A1b2'.repeat(9)}ab`;
  const jwt = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvIn0.${'c2ln'.repeat(50)}`;

  it('blots out tokens, whole, cut, or amid other text', () => {
    expect(withoutSecrets(opaque)).toBe('[token]');
    expect(withoutSecrets(`audience=${opaque}&x`)).toBe('audience=[token]&x');
    expect(withoutSecrets(`Bearer ${opaque.slice(0, 20)}`)).toBe('Bearer [token]');
    expect(withoutSecrets(jwt)).toBe('[jwt]');
    expect(withoutSecrets(`"${jwt.slice(0, 15)}"`)).toBe('"[jwt]"');
    expect(withoutSecrets(`${'x'.repeat(MAX_TEXT - 30)} ${jwt}`)).not.toContain('eyJ');
  });

  it('leaves names as they are', () => {
    for (const name of [
      'urn:countersign:org:acme',
      'https://idp.example/a',
      'repo:acme/app:ref:refs/heads/main',
      'é',
    ]) {
      expect(withoutSecrets(name)).toBe(name);
    }
  });

  it('cuts at its bound and not before', () => {
    expect(withoutSecrets('x'.repeat(MAX_TEXT))).toBe('x'.repeat(MAX_TEXT));
    expect(withoutSecrets('x'.repeat(MAX_TEXT + 1))).toBe(`${'x'.repeat(MAX_TEXT)}…`);
  });
});
