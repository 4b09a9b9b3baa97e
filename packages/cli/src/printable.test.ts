import { describe, expect, it } from 'vitest';
import { brief, printable } from './printable.ts';

describe('what a stranger wrote', () => {
  it.each([
    ['\u001b[2J\u001b]0;owned\u0007', '?[2J?]0;owned?'],
    ['a\r\nb\tc\u0000', 'a??b?c?'],
    ['\u202eback\u2066wards\u200b', '?back?wards?'],
    ['line\u2028paragraph\u2029', 'line?paragraph?'],
    ['\u0085\u009b31m', '??31m'],
    ['repo:acme/shöp ✓', 'repo:acme/shöp ✓'],
  ])('reaches a terminal without what moves it: %j', (text, shown) => expect(printable(text)).toBe(shown));

  it('is shown as JSON when it is no text', () =>
    expect(printable({ a: ['\u001b', 1, null] })).toBe('{"a":["\\u001b",1,null]}'));

  it('is cut where somebody wants one line', () => {
    expect(brief('x'.repeat(200))).toBe('x'.repeat(200));
    expect(brief('x'.repeat(201))).toBe(`${'x'.repeat(200)}…`);
  });
});
