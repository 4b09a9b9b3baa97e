import { describe, expect, it } from 'vitest';
import { fakeDeps } from './fake-deps.ts';
import { main } from './main.ts';

const SIGNED = `eyJ${'h'.repeat(40)}.eyJ${'c'.repeat(40)}.${'s'.repeat(40)}`;
const OPAQUE = `cst_${'A1b2'.repeat(9)}Zz`;
const ADMINISTRATOR = 'x+/='.repeat(8);

async function said(args: readonly string[]): Promise<string> {
  const deps = fakeDeps();
  expect(await main(args, deps)).toBe(2);
  expect(deps.out()).toBe('');
  return deps.errors();
}

describe.each([
  ['a signed token', SIGNED],
  ['an opaque token', OPAQUE],
  ['the shortest token of an administrator', ADMINISTRATOR],
])('%s on the command line', (_name, token) => {
  it.each([
    ['as a surplus argument', ['check', token]],
    ['behind the argument that was wanted', ['token', 'inspect', 'file', token]],
    ['as a command', [token]],
    ['as a command of a group', ['token', token]],
    ['as a command to have help of', ['help', token]],
    ['as the value of a flag that is not there', ['exchange', `--token=${token}`]],
    ['as the value of a flag that takes something else', ['exchange', '--expiration', token]],
    ['behind an equals sign', ['exchange', `--expiration=${token}`]],
    ['right behind a short flag', ['exchange', `-o${token}`]],
    ['as a decision id', ['explain', token]],
  ])('is not repeated %s', async (_where, args) => {
    const errors = await said(args);
    expect(errors).toMatch(/^countersign: /);
    expect(errors).not.toContain(token.slice(0, 12));
  });
});

describe('what is said of a wrong command line', () => {
  it('names the flag without its value', async () => {
    expect(await said(['exchange', `--tokn=${SIGNED}`])).toContain("unknown option '--tokn=…'");
  });

  it('repeats words, which help', async () => {
    expect(await said(['check', 'extra'])).toContain('but got 1: extra.');
  });

  it('repeats no surplus but words: a header falls apart into several', async () => {
    const errors = await said(['check', 'Authorization:', 'Bearer', 'Secr3t!']);
    expect(errors).toBe("countersign: too many arguments for 'check'. Expected 0 arguments but got 3.\n");
  });
});
