import { describe, expect, it } from 'vitest';
import { kindOf, listed, printable, quote, suggestion } from './wording.ts';

describe('quote', () => {
  it('writes JSON', () => {
    expect(quote('a"b')).toBe('"a\\"b"');
    expect(quote({ a: [1, null] })).toBe('{"a":[1,null]}');
  });

  it('cuts a long value', () => {
    expect(quote('x'.repeat(5_000)).length).toBeLessThanOrEqual(201);
    expect(quote('😀'.repeat(200)).isWellFormed()).toBe(true);
  });

  it('escapes what moves a cursor or turns a line around', () => {
    expect(quote('a\u009b2J\u202eb\u001b[0m\u2066')).toBe('"a\\u009b2J\\u202eb\\u001b[0m\\u2066"');
  });
});

describe('printable', () => {
  it('leaves ordinary text alone', () => {
    expect(printable('✓ claims.sub équals "x" 😀')).toBe('✓ claims.sub équals "x" 😀');
    expect(printable('a\nb')).toBe('a\\u000ab');
  });
});

describe('suggestion', () => {
  it('names a word at most two edits away', () => {
    expect(suggestion('emial', ['email', 'user'])).toBe(' (did you mean "email"?)');
    expect(suggestion('group', ['groups', 'user'])).toBe(' (did you mean "groups"?)');
  });

  it('is silent when nothing is near', () => {
    expect(suggestion('xyzzy', ['email', 'user'])).toBe('');
    expect(suggestion('x'.repeat(100_000), ['email'])).toBe('');
  });
});

describe('listed and kindOf', () => {
  it('count what they do not show', () => {
    expect(listed(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
    expect(listed(['a', 'b'], 2)).toBe('a, b');
  });

  it('name every kind of JSON', () => {
    expect([undefined, null, [], {}, 'x', 1, true].map(kindOf)).toEqual([
      'nothing',
      'null',
      'a list',
      'an object',
      'a string',
      'a number',
      'a boolean',
    ]);
  });
});
