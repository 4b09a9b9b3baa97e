import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../audit/model.ts';
import type { Decisions } from '../audit/port.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database } from '../storage/port.ts';
import { changesAfter, parseChange } from '../storage/repositories/changes.ts';
import { listKeys, parseKey, updateKeyState } from '../storage/repositories/keys.ts';
import { createKeyAdmin, resetKeys, type KeyAdminDeps } from './key-admin.ts';
import { openKeys, type OpenKeys } from './key-ring.ts';
import { RING_NAMES, type KeyAdmin } from './port.ts';

const KEY = new Uint8Array(32).fill(1);
const DAY = 86_400;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

let database: Database;
let keys: OpenKeys;
let events: AuditEvent[];
/** Epoch seconds. */
let now: number;

const clock = { now: (): number => now * 1000 };
const random = { bytes: (length: number): Uint8Array => randomBytes(length) };

const recording: Pick<Decisions, 'changed'> = {
  changed: async (event, more) => {
    const written = await database.write(more);
    if (written.ok) events.push(event);
    return written;
  },
};

async function opened(encryptionKeys: readonly Uint8Array[] = [KEY]): Promise<OpenKeys> {
  const result = await openKeys({ database, encryptionKeys, clock, random, logger: SILENT });
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

beforeEach(async () => {
  const result = await openSqlite({ path: ':memory:' });
  if (!result.ok) throw new Error(result.error.kind);
  database = result.value;
  now = 1_700_000_000;
  events = [];
  keys = await opened();
});

afterEach(() => database.close());

function admin(changes: Partial<KeyAdminDeps> = {}): KeyAdmin {
  return createKeyAdmin({ keys, decisions: recording, encryptionKeys: [KEY], clock, random, ...changes });
}

const published = (from = keys): readonly string[] => from.rings.access.published().map(({ kid }) => kid);

async function heard(): Promise<readonly object[]> {
  const rows = await database.read(changesAfter(0, 100));
  return rows.ok ? rows.value.map(parseChange).map(({ kind, payload }) => ({ kind, payload })) : [];
}

async function stored(): Promise<readonly string[]> {
  const rows = await database.read(listKeys());
  return rows.ok ? rows.value.map(parseKey).map(({ ring, kid, state }) => `${ring} ${kid} ${state}`) : [];
}

describe('a rotation', () => {
  it('puts the published key into use, and the used one out of it; storage, trail and others hear of it', async () => {
    const [active, next] = published();
    now += DAY;
    const done = await admin().rotate('access', { force: false, actor: 'administrator' });
    const [signing, retired, coming] = published();
    expect([signing, retired]).toEqual([next, active]);
    expect(keys.rings.access.signing().kid).toBe(next);
    expect(done).toMatchObject({
      ok: true,
      value: {
        ring: 'access',
        keys: [
          { kid: active, state: 'retired', retired: now },
          { kid: next, state: 'active', activated: now },
          { kid: coming, state: 'next', created: now },
        ],
      },
    });
    expect(events).toEqual([
      {
        event: 'key.rotated',
        time: now * 1000,
        actor: 'administrator',
        detail: { ring: 'access', active: next, next: coming },
      },
    ]);
    expect(await heard()).toEqual([{ kind: 'keys.changed', payload: { ring: 'access' } }]);
    expect(published(await opened())).toHaveLength(3);
    expect((await opened()).rings.access.signing().kid).toBe(next);
  });

  it('has to wait until the next key has been published for a day, unless it is forced', async () => {
    const before = published();
    now += DAY - 1;
    expect(await admin().rotate('access', { force: false, actor: 'a' })).toEqual({
      ok: false,
      error: 'too_young',
    });
    expect(published()).toEqual(before);
    expect(await admin().rotate('access', { force: true, actor: 'a' })).toMatchObject({ ok: true });
    expect(events).toMatchObject([{ detail: { force: true } }]);
  });

  it('leaves the rings of other purposes alone', async () => {
    const before = keys.rings.assertion.published();
    const body = 'cso_x';
    const checksum = keys.checksums.checksum(body);
    await admin().rotate('access', { force: true, actor: 'a' });
    expect(keys.rings.assertion.published()).toEqual(before);
    expect(keys.checksums.checksum(body)).toBe(checksum);
  });

  it('of checksums needs no waiting, and what was made before stays ours', async () => {
    const body = 'cso_x';
    const old = keys.checksums.checksum(body);
    expect(await admin().rotate('checksum', { force: false, actor: 'a' })).toMatchObject({ ok: true });
    expect(keys.checksums.checksum(body)).not.toBe(old);
    expect(keys.checksums.verify(body, old)).toBe(true);
    expect((await opened()).checksums.verify(body, old)).toBe(true);
  });

  it('deletes keys that are gone', async () => {
    const [first] = published();
    await admin().rotate('access', { force: true, actor: 'a' });
    now += DAY;
    await admin().rotate('access', { force: false, actor: 'a' });
    expect((await stored()).filter((key) => key.includes(first ?? '?'))).toEqual([]);
    expect((await stored()).filter((key) => key.startsWith('access'))).toHaveLength(3);
  });

  it('uses no key that storage did not take', async () => {
    const before = published();
    const silent: Pick<Decisions, 'changed'> = {
      changed: () => Promise.resolve({ ok: false, error: 'unavailable' }),
    };
    const done = await admin({ decisions: silent }).rotate('access', { force: true, actor: 'a' });
    expect(done).toEqual({ ok: false, error: 'unavailable' });
    expect(published()).toEqual(before);
  });

  it('begins with the ring that another process has left, after it has failed on it once', async () => {
    const [active, next] = published();
    await database.write([
      updateKeyState('access', active ?? '', 'retired', now),
      updateKeyState('access', next ?? '', 'active', now),
    ]);
    expect(await admin().rotate('access', { force: true, actor: 'a' })).toEqual({
      ok: false,
      error: 'unavailable',
    });
    expect(keys.rings.access.signing().kid).toBe(next);
    expect(await admin().rotate('access', { force: true, actor: 'a' })).toMatchObject({ ok: true });
  });

  it('waits for the one before it: two at once leave one next key', async () => {
    const own = admin();
    const both = await Promise.all([
      own.rotate('access', { force: true, actor: 'a' }),
      own.rotate('access', { force: true, actor: 'b' }),
    ]);
    expect(both).toMatchObject([{ ok: true }, { ok: true }]);
    const states = (await stored()).filter((key) => key.startsWith('access')).map((key) => key.split(' ')[2]);
    expect(states.toSorted((a = '', b = '') => a.localeCompare(b))).toEqual([
      'active',
      'next',
      'retired',
      'retired',
    ]);
    expect(new Set(published())).toEqual(new Set(published(await opened())));
  });
});

describe('a revocation of a key', () => {
  it('takes the active one away at once, and the next takes its place', async () => {
    const [active, next] = published();
    expect(await admin().revoke('access', active ?? '', { actor: 'administrator' })).toEqual({
      ok: true,
      value: undefined,
    });
    expect(keys.rings.access.signing().kid).toBe(next);
    expect(published()).not.toContain(active);
    expect(published(await opened())).toEqual(published());
    expect(events).toMatchObject([
      { event: 'key.revoked', actor: 'administrator', detail: { ring: 'access', kid: active, active: next } },
    ]);
    expect(await heard()).toEqual([{ kind: 'keys.changed', payload: { ring: 'access' } }]);
  });

  it('takes a retired one away, with all that it signed', async () => {
    const [active] = published();
    await admin().rotate('access', { force: true, actor: 'a' });
    expect(published()).toContain(active);
    await admin().revoke('access', active ?? '', { actor: 'a' });
    expect(published()).not.toContain(active);
  });

  it('replaces the only checksum secret; what was made with it is not known by its form any more', async () => {
    const body = 'cso_x';
    const old = keys.checksums.checksum(body);
    const [secret] = keys.list().find(({ ring }) => ring === 'checksum')?.keys ?? [];
    await admin().revoke('checksum', secret?.kid ?? '', { actor: 'a' });
    expect(keys.checksums.verify(body, old)).toBe(false);
    expect(keys.checksums.verify(body, keys.checksums.checksum(body))).toBe(true);
  });

  it('finds a key in its own ring alone', async () => {
    const [active] = published();
    for (const ring of ['assertion', 'audit', 'checksum'] as const) {
      expect(await admin().revoke(ring, active ?? '', { actor: 'a' })).toEqual({
        ok: false,
        error: 'unknown',
      });
    }
    expect(events).toEqual([]);
  });
});

describe('the list of rings', () => {
  it('names every ring and key, and holds no key', async () => {
    const list = admin().list();
    expect(list.map(({ ring }) => ring)).toEqual(RING_NAMES);
    expect(list[0]?.keys).toEqual([
      { kid: expect.any(String), state: 'active', created: now, activated: now },
      { kid: expect.any(String), state: 'next', created: now },
    ]);
    for (const { secret } of keys.held()) {
      expect(JSON.stringify(list)).not.toContain(Buffer.from(secret).toString('base64url'));
    }
  });
});

describe('resetKeys', () => {
  const OTHER = new Uint8Array(32).fill(2);
  const reset = (decisions: Pick<Decisions, 'changed'>): ReturnType<typeof resetKeys> =>
    resetKeys({
      reader: database,
      decisions,
      encryptionKeys: [OTHER],
      clock,
      random,
      actor: 'administrator',
    });

  it('replaces every ring by one that the new encryption key opens, in one commit', async () => {
    const before = await stored();
    expect(await reset(recording)).toEqual({ ok: true, value: undefined });
    const after = await stored();
    expect(after).toHaveLength(before.length);
    expect(after.filter((key) => before.includes(key))).toEqual([]);
    expect(published(await opened([OTHER]))).toHaveLength(2);
    expect(events).toMatchObject([{ event: 'key.rotated', actor: 'administrator', detail: { reset: true } }]);
    expect(await heard()).toHaveLength(RING_NAMES.length);
  });

  it('deletes nothing when it could not make the new ones', async () => {
    const before = await stored();
    const failing: Pick<Decisions, 'changed'> = {
      changed: (_event, more) =>
        database.write([...more, { sql: 'update nothing set a = 1', parameters: [] }]),
    };
    expect(await reset(failing)).toEqual({ ok: false, error: 'unavailable' });
    expect(await stored()).toEqual(before);
  });
});
