import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Random } from '../adapters/ports.ts';
import { keyFileBeside, keyFilePath, parseEncryptionKeys } from './encryption-key.ts';

const base64Of = (byte: number, length = 32): string => Buffer.alloc(length, byte).toString('base64');

/** Every draw differs: 1…1, 2…2 and so on. */
function counting(): Random {
  let drawn = 0;
  return { bytes: (length) => new Uint8Array(length).fill((drawn += 1)) };
}

describe('parseEncryptionKeys', () => {
  it('reads one key or a list in its order, white space around it or not', () => {
    expect(parseEncryptionKeys(` ${base64Of(1)}\n`)).toEqual({ ok: true, value: [Buffer.alloc(32, 1)] });
    expect(parseEncryptionKeys([base64Of(2), base64Of(1)])).toEqual({
      ok: true,
      value: [Buffer.alloc(32, 2), Buffer.alloc(32, 1)],
    });
  });

  it.each([
    ['31 bytes', base64Of(1, 31)],
    ['33 bytes', base64Of(1, 33)],
    ['a word', 'nothing'],
    ['hex', 'ab'.repeat(32)],
    ['no padding', base64Of(1).slice(0, 43)],
    ['the other alphabet', Buffer.alloc(32, 0xff).toString('base64url')],
    ['bits behind the last byte', `${base64Of(0).slice(0, 42)}B=`],
    ['a line feed inside', `${base64Of(1).slice(0, 20)}\n${base64Of(1).slice(20)}`],
  ])('refuses %s without quoting it', (_case, text) => {
    const parsed = parseEncryptionKeys([base64Of(1), text]);
    expect(parsed).toMatchObject({ ok: false, error: expect.stringContaining('key 2 is not 32 bytes') });
    expect(JSON.stringify(parsed)).not.toContain(text.slice(0, 20));
  });

  it('takes 16 keys and no 17th, and not none', () => {
    const keys = Array.from({ length: 17 }, (_, at) => base64Of(at));
    expect(parseEncryptionKeys(keys.slice(0, 16)).ok).toBe(true);
    expect(parseEncryptionKeys(keys).ok).toBe(false);
    expect(parseEncryptionKeys([]).ok).toBe(false);
  });
});

describe('keyFileBeside', () => {
  let folder: string;
  let database: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-key-'));
    database = join(folder, 'countersign.db');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes the key once, for its owner alone, and reads the same one ever after', () => {
    const made = keyFileBeside(database, counting());
    expect(made).toEqual({ ok: true, value: [new Uint8Array(32).fill(1)] });
    expect(statSync(keyFilePath(database)).mode & 0o777).toBe(0o600);
    expect(readFileSync(keyFilePath(database), 'utf8')).toBe(`${base64Of(1)}\n`);
    const again = keyFileBeside(database, { bytes: (length) => new Uint8Array(length).fill(99) });
    expect(again).toEqual({ ok: true, value: [Buffer.alloc(32, 1)] });
  });

  it.each([0o640, 0o604, 0o620, 0o660, 0o644])('refuses a file of mode %o and says what to do', (mode) => {
    keyFileBeside(database, counting());
    chmodSync(keyFilePath(database), mode);
    const read = keyFileBeside(database, counting());
    expect(read).toMatchObject({
      ok: false,
      error: expect.stringContaining(`chmod 600 ${keyFilePath(database)}`),
    });
  });

  it.each(['\n', 'short', base64Of(1, 31), base64Of(1, 33), 'x'.repeat(2000)])(
    'refuses a damaged file and leaves it as it is',
    (content) => {
      writeFileSync(keyFilePath(database), content, { mode: 0o600 });
      const read = keyFileBeside(database, counting());
      expect(read).toMatchObject({ ok: false, error: expect.stringContaining(keyFilePath(database)) });
      expect(read.ok ? '' : read.error).not.toContain(content);
      expect(readFileSync(keyFilePath(database), 'utf8')).toBe(content);
    },
  );

  it('takes a directory of that name for no key', () => {
    mkdirSync(keyFilePath(database), { mode: 0o700 });
    expect(keyFileBeside(database, counting())).toMatchObject({ ok: false });
  });

  it('throws where no file can be made, and makes none', () => {
    const nowhere = join(folder, 'missing', 'countersign.db');
    expect(() => keyFileBeside(nowhere, counting())).toThrow('ENOENT');
    expect(existsSync(keyFilePath(nowhere))).toBe(false);
  });
});
