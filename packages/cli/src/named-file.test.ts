import { describe, expect, it } from 'vitest';
import { fakeDeps } from './fake-deps.ts';
import { readSmallFile } from './files.ts';
import { main } from './main.ts';
import { readNamedFile } from './named-file.ts';

async function failure(path: string): Promise<string> {
  const read = await readNamedFile(path, 10, { ...fakeDeps(), readFile: readSmallFile });
  return read.ok ? 'read' : read.error.message;
}

describe('a file that cannot be read', () => {
  it('is named, once, with the reason', async () => {
    expect(await failure('absent.txt')).toBe('absent.txt cannot be read: ENOENT: no such file or directory');
    expect(await failure(import.meta.filename)).toMatch(
      /named-file.test.ts cannot be read: more than 10 bytes$/,
    );
  });

  const SIGNED = `eyJ${'h'.repeat(9)}.eyJ${'c'.repeat(9)}.${'s'.repeat(9)}`;
  const RANDOM = 'x+/='.repeat(8);

  it.each([SIGNED, RANDOM])('is not named when it may be a token: %s', async (token) => {
    expect(await failure(token)).toMatch(/^the file \(.*\) cannot be read: ENOENT/);
    expect(await failure(token)).not.toContain(token);
  });

  it.each([`/${'directory/'.repeat(5)}absent`, `${'directory/'.repeat(5)}absent.pem`])(
    'is named when it is a long path: %s',
    async (path) => {
      expect(await failure(path)).toContain(path);
    },
  );

  it.each([
    ['claims', ['explain', '--offline', '--issuer', 'a/b', '--claims', SIGNED]],
    ['a token', ['keys', 'list', '--url', 'https://sign.acme.example', '--token-file', RANDOM]],
    ['a key set', ['issuer', 'test', 'https://ci.example', '--jwks', SIGNED]],
    ['authorities', ['issuer', 'test', 'https://ci.example', '--ca', SIGNED]],
    ['checkpoints', ['audit', 'verify', '--since', SIGNED]],
  ])('is not repeated where %s were wanted', async (_what, args) => {
    const deps = fakeDeps();
    expect(await main(args, deps)).toBe(2);
    expect(deps.errors()).toContain('cannot be read');
    expect(deps.errors()).not.toContain(args.at(-1));
  });
});
