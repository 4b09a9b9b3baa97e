import { createHash, createPublicKey, sign, verify } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database } from '../storage/port.ts';
import {
  insertKey,
  listKeys,
  parseKey,
  updateKeyState,
  type StoredKey,
} from '../storage/repositories/keys.ts';
import { openKeys, type KeyRingDeps, type OpenKeys } from './key-ring.ts';
import { SIGNING_PURPOSES } from './port.ts';
import { keyPlace, open, seal } from './seal.ts';

const KEY = new Uint8Array(32).fill(1);
const OTHER = new Uint8Array(32).fill(2);
const BODY = `cso_${'a'.repeat(32)}`;

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
  now = 1_700_000_000;
  lines = [];
  const tables = ['key'];
  await database.write(tables.map((table) => ({ sql: `delete from "${table}"`, parameters: [] })));
});

function log(message: string, fields?: object): void {
  lines.push(`${message} ${JSON.stringify(fields)}`);
}

function deps(changes: Partial<KeyRingDeps> = {}): KeyRingDeps {
  let drawn = 0;
  const bytes = (length: number): Uint8Array =>
    createHash('shake256', { outputLength: length })
      .update(`draw ${(drawn += 1)}`)
      .digest();
  return {
    database,
    encryptionKeys: [KEY],
    clock: { now: () => now * 1000 },
    random: { bytes },
    logger: { debug: log, info: log, warn: log, error: log },
    ...changes,
  };
}

async function keysOf(changes: Partial<KeyRingDeps> = {}): Promise<OpenKeys> {
  const keys = await openKeys(deps(changes));
  if (!keys.ok) throw new Error(keys.error);
  return keys.value;
}

async function stored(): Promise<readonly StoredKey[]> {
  const rows = await database.read(listKeys());
  if (!rows.ok) throw new Error(rows.error);
  return rows.value.map(parseKey);
}

describe('openKeys', () => {
  it('makes an active and a next key a purpose, and one checksum secret, at the first start', async () => {
    await keysOf();
    const keys = await stored();
    expect(keys.map(({ ring, state }) => `${ring} ${state}`).sort()).toEqual([
      'access active',
      'access next',
      'assertion active',
      'assertion next',
      'audit active',
      'audit next',
      'checksum active',
      'cookie active',
      'cookie next',
      'redirect active',
      'redirect next',
      'session active',
      'session next',
    ]);
    expect(keys.every((key) => key.createdAt === now)).toBe(true);
    expect(keys.every((key) => key.activatedAt === (key.state === 'active' ? now : undefined))).toBe(true);
  });

  it('makes a ring that an earlier version did not have, and leaves the others as they are', async () => {
    const before = await keysOf();
    await database.write([{ sql: `delete from "key" where "ring" = 'access'`, parameters: [] }]);
    const after = await keysOf();
    expect(after.rings.assertion.published()).toEqual(before.rings.assertion.published());
    expect(after.rings.access.published()).toHaveLength(2);
  });

  it('shares no key between two purposes', async () => {
    const { rings } = await keysOf();
    const kids = SIGNING_PURPOSES.flatMap((purpose) => rings[purpose].published().map(({ kid }) => kid));
    expect(new Set(kids).size).toBe(2 * SIGNING_PURPOSES.length);
  });

  it('opens the same rings at every later start', async () => {
    const first = await keysOf();
    const before = await stored();
    const second = await keysOf();
    expect(await stored()).toEqual(before);
    expect(second.rings.assertion.signing().kid).toBe(first.rings.assertion.signing().kid);
    expect(second.rings.assertion.published()).toEqual(first.rings.assertion.published());
    expect(second.checksums.verify(BODY, first.checksums.checksum(BODY))).toBe(true);
  });

  it('stores no key in the clear', async () => {
    const keys = await keysOf();
    const der = keys.rings.assertion.signing().privateKey.export({ type: 'pkcs8', format: 'der' });
    const { d } = keys.rings.assertion.signing().privateKey.export({ format: 'jwk' });
    const text = JSON.stringify(await stored());
    expect(d).toBeDefined();
    expect(text).not.toContain(String(d));
    expect(text).not.toContain(der.toString('base64url'));
    expect(JSON.stringify(keys.rings.assertion.published())).not.toContain('"d"');
  });

  it('signs with the active key and publishes all, each named by its RFC 7638 thumbprint', async () => {
    const { assertion } = (await keysOf()).rings;
    expect(assertion.published()).toHaveLength(2);
    expect(assertion.published()[0]?.kid).toBe(assertion.signing().kid);
    for (const jwk of assertion.published()) {
      expect(jwk.kid).toBe(await calculateJwkThumbprint({ ...jwk }));
      expect(jwk).toMatchObject({ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256' });
    }
    const data = Buffer.from('data');
    const signature = sign('sha256', data, assertion.signing().privateKey);
    const published = createPublicKey({ key: { ...assertion.signing().jwk }, format: 'jwk' });
    expect(verify('sha256', data, published, signature)).toBe(true);
  });

  it('does not open with another key, and makes nothing in its place', async () => {
    await keysOf();
    const before = await stored();
    expect(await openKeys(deps({ encryptionKeys: [OTHER] }))).toEqual({ ok: false, error: 'does_not_open' });
    expect(await stored()).toEqual(before);
  });

  it('makes no missing ring beside one that does not open', async () => {
    await keysOf();
    await database.write([{ sql: `delete from "key" where "ring" <> 'checksum'`, parameters: [] }]);
    expect(await openKeys(deps({ encryptionKeys: [OTHER] }))).toEqual({ ok: false, error: 'does_not_open' });
    expect((await stored()).map((key) => key.ring)).toEqual(['checksum']);
  });

  it('opens with an older key of the list, and seals new keys under the first', async () => {
    await keysOf();
    await keysOf({ encryptionKeys: [OTHER, KEY] });
    await database.write([{ sql: `delete from "key" where "ring" = 'checksum'`, parameters: [] }]);
    await keysOf({ encryptionKeys: [OTHER, KEY] });
    const made = (await stored()).find((key) => key.ring === 'checksum');
    expect(open([OTHER], keyPlace('checksum', made?.kid ?? ''), made?.sealed ?? '')).toBeDefined();
  });

  it('does not take a sealed key that was copied to another row', async () => {
    await keysOf();
    const [key] = (await stored()).filter((candidate) => candidate.state === 'next');
    await database.write([insertKey({ ...(key as StoredKey), kid: 'copied' })]);
    expect(await openKeys(deps())).toEqual({ ok: false, error: 'does_not_open' });
  });

  it('never publishes a public key from storage, only what its own private key gives', async () => {
    const before = (await keysOf()).rings.assertion.published();
    await database.write([{ sql: `update "key" set "public_jwk" = '{"kty":"EC"}'`, parameters: [] }]);
    expect((await keysOf()).rings.assertion.published()).toEqual(before);
  });

  it('refuses a signing key under a kid that is not its own, though the seal fits', async () => {
    await keysOf();
    const next = (await stored()).find((key) => key.ring === 'assertion' && key.state === 'next');
    const secret = open([KEY], keyPlace('assertion', next?.kid ?? ''), next?.sealed ?? '');
    const kid = 'renamed';
    const sealed = seal([KEY], keyPlace('assertion', kid), secret ?? new Uint8Array());
    await database.write([insertKey({ ring: 'assertion', kid, state: 'retired', sealed, createdAt: 1 })]);
    await expect(openKeys(deps())).rejects.toThrow('kid of another');
  });

  it('is a fault when a ring has no active key, or two', async () => {
    const active = (await keysOf()).rings.assertion.signing().kid;
    const next = (await stored()).find((key) => key.ring === 'assertion' && key.state === 'next')?.kid ?? '';
    await database.write([updateKeyState('assertion', next, 'active', 1)]);
    await expect(openKeys(deps())).rejects.toThrow('exactly one active');
    await database.write([
      updateKeyState('assertion', next, 'next', 1),
      updateKeyState('assertion', active, 'retired', 1),
    ]);
    await expect(openKeys(deps())).rejects.toThrow('exactly one active');
  });

  it('uses no key that storage did not take, and asks nobody when storage is silent', async () => {
    const write: Database['write'] = () => Promise.resolve({ ok: false, error: 'unavailable' });
    const read: Database['read'] = () => Promise.resolve({ ok: false, error: 'unavailable' });
    const failed = { ok: false, error: 'unavailable' };
    expect(await openKeys(deps({ database: { read: (query) => database.read(query), write } }))).toEqual(
      failed,
    );
    expect(await openKeys(deps({ database: { read, write: (unit) => database.write(unit) } }))).toEqual(
      failed,
    );
    expect(await stored()).toEqual([]);
  });
});
