import { describe, expect, it } from 'vitest';
import { parseRequestedTokenType, prefixOf, TOKEN_PREFIXES, TOKEN_TYPES } from './token-type.ts';

describe('parseRequestedTokenType', () => {
  it.each(TOKEN_TYPES)('reads %s under both names', (type) => {
    expect(parseRequestedTokenType(`urn:pulumi:token-type:access_token:${type}`)).toBe(type);
    expect(parseRequestedTokenType(`urn:countersign:token-type:access_token:${type}`)).toBe(type);
  });

  it.each([
    '',
    'team',
    'urn:pulumi:token-type:access_token:',
    'urn:pulumi:token-type:access_token:admin',
    'urn:pulumi:token-type:access_token:Team',
    'urn:pulumi:token-type:access_token:team:x',
    'urn:pulumi:token-type:access_token:team\n',
    'urn:ietf:params:oauth:token-type:access_token',
  ])('does not know %j', (urn) => {
    expect(parseRequestedTokenType(urn)).toBeUndefined();
  });
});

describe('prefixOf', () => {
  it('gives every type a prefix of its own', () => {
    const prefixes = TOKEN_TYPES.map(prefixOf);
    expect(new Set(prefixes).size).toBe(TOKEN_TYPES.length);
    for (const prefix of prefixes) expect(TOKEN_PREFIXES).toContain(prefix);
    // A person's session is not one of them: it comes from another door.
    expect(prefixes).not.toContain('css');
  });
});
