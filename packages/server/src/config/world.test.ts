import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { err, ok } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findConfigFile } from './find.ts';
import { MAX_FILE_BYTES, readTextFile } from './text-file.ts';

describe('the configuration file', () => {
  it.each([
    ['flag.yaml', 'env.yaml', 'flag.yaml'],
    [undefined, 'env.yaml', 'env.yaml'],
    [undefined, '', 'countersign.yaml'],
    [undefined, undefined, 'countersign.yaml'],
  ])('by flag %s and variable %s is %s', (flag, variable, expected) => {
    expect(findConfigFile(flag, { COUNTERSIGN_CONFIG: variable })).toBe(expected);
  });
});

describe('reading a text file', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function file(content: string | Uint8Array): string {
    const path = join(folder, 'file');
    writeFileSync(path, content);
    return path;
  }

  it('gives its text', () => {
    expect(readTextFile(file('a: ä\n'))).toEqual(ok('a: ä\n'));
  });

  it('takes the longest file and none that is longer', () => {
    expect(readTextFile(file('x'.repeat(MAX_FILE_BYTES)))).toMatchObject({ ok: true });
    expect(readTextFile(file('x'.repeat(MAX_FILE_BYTES + 1)))).toEqual(
      err(`the file has more than ${MAX_FILE_BYTES} bytes`),
    );
  });

  it('takes text alone', () => {
    expect(readTextFile(file(new Uint8Array([0xff, 0xfe])))).toEqual(err('the file is not UTF-8 text'));
  });

  it('says what is in the way', () => {
    expect(readTextFile(join(folder, 'absent'))).toEqual(err('there is no such file'));
    expect(readTextFile(folder)).toEqual(err('this is a directory'));
    expect(readTextFile(join(file('x'), 'below'))).toEqual(err('the file cannot be read (ENOTDIR)'));
  });

  it.skipIf(process.platform === 'win32')(
    'reads a pipe, and no more of an endless one than its bound',
    () => {
      const script = `import { readTextFile } from ${JSON.stringify(new URL('text-file.ts', import.meta.url).href)};
      console.log(JSON.stringify(readTextFile('/dev/stdin')));`;
      const node = [process.execPath, '--conditions=source', '--input-type=module', '-e', script];
      const piped = execFileSync('sh', ['-c', 'printf piped | "$0" "$@"', ...node], { encoding: 'utf8' });
      expect(JSON.parse(piped)).toEqual(ok('piped'));
      expect(readTextFile('/dev/zero')).toMatchObject({ ok: false });
    },
  );
});
