import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DecisionRecord } from '../../audit/model.ts';
import type { TokenRecord } from '../../tokens/model.ts';
import { openSqlite } from '../engine/sqlite.ts';
import type { Database, Row, Statement } from '../port.ts';
import { insertAuditEvent, parseAuditRow, type UnlinkedRow } from './audit-events.ts';
import { findDecision, insertDecision, parseDecision } from './decisions.ts';
import { insertChange } from './changes.ts';
import { insertCheckpoint } from './checkpoints.ts';
import { deleteKey, insertKey, listKeys, parseKey, updateKeyState } from './keys.ts';
import { insertMassRevocation } from './mass-revocations.ts';
import { insertReplayMark } from './replay-marks.ts';
import { findPolicySet, insertPolicySet, parsePolicySet } from './policy-sets.ts';
import { findToken, insertToken, liveTokensPage, parseToken, revokeToken } from './tokens.ts';

let database: Database;

beforeAll(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
});

afterAll(async () => {
  await database.close();
});

async function rows(statement: Statement): Promise<readonly Row[]> {
  const read = await database.read(statement);
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

async function row(statement: Statement): Promise<Row> {
  const [first] = await rows(statement);
  if (!first) throw new Error('no row');
  return first;
}

/** The row that an insert makes, without a database. */
function rowOf({ sql, parameters }: Statement): Row {
  const names = (/\((.*?)\)/.exec(sql)?.[1] ?? '').split(', ').map((name) => name.slice(1, -1));
  return Object.fromEntries(names.map((name, at) => [name, parameters[at] ?? null]));
}

const hashOf = (...bytes: number[]): Uint8Array => Uint8Array.from({ length: 32 }, (_, at) => bytes[at] ?? 0);

const TOKEN: TokenRecord = {
  id: 'tok_1',
  prefix: 'cst',
  principal: {
    kind: 'team',
    organization: 'acme',
    team: 'platform',
    vouchedBy: { kind: 'organization', organization: 'acme' },
  },
  organization: 'acme',
  issuer: 'iss_1',
  subject: 'repo:acme/app:ref:refs/heads/main',
  claims: {
    sub: 'repo:acme/app:ref:refs/heads/main',
    aud: ['a', 'b'],
    run: 7,
    deep: { ['__proto__']: 'own' },
  },
  exchange: 'dec_1',
  policies: ['pol_1', 'pol_2'],
  resources: ['https://orders.example'],
  format: 'jwt',
  issuedAt: 1000,
  expiresAt: 2000,
};

const DECISION: DecisionRecord = {
  id: 'dec_full',
  time: 1_700_000_000_123,
  kind: 'exchange',
  effect: 'deny',
  code: 'policy.refused',
  organization: 'acme',
  issuer: 'iss_1',
  issuerName: 'acme/github',
  subject: 'repo:acme/app',
  audience: 'urn:countersign:org:acme',
  determining: ['policies[0]', 'policies[2]'],
  route: 'orders',
  principal: 'org:acme',
  tokenId: 'tok_1',
  remoteAddress: '127.0.0.1',
  facts: { claims: { sub: 'x' }, request: { token_type: 'team' }, principal: { kind: 'team' } },
  policySet: 'hash',
  policies: ['pol_1'],
  audited: ['policies[1]'],
};

const EVENT: UnlinkedRow & { digest: string } = {
  id: 'evt_kept',
  time: 5,
  event: 'token.revoked',
  decision: 'dec_1',
  token: 'tok_1',
  actor: 'usr_1',
  organization: 'acme',
  detail: null,
  salt: 'salt',
  payload: '{}',
  digest: 'A'.repeat(43),
};

describe('the statements', () => {
  it.each([
    'token',
    'decision',
    'audit',
    'policy_set',
    'key',
    'replay_mark',
    'change',
    'mass_revocation',
    'checkpoint',
  ])('name every column of %s and no other', async (table) => {
    const statements: Record<string, Statement> = {
      token: insertToken(hashOf(9), TOKEN),
      decision: insertDecision(DECISION),
      audit: insertAuditEvent(EVENT),
      policy_set: insertPolicySet('h', '{}', 1),
      key: insertKey({ ring: 'r', kid: 'k', state: 'next', sealed: 's', createdAt: 1 }),
      replay_mark: insertReplayMark('iss', 'm', 1),
      change: insertChange('keys.changed', {}, 1),
      mass_revocation: insertMassRevocation({ organization: 'acme', by: 'issuer', value: 'v', before: 1 }, 1),
      checkpoint: insertCheckpoint({ id: 'chk_1', time: 1, heads: '[]', signed: 's' }),
    };
    const statement = statements[table];
    const columns = await rows({ sql: 'select name from pragma_table_info(?)', parameters: [table] });
    expect(columns.length).toBeGreaterThan(0);
    expect(Object.keys(statement ? rowOf(statement) : {}).sort()).toEqual(
      columns.map((column) => String(column['name'])).sort(),
    );
  });

  it('are built once: two calls share their text', () => {
    expect(insertToken(hashOf(1), TOKEN).sql).toBe(insertToken(hashOf(2), TOKEN).sql);
    expect(
      JSON.stringify(insertToken(hashOf(1), { ...TOKEN, subject: "'); drop table token; --" }).sql),
    ).not.toContain('drop');
  });
});

describe('tokens', () => {
  it('come back as they went, with the hash and nothing of the value', async () => {
    const hash = hashOf(1, 2, 3);
    expect((await database.write([insertToken(hash, TOKEN)])).ok).toBe(true);
    const found = parseToken(await row(findToken(hash)));
    expect(found.record).toEqual(TOKEN);
    expect(Buffer.from(found.hash)).toEqual(Buffer.from(hash));
    expect(found.revokedAt).toBeUndefined();
  });

  it('of a person have no organization', async () => {
    const { organization: _, ...person } = TOKEN;
    await database.write([insertToken(hashOf(4), person)]);
    expect(parseToken(await row(findToken(hashOf(4)))).record).toEqual(person);
  });

  it('are revoked once; the second time, and the unknown, are a conflict', async () => {
    const hash = hashOf(5);
    await database.write([insertToken(hash, TOKEN)]);
    expect(await database.write([revokeToken(hash, 1500)])).toEqual({ ok: true, value: undefined });
    expect(await database.write([revokeToken(hash, 1600)])).toEqual({ ok: false, error: 'conflict' });
    expect(await database.write([revokeToken(hashOf(6), 1600)])).toEqual({ ok: false, error: 'conflict' });
    expect(parseToken(await row(findToken(hash))).revokedAt).toBe(1500);
  });

  it('are paged by hash while they live: neither the revoked nor those that end now', async () => {
    const live = [hashOf(200, 1), hashOf(200, 2), hashOf(200, 3)];
    const [revoked, ended] = [hashOf(200, 4), hashOf(200, 5)];
    const later = { ...TOKEN, expiresAt: 900_001 };
    await database.write([
      ...[...live, revoked].map((hash) => insertToken(hash, later)),
      insertToken(ended, { ...TOKEN, expiresAt: 900_000 }),
      revokeToken(revoked, 1),
    ]);
    const seen: string[] = [];
    let after: Uint8Array | undefined;
    for (;;) {
      const page = (await rows(liveTokensPage(after, 900_000, 2))).map(parseToken);
      expect(page.length).toBeLessThanOrEqual(2);
      for (const { hash } of page) seen.push(Buffer.from(hash).toString('hex'));
      after = page.at(-1)?.hash;
      if (page.length < 2) break;
    }
    expect(seen.sort()).toEqual(live.map((hash) => Buffer.from(hash).toString('hex')).sort());
  });

  it.each([
    ['principal', '{"kind":"team","organization":"acme"}'],
    ['principal', '{"kind":"root","vouchedBy":{"kind":"server"}}'],
    ['principal', 'secret-text'],
    ['claims', '["secret-text"]'],
    ['claims', '{"secret-text":'],
    ['prefix', 'xyz'],
    ['issued_at', 'soon'],
    ['organization', 7],
    ['subject', null],
    ['policies', '"secret-text"'],
    ['resources', '[7]'],
    ['format', 'secret-text'],
  ])('that were damaged in %s are a fault that does not quote them', (column, damage) => {
    const good = rowOf(insertToken(hashOf(7), TOKEN));
    expect(parseToken(good).record).toEqual(TOKEN);
    const parse = (): unknown => parseToken({ ...good, [column]: damage });
    expect(parse).toThrow(/^storage: token\./);
    expect(parse).not.toThrow(/secret-text/);
  });
});

describe('decisions', () => {
  it('come back as they went, with everything', async () => {
    await database.write([insertDecision(DECISION)]);
    expect(parseDecision(await row(findDecision(DECISION.id)))).toEqual(DECISION);
  });

  it('come back as they went, with nothing that may be absent', async () => {
    const least: DecisionRecord = {
      id: 'dec_least',
      time: 0,
      kind: 'gateway',
      effect: 'allow',
      determining: [],
      remoteAddress: '',
    };
    await database.write([insertDecision(least)]);
    expect(parseDecision(await row(findDecision('dec_least')))).toEqual(least);
    expect(await rows(findDecision('dec_none'))).toEqual([]);
  });

  it.each([
    ['facts', '{"claims":{}}'],
    ['facts', '{"claims":{},"request":{},"principal":"root"}'],
    ['determining', '[1]'],
    ['policies', '{}'],
    ['audited', '[null]'],
    ['effect', 'perhaps'],
    ['kind', 'other'],
    ['code', 'no.such_code'],
  ])('that were damaged in %s are a fault', (column, damage) => {
    const good = rowOf(insertDecision(DECISION));
    expect(parseDecision(good)).toEqual(DECISION);
    expect(() => parseDecision({ ...good, [column]: damage })).toThrow(/^storage: decision\./);
  });
});

describe('audit events, policy sets and keys', () => {
  it('keep an event with what it names, and its place in the chain of this process', async () => {
    await database.write([insertAuditEvent(EVENT)]);
    const stored = await row({ sql: 'select * from audit where id = ?', parameters: [EVENT.id] });
    expect(stored).toMatchObject(EVENT);
    const { writer, n, prev, hash } = parseAuditRow(stored);
    expect(writer).toMatch(/^wrt_[0-9A-Z]{26}$/);
    expect([n, prev]).toEqual([1, 'A'.repeat(43)]);
    expect(hash).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('keep the first of two policy sets with one hash, and refuse neither', async () => {
    expect((await database.write([insertPolicySet('same', '{"a":1}', 1)])).ok).toBe(true);
    expect((await database.write([insertPolicySet('same', '{"a":1}', 2)])).ok).toBe(true);
    const kept = await row(findPolicySet('same'));
    expect(parsePolicySet(kept)).toBe('{"a":1}');
    expect(kept['created_at']).toBe(1);
  });

  it('move a key on once, with the time, and take it away once', async () => {
    const key = { ring: 'assertion', kid: 'k1', state: 'next', sealed: 's', createdAt: 3 } as const;
    await database.write([insertKey(key)]);
    const move = async (state: 'active' | 'retired', at: number) =>
      (await database.write([updateKeyState('assertion', 'k1', state, at)])).ok;
    expect([await move('active', 5), await move('active', 6), await move('retired', 7)]).toEqual([
      true,
      false,
      true,
    ]);
    const moved = { ...key, state: 'retired', activatedAt: 5, retiredAt: 7 };
    expect((await rows(listKeys())).map(parseKey)).toEqual([moved]);
    expect((await database.write([updateKeyState('assertion', 'k2', 'active', 5)])).ok).toBe(false);
    const stored = await row(listKeys());
    expect(() => parseKey({ ...stored, state: 'lost' })).toThrow('storage: key.state');
    expect((await database.write([deleteKey('assertion', 'k1')])).ok).toBe(true);
    expect((await database.write([deleteKey('assertion', 'k1')])).ok).toBe(false);
  });
});
