import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database } from '../storage/port.ts';
import {
  deleteKey,
  insertKey,
  listKeys,
  parseKey,
  updateKeyState,
  type StoredKey,
} from '../storage/repositories/keys.ts';
import { openKeys, type OpenKeys } from './key-ring.ts';

let database: Database;
/** Epoch seconds. */
let now: number;
let lines: string[];

beforeAll(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
});

afterAll(() => database.close());

beforeEach(async () => {
  await database.write([{ sql: 'delete from "key"', parameters: [] }]);
  now = 1_700_000_000;
  lines = [];
});

function log(message: string, fields?: object): void {
  lines.push(`${message} ${JSON.stringify(fields)}`);
}

async function keysOf(through: Pick<Database, 'read' | 'write'> = database): Promise<OpenKeys> {
  const keys = await openKeys({
    database: through,
    encryptionKeys: [new Uint8Array(32).fill(1)],
    clock: { now: () => now * 1000 },
    random: { bytes: (length) => randomBytes(length) },
    logger: { debug: log, info: log, warn: log, error: log },
  });
  if (!keys.ok) throw new Error(keys.error);
  return keys.value;
}

async function stored(): Promise<readonly StoredKey[]> {
  const rows = await database.read(listKeys());
  return rows.ok ? rows.value.map(parseKey) : [];
}

describe('keys in use', () => {
  const kids = (keys: OpenKeys): readonly string[] => keys.rings.access.published().map(({ kid }) => kid);

  it('are those of storage after a reload, without anybody taking the ring anew', async () => {
    const keys = await keysOf();
    const ring = keys.rings.access;
    const [active, next] = kids(keys);
    await database.write([
      updateKeyState('access', active ?? '', 'retired', now),
      updateKeyState('access', next ?? '', 'active', now),
    ]);
    expect(ring.signing().kid).toBe(active);
    expect(await keys.reload()).toEqual({ ok: true, value: undefined });
    expect(ring.signing().kid).toBe(next);
    expect(kids(keys)).toEqual([next, active]);
  });

  it('are published until nothing lives any more that they signed', async () => {
    const keys = await keysOf();
    const [active, next] = kids(keys);
    await database.write([
      updateKeyState('access', active ?? '', 'retired', now),
      updateKeyState('access', next ?? '', 'active', now),
    ]);
    await keys.reload();
    now += 3600 + 119;
    expect(kids(keys)).toEqual([next, active]);
    now += 1;
    expect(kids(keys)).toEqual([next]);
    expect(
      keys
        .list()
        .find(({ ring }) => ring === 'access')
        ?.keys.map(({ kid }) => kid),
    ).toEqual([next]);
  });

  it('stay the last good ones when those of storage do not open, or are none', async () => {
    const keys = await keysOf();
    const before = kids(keys);
    const [first] = (await stored()).filter(({ ring }) => ring === 'access');
    await database.write([insertKey({ ...(first as StoredKey), kid: 'copied' })]);
    expect(await keys.reload()).toEqual({ ok: true, value: undefined });
    await database.write((await stored()).map(({ ring, kid }) => deleteKey(ring, kid)));
    expect(await keys.reload()).toEqual({ ok: true, value: undefined });
    expect(kids(keys)).toEqual(before);
    expect(lines).toEqual([
      'changed keys cannot be used; those before them stay in force {"reason":"a stored key does not open"}',
      expect.stringContaining('does not have exactly one active key'),
    ]);
  });

  it('are read again when storage did not say', async () => {
    let silent = false;
    const keys = await keysOf({
      read: (query) => (silent ? Promise.resolve({ ok: false, error: 'unavailable' }) : database.read(query)),
      write: (unit) => database.write(unit),
    });
    silent = true;
    expect(await keys.reload()).toEqual({ ok: false, error: 'unavailable' });
    expect(lines).toEqual([]);
  });

  it('are not replaced by an answer of storage that is older than they are', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    let waits = false;
    let answered = (): void => undefined;
    const read = new Promise<void>((resolve) => (answered = resolve));
    const keys = await keysOf({
      read: async (query) => {
        const answer = await database.read(query);
        if (waits) {
          answered();
          await gate;
        }
        return answer;
      },
      write: (unit) => database.write(unit),
    });
    const [active, next] = kids(keys);
    waits = true;
    const reloaded = keys.reload();
    await read;
    await database.write([
      updateKeyState('access', active ?? '', 'retired', now),
      updateKeyState('access', next ?? '', 'active', now),
    ]);
    keys.swap(
      keys.held().map((key) => {
        if (key.kid === active) return { ...key, state: 'retired', retiredAt: now };
        return key.kid === next ? { ...key, state: 'active' } : key;
      }),
    );
    release();
    await reloaded;
    expect(keys.rings.access.signing().kid).toBe(next);
  });
});
