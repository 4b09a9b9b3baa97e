import { CompactSign, compactVerify, importJWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database } from '../storage/port.ts';
import { createCheckpointReader, findCheckpoints, MAX_HEADS, signCheckpoint } from './checkpoint.ts';
import { createCheckpoints, RENEWED_AFTER } from './checkpoints.ts';
import { allRows, AUDIT_KEY, AUDIT_KEYS, createTrail, meddle, QUIET, seededRandom } from './testing/trail.ts';

let database: Database;
let clock: { ms: number };
let lines: { message: string; checkpoint?: string }[];

beforeEach(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
  clock = { ms: 1_800_000_000_000 };
  lines = [];
});

afterEach(async () => {
  vi.useRealTimers();
  await database.close();
});

function create(over: Pick<Database, 'read' | 'write'> = database) {
  const log = (message: string, fields?: unknown) => void lines.push({ message, ...(fields as object) });
  return createCheckpoints({
    database: over,
    ring: { signing: () => AUDIT_KEY },
    clock: { now: () => clock.ms },
    logger: { ...QUIET, info: log, warn: log },
    random: seededRandom('checkpoints'),
  });
}

/** Links of other writers, as far as a checkpoint looks at them. */
async function addWriters(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const writer = `wrt_${String(at).padStart(26, '0')}`;
    const values = [`evt_${String(at).padStart(26, '0')}`, writer, 'h'.repeat(43)];
    await meddle(
      database,
      "insert into audit (id, time, event, actor, writer, n, hash) values (?, 1, 'key.rotated', 'a', ?, 7, ?)",
      ...values,
    );
  }
}

const signed = (): readonly string[] =>
  lines.flatMap(({ checkpoint }) => (checkpoint === undefined ? [] : [checkpoint]));
const read = createCheckpointReader(AUDIT_KEYS);
const headsOf = (text: string) => {
  const checkpoint = read(text);
  if (typeof checkpoint === 'string') throw new Error(checkpoint);
  return checkpoint.heads;
};

describe('checkpoints', () => {
  it('name the last link of the chain, and are stored and logged whole', async () => {
    const trail = createTrail(database, clock);
    await trail.issue();
    await trail.rotateKey();
    await create().sign();
    const [, link] = await allRows(database, 'audit');
    expect(signed().map(headsOf)).toEqual([[{ writer: link?.['writer'], n: 2, hash: link?.['hash'] }]]);
    const [stored] = await allRows(database, 'checkpoint');
    expect(stored).toMatchObject({ signed: signed()[0], time: clock.ms });
    expect(JSON.parse(String(stored?.['heads']))).toEqual(headsOf(signed()[0] ?? ''));
  });

  it('are signed only when a chain has moved, and each day once though none has', async () => {
    const checkpoints = create();
    await checkpoints.sign();
    expect(signed()).toHaveLength(0);
    const trail = createTrail(database, clock);
    await trail.issue();
    await checkpoints.sign();
    await checkpoints.sign();
    expect(signed()).toHaveLength(1);
    await trail.issue();
    await checkpoints.sign();
    expect(signed()).toHaveLength(2);
    clock.ms += RENEWED_AFTER;
    await checkpoints.sign();
    await checkpoints.sign();
    expect(signed()).toHaveLength(3);
    await checkpoints.close();
  });

  it('are made each minute, and at the end', async () => {
    // The database is a real one and needs the turns of the event loop.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const trail = createTrail(database, clock);
    const checkpoints = create();
    await trail.issue();
    vi.advanceTimersByTime(59_999);
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    expect(signed()).toHaveLength(0);
    vi.advanceTimersByTime(1);
    await vi.waitFor(() => expect(signed()).toHaveLength(1));
    await trail.issue();
    await checkpoints.close();
    expect(signed()).toHaveLength(2);
    await trail.issue();
    vi.advanceTimersByTime(600_000);
    expect(signed()).toHaveLength(2);
  });

  it('name the chains of all writers, ten in each, so that none is cut by the log', async () => {
    await addWriters(123);
    await create().sign();
    const heads = signed().map(headsOf);
    expect(heads.flat()).toHaveLength(123);
    expect(new Set(heads.flat().map(({ writer }) => writer)).size).toBe(123);
    expect(Math.max(...heads.map((part) => part.length))).toBe(MAX_HEADS);
    const longest = {
      id: `chk_${'7'.repeat(26)}`,
      iat: 99_999_999_999,
      heads: Array.from({ length: MAX_HEADS }, () => ({
        writer: `wrt_${'7'.repeat(26)}`,
        n: 99_999_999_999,
        hash: 'h'.repeat(43),
      })),
    };
    expect(signCheckpoint(AUDIT_KEY, longest).length).toBeLessThan(2048);
  });

  it('that could not be stored are neither logged nor taken as made', async () => {
    await createTrail(database, clock).issue();
    let broken = true;
    const checkpoints = create({
      read: (statement) => database.read(statement),
      write: (unit) => (broken ? Promise.resolve({ ok: false, error: 'unavailable' }) : database.write(unit)),
    });
    await checkpoints.sign();
    expect(lines).toEqual([{ message: 'an audit checkpoint could not be stored' }]);
    broken = false;
    await checkpoints.sign();
    expect(signed()).toHaveLength(1);
    await checkpoints.close();
  });
});

describe('the text of a checkpoint', () => {
  const CHECKPOINT = { id: 'chk_1', iat: 5, heads: [{ writer: 'wrt_1', n: 1, hash: 'h' }] };

  it('is a JWS that others verify too, of a type of its own', async () => {
    const key = await importJWK({ ...AUDIT_KEY.jwk }, 'ES256');
    const { payload, protectedHeader } = await compactVerify(signCheckpoint(AUDIT_KEY, CHECKPOINT), key);
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual(CHECKPOINT);
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'countersign-checkpoint+jwt', kid: AUDIT_KEY.kid });
  });

  it('is refused when any part of it is another, or its header says anything else', () => {
    const text = signCheckpoint(AUDIT_KEY, CHECKPOINT);
    expect(read(text)).toEqual(CHECKPOINT);
    const [header = '', payload = '', signature = ''] = text.split('.');
    const headerOf = (changes: object) =>
      Buffer.from(
        JSON.stringify({
          ...(JSON.parse(Buffer.from(header, 'base64url').toString()) as object),
          ...changes,
        }),
      ).toString('base64url');
    const bad = [
      `${header}.${payload}x.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${text}.more`,
      `${headerOf({ typ: 'at+jwt' })}.${payload}.${signature}`,
      `${headerOf({ alg: 'none' })}.${payload}.`,
      `${headerOf({ alg: 'HS256' })}.${payload}.${signature}`,
      'x'.repeat(10_000),
      '',
    ];
    for (const one of bad) expect(read(one)).toBe('invalid');
    expect(createCheckpointReader([])(text)).toBe('unknown_key');
  });

  it('is nothing else that the same key has signed', async () => {
    const payload = Buffer.from(JSON.stringify(CHECKPOINT));
    const sign = (header: { readonly typ?: string }) =>
      new CompactSign(payload)
        .setProtectedHeader({ alg: 'ES256', kid: AUDIT_KEY.kid, ...header })
        .sign(AUDIT_KEY.privateKey);
    expect(read(await sign({ typ: 'countersign-checkpoint+jwt' }))).toEqual(CHECKPOINT);
    expect(read(await sign({ typ: 'at+jwt' }))).toBe('invalid');
    expect(read(await sign({}))).toBe('invalid');
  });

  it('is found in a file of them and in the lines of a log', () => {
    const text = signCheckpoint(AUDIT_KEY, CHECKPOINT);
    expect(findCheckpoints(`${text}\n${text}\n`)).toEqual([text, text]);
    expect(findCheckpoints(`{"msg":"audit checkpoint","checkpoint":"${text}"}`)).toEqual([text]);
    expect(findCheckpoints('none')).toEqual([]);
  });
});
