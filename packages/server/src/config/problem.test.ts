import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.ts';
import { formatPath, formatProblem } from './problem.ts';
import { redact } from './redact.ts';

describe('a problem', () => {
  it('says file, line, column, path and message', () => {
    const problem = {
      file: 'countersign.yaml',
      line: 12,
      column: 7,
      path: 'organizations[0].name',
      message: 'expected x',
    };
    expect(formatProblem(problem)).toBe('countersign.yaml:12:7 organizations[0].name: expected x');
    expect(formatProblem({ ...problem, path: '' })).toBe('countersign.yaml:12:7 expected x');
  });

  it('quotes keys that are no plain words, and cuts long ones', () => {
    expect(formatPath(['match', '"kubernetes.io".namespace', 0])).toBe(
      String.raw`match["\"kubernetes.io\".namespace"][0]`,
    );
    expect(formatPath(['x'.repeat(5000)]).length).toBeLessThan(110);
  });

  it('is one line that moves no cursor, whatever a key holds', () => {
    const text = formatProblem({ file: 'f', line: 1, column: 1, path: 'a\u001b[2J\n\u202eb', message: 'm' });
    expect(text).toBe(String.raw`f:1:1 a\u001b[2J\u000a\u202eb: m`);
  });
});

describe('redaction', () => {
  it('takes out everything that was brought in, the longest first', () => {
    expect(redact('no "secret-part" and "secret"', new Set(['secret', 'secret-part']))).toBe(
      'no "***" and "***"',
    );
  });

  it('leaves words whole where a value is too short to guard anything', () => {
    expect(redact('expected a name', new Set(['a', '', 'nam']))).toBe('expected a name');
    expect(redact('expected a name', new Set(['name']))).toBe('expected a ***');
  });
});

describe('the nearest word', () => {
  it.each([
    ['issuer', 'issuers'],
    ['isuers', 'issuers'],
    ['teems', 'teams'],
    ['bananas', undefined],
    ['x'.repeat(100_000), undefined],
    ['<<', undefined],
    ['ot', undefined],
    ['t', undefined],
    ['too', 'to'],
  ])('to %s is %s', (word, expected) => {
    expect(nearest(word, ['members', 'teams', 'issuers', 'to'])).toBe(expected);
  });
});
