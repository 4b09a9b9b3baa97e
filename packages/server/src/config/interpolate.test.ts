import { err, ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { createInterpolator } from './interpolate.ts';

const FILES: Readonly<Record<string, string>> = { '/etc/cs/key': '  from file \n', '/abs/key': 'absolute' };

function interpolator() {
  return createInterpolator('/etc/cs/countersign.yaml', {
    env: { NAME: 'value', EMPTY: '', TRICK: '${NAME}', lower_1: 'small' },
    readFile: (path) => {
      const content = FILES[path];
      return content === undefined ? err('there is no such file') : ok(content);
    },
  });
}

const substitute = (text: string) => interpolator().substitute(text);

describe('variables', () => {
  it.each([
    ['plain text', 'plain text'],
    ['costs $5 {braces}', 'costs $5 {braces}'],
    ['${NAME}', 'value'],
    ['a-${NAME}-${lower_1}-z', 'a-value-small-z'],
    ['${EMPTY}', ''],
    ['${NAME:-other}', 'value'],
    ['${UNSET:-other}', 'other'],
    ['${UNSET:-}', ''],
    ['${EMPTY:-other}', 'other'],
    ['${file:key}', 'from file'],
    ['${file:./key}', 'from file'],
    ['${file:/abs/key}', 'absolute'],
  ])('turns %s into %s', (text, expected) => {
    expect(substitute(text)).toEqual(ok(expected));
  });

  it('does not look for variables in what a variable brought', () => {
    expect(substitute('${TRICK}')).toEqual(ok('${NAME}'));
  });

  it.each([
    ['${UNSET}', 'expected the environment variable UNSET, which is not set'],
    // Inherited by every object, set by nobody.
    ['${toString}', 'expected the environment variable toString, which is not set'],
    ['${file:absent}', 'expected a file at /etc/cs/absent: there is no such file'],
    ['${}', 'expected ${NAME}, ${NAME:-default} or ${file:PATH}'],
    ['${9}', 'expected ${NAME}, ${NAME:-default} or ${file:PATH}'],
    ['${NAME', 'expected ${NAME}, ${NAME:-default} or ${file:PATH}'],
    ['${NAME-x}', 'expected ${NAME}, ${NAME:-default} or ${file:PATH}'],
    ['${bad name} ${NAME}', 'expected ${NAME}, ${NAME:-default} or ${file:PATH}'],
  ])('refuses %s', (text, message) => {
    expect(substitute(text)).toEqual(err(message));
  });

  it('remembers what came from outside, and no defaults', () => {
    const { substitute: each, brought } = interpolator();
    for (const text of ['${NAME}', '${UNSET:-default}', '${file:key}']) each(text);
    expect([...brought]).toEqual(['value', 'from file']);
  });
});
