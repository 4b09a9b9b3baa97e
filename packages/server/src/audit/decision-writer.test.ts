import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../adapters/ports.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database } from '../storage/port.ts';
import { insertPolicySet } from '../storage/repositories/policy-sets.ts';
import { isId } from './decision-id.ts';
import { createDecisions, RECORDED_PER_SECOND } from './decision-writer.ts';
import type { AuditEvent, DecisionRecord } from './model.ts';
import type { Decisions } from './port.ts';

let database: Database;
let decisions: Decisions;
let now: number;
let lines: string[];
/** Makes storage answer nothing. */
let silent: boolean;
let diskIsLow: boolean;

const UNAVAILABLE = { ok: false, error: 'unavailable' } as const;

beforeAll(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
});

afterAll(() => database.close());

beforeEach(async () => {
  const tables = ['decision', 'audit', 'policy_set', 'token'];
  await database.write(tables.map((table) => ({ sql: `delete from "${table}"`, parameters: [] })));
  now = 1_700_000_000_000;
  lines = [];
  silent = false;
  diskIsLow = false;
  const log: Logger['info'] = (message, fields) =>
    void lines.push(JSON.stringify({ message, ...(typeof fields === 'function' ? fields() : fields) }));
  let drawn = 0;
  decisions = createDecisions({
    database: {
      write: (unit) => (silent ? Promise.resolve(UNAVAILABLE) : database.write(unit)),
      read: (statement) => (silent ? Promise.resolve(UNAVAILABLE) : database.read(statement)),
    },
    clock: { now: () => now },
    random: {
      bytes: (length) =>
        createHash('sha256')
          .update(`${(drawn += 1)}`)
          .digest()
          .subarray(0, length),
    },
    logger: { debug: log, info: log, warn: log, error: log },
    diskIsLow: () => diskIsLow,
  });
});

function recordOf(changes: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    id: decisions.newId(),
    time: now,
    kind: 'exchange',
    effect: 'deny',
    code: 'policy.refused',
    organization: 'acme',
    issuer: 'iss_1',
    determining: [],
    remoteAddress: '127.0.0.1',
    facts: { claims: { sub: 'verified-subject' }, request: {} },
    ...changes,
  };
}

const EVENT: AuditEvent = { event: 'token.issued', time: 1, token: 'tok_1', actor: 'org:acme' };

async function count(table: 'decision' | 'audit' | 'policy_set'): Promise<number> {
  const rows = await database.read({ sql: `select count(*) as n from ${table}`, parameters: [] });
  return rows.ok ? Number(rows.value[0]?.['n']) : -1;
}

describe('a decision nobody proved anything for', () => {
  it('is found in memory with what the token said of itself, and stored nowhere', async () => {
    const { facts: _, ...record } = recordOf({ code: 'token.not_trusted' });
    decisions.unverified(record, { issuer: 'https://idp.example', header: { alg: 'RS256', kid: 'k1' } });
    expect(await decisions.find(record.id)).toEqual({
      ok: true,
      value: { record, unverified: { issuer: 'https://idp.example', header: { alg: 'RS256', kid: 'k1' } } },
    });
    expect(await count('decision')).toBe(0);
    expect(lines).toHaveLength(1);
  });

  it('is remembered and logged 20 times a second; the rest is a number on the next line', async () => {
    const records = Array.from({ length: RECORDED_PER_SECOND + 5 }, () => recordOf());
    for (const record of records) decisions.unverified(record, {});
    expect(lines).toHaveLength(RECORDED_PER_SECOND);
    expect(await decisions.find(records[RECORDED_PER_SECOND]?.id ?? '')).toEqual({
      ok: true,
      value: undefined,
    });
    now += 1000;
    decisions.unverified(recordOf(), {});
    decisions.unverified(recordOf(), {});
    expect(
      lines
        .slice(RECORDED_PER_SECOND)
        .map((line) => (JSON.parse(line) as { unrecorded?: number }).unrecorded),
    ).toEqual([5, undefined]);
  });

  it('keeps no more of a long text than it needs, and nothing of a header that nobody asked for', async () => {
    const record = recordOf({ audience: 'a'.repeat(60_000) });
    decisions.unverified(record, {
      issuer: 'b'.repeat(60_000),
      header: { alg: 'c'.repeat(60_000), crit: ['x'], x5c: ['d'.repeat(60_000)] },
    });
    const found = await decisions.find(record.id);
    expect(JSON.stringify(found).length).toBeLessThan(3000);
    expect(found).toMatchObject({ ok: true, value: { unverified: { header: { crit: '["x"]' } } } });
    expect(JSON.stringify(found)).not.toContain('x5c');
    expect(lines.join().length).toBeLessThan(3000);
  });
});

describe('a refusal of a verified token', () => {
  it('is stored before the answer, and found with its facts', async () => {
    const record = recordOf();
    expect(await decisions.refused(record)).toEqual({ ok: true, value: undefined });
    expect(await count('decision')).toBe(1);
    expect(await decisions.find(record.id)).toEqual({ ok: true, value: { record } });
  });

  it('is unavailable when it cannot be stored, and then is not logged as if it had been', async () => {
    silent = true;
    const record = recordOf();
    expect(await decisions.refused(record)).toEqual(UNAVAILABLE);
    expect(await decisions.find(record.id)).toEqual(UNAVAILABLE);
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      'a decision could not be recorded',
    ]);
  });

  it('is stored 20 times a second for an issuer, and remembered beyond that', async () => {
    const records = Array.from({ length: RECORDED_PER_SECOND + 1 }, () => recordOf());
    for (const record of records) expect((await decisions.refused(record)).ok).toBe(true);
    expect(await count('decision')).toBe(RECORDED_PER_SECOND);
    const last = records.at(-1);
    expect(await decisions.find(last?.id ?? '')).toEqual({ ok: true, value: { record: last } });
    expect((await decisions.refused(recordOf({ issuer: 'iss_2' }))).ok).toBe(true);
    expect(await count('decision')).toBe(RECORDED_PER_SECOND + 1);
  });
});

describe('with little disk left', () => {
  it('refusals are neither stored nor logged, but found in memory; what was done is written as ever', async () => {
    diskIsLow = true;
    const stranger = recordOf({ code: 'token.not_trusted' });
    decisions.unverified(stranger, {});
    const refused = recordOf();
    expect((await decisions.refused(refused)).ok).toBe(true);
    expect(await count('decision')).toBe(0);
    expect(lines).toEqual([]);
    for (const { id } of [stranger, refused]) {
      expect(await decisions.find(id)).toMatchObject({ ok: true, value: { record: { id } } });
    }
    expect((await decisions.acted(recordOf({ effect: 'allow' }), EVENT, [])).ok).toBe(true);
    expect([await count('decision'), await count('audit')]).toEqual([1, 1]);
    diskIsLow = false;
    decisions.unverified(recordOf(), {});
    expect(lines.map((line) => (JSON.parse(line) as { unrecorded?: number }).unrecorded)).toEqual([
      undefined,
      2,
    ]);
  });
});

describe('what was done', () => {
  it('is one commit: the deed, the decision and the event, the event under an id of its own', async () => {
    const record = recordOf({ effect: 'allow' });
    const deed = insertPolicySet('deed', '{}', 1);
    expect(await decisions.acted(record, EVENT, [deed])).toEqual({ ok: true, value: undefined });
    expect([await count('decision'), await count('audit'), await count('policy_set')]).toEqual([1, 1, 1]);
    const rows = await database.read({ sql: 'select * from audit', parameters: [] });
    const event = rows.ok ? rows.value[0] : undefined;
    expect(isId('evt', String(event?.['id']))).toBe(true);
    // One number for both: from either the other is found by its key.
    expect(String(event?.['id']).slice(4)).toBe(record.id.slice(4));
    expect(JSON.parse(String(event?.['payload']))).toMatchObject({
      rows: { decisions: [[record.id, expect.any(String)]] },
    });
  });

  it('may be a change that no decision precedes: deed and event in one commit, chained', async () => {
    const change: AuditEvent = {
      event: 'key.rotated',
      time: now,
      actor: 'administrator',
      detail: { ring: 'access' },
    };
    const deed = insertPolicySet('deed', '{}', 1);
    expect(await decisions.changed(change, [deed])).toEqual({ ok: true, value: undefined });
    expect([await count('decision'), await count('audit'), await count('policy_set')]).toEqual([0, 1, 1]);
    const rows = await database.read({ sql: 'select event, detail, n from audit', parameters: [] });
    expect(rows.ok && rows.value).toEqual([
      { event: 'key.rotated', detail: '{"ring":"access"}', n: expect.any(Number) },
    ]);
    const impossible = {
      sql: `update token set revoked_at = 1 where hash = 'none'`,
      parameters: [],
      changes: 1,
    };
    expect(await decisions.changed(change, [impossible])).toEqual({ ok: false, error: 'conflict' });
    expect(lines).toEqual([]);
    silent = true;
    expect(await decisions.changed(change, [])).toEqual(UNAVAILABLE);
    expect(lines).toHaveLength(1);
    expect(await count('audit')).toBe(1);
  });

  it('is not done when any part fails: nothing is written and the failure is told', async () => {
    const record = recordOf({ effect: 'allow' });
    const impossible = {
      sql: `update token set revoked_at = 1 where hash = 'none'`,
      parameters: [],
      changes: 1,
    };
    const failed = await decisions.acted(record, EVENT, [insertPolicySet('deed', '{}', 1), impossible]);
    expect(failed).toEqual({ ok: false, error: 'conflict' });
    expect([await count('decision'), await count('audit'), await count('policy_set')]).toEqual([0, 0, 0]);
    expect(lines.join()).not.toContain('allowed');
    silent = true;
    expect(await decisions.acted(recordOf(), EVENT, [])).toEqual(UNAVAILABLE);
  });

  it('is never held back by a rate', async () => {
    for (let at = 0; at < RECORDED_PER_SECOND * 2; at += 1) await decisions.acted(recordOf(), EVENT, []);
    expect(await count('decision')).toBe(RECORDED_PER_SECOND * 2);
    expect(lines).toHaveLength(RECORDED_PER_SECOND * 2);
  });

  it('warns of failures at a bounded rate', async () => {
    silent = true;
    for (let at = 0; at < RECORDED_PER_SECOND * 2; at += 1) await decisions.acted(recordOf(), EVENT, []);
    expect(lines).toHaveLength(RECORDED_PER_SECOND);
  });
});

describe('the log', () => {
  it('has a line for every request that passed, with decision, token, exchange, route and principal', () => {
    const record = recordOf({
      kind: 'gateway',
      effect: 'allow',
      tokenId: 'tok_1',
      exchange: 'dec_of_the_exchange',
      route: 'orders',
      principal: 'team:acme/platform',
    });
    decisions.passed(record);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      decision: record.id,
      token: 'tok_1',
      exchange: 'dec_of_the_exchange',
      route: 'orders',
      principal: 'team:acme/platform',
    });
  });

  it('and the memory hold no token, whichever field a caller put it in, and no claims', async () => {
    const opaque = `cso_${'A1b2'.repeat(9)}ab`;
    const jwt = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvIn0.c2lnbmF0dXJl`;
    const leaky = (): DecisionRecord =>
      recordOf({ audience: opaque, subject: jwt, route: opaque, principal: jwt, remoteAddress: opaque });
    const { facts: _, route: __, principal: ___, ...unproved } = leaky();
    const record = { ...unproved, remoteAddress: '127.0.0.1' };
    decisions.unverified(record, { issuer: jwt, header: { alg: opaque, kid: jwt } });
    decisions.passed(leaky());
    await decisions.refused(leaky());
    await decisions.acted(leaky(), EVENT, []);
    silent = true;
    await decisions.acted(leaky(), EVENT, []);
    expect(lines).toHaveLength(5);
    const kept = lines.join() + JSON.stringify(await decisions.find(record.id));
    expect(kept).not.toMatch(/cs[a-z]_[0-9A-Za-z]{8}/);
    expect(kept).not.toMatch(/eyJ/);
    expect(lines.join()).not.toContain('verified-subject');
  });
});

describe('find', () => {
  it('asks storage for nothing that cannot be an id', async () => {
    silent = true;
    for (const id of ['', 'dec_1', `evt_${'0'.repeat(26)}`, `dec_${'0'.repeat(27)}`]) {
      expect(await decisions.find(id)).toEqual({ ok: true, value: undefined });
    }
    expect(await decisions.find(`dec_${'0'.repeat(26)}`)).toEqual(UNAVAILABLE);
  });
});
