import { expect, it } from 'vitest';
import { fakeDeps } from './fake-deps.ts';
import { main } from './main.ts';

const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';
const OPAQUE = `cst_${'a'.repeat(38)}`;

it.each([
  ['a signed token', ['token', 'inspect', JWT], JWT],
  ['an opaque one', ['token', 'inspect', '--token-file', OPAQUE], OPAQUE],
  [
    'an administrator’s',
    ['keys', 'list', '--url', 'https://sign.acme.example', '--token-file', OPAQUE],
    OPAQUE,
  ],
])('%s in place of a file is refused and never repeated', async (_name, args, token) => {
  const deps = fakeDeps();
  expect(await main(args, deps)).toBe(2);
  expect(deps.errors()).toContain('the name of a file is wanted');
  expect(deps.errors() + deps.out()).not.toContain(token);
});

it('a file whose name only begins like a token is read', async () => {
  const deps = fakeDeps({ files: { 'cst_token.txt': OPAQUE } });
  expect(await main(['token', 'inspect', 'cst_token.txt'], deps)).toBe(0);
});
