import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { err, ok, type Principal } from '@countersign/core';
import { createDecisions } from '../audit/decision-writer.ts';
import { AUDIT_KEYS, meddle, QUIET } from '../audit/testing/trail.ts';
import { verifyAudit } from '../audit/verify.ts';
import { createLiveSnapshot, type LiveSnapshot } from '../snapshot/live-snapshot.ts';
import { acme, configOf } from '../snapshot/testing/from-file.ts';
import { compileWorld, loadStored } from '../snapshot/world.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database } from '../storage/port.ts';
import { findMadeToken, parseMadeToken } from '../storage/repositories/made-tokens.ts';
import { nextObjectsVersion } from '../storage/repositories/objects.ts';
import { findToken, parseToken } from '../storage/repositories/tokens.ts';
import { hashOf } from '../tokens/issue.ts';
import { createMassRevocations, type MassRevocations } from '../tokens/mass-revocations.ts';
import { NEVER_EXPIRES } from '../tokens/model.ts';
import { checksums, random } from '../tokens/testing/fixture.ts';
import { TokenTable } from '../tokens/token-table.ts';
import type { MadeTokenOrder } from './made-token.ts';
import { createMakeToken, MAX_LIVE_TOKENS, type MakeToken } from './make-token.ts';

const NOW = 1_790_000_000_000;
const ORGANIZATION: Principal = {
  kind: 'organization',
  organization: 'acme',
  admin: true,
  vouchedBy: { kind: 'organization', organization: 'acme' },
};
const order = (over: Partial<MadeTokenOrder> = {}): MadeTokenOrder => ({
  prefix: 'cso',
  principal: ORGANIZATION,
  organization: 'acme',
  name: 'deploy',
  description: '',
  createdBy: 'usr_ada',
  expiresAt: NEVER_EXPIRES,
  now: NOW,
  ...over,
});

let database: Database;
let live: LiveSnapshot;
let table: TokenTable;
let massRevocations: MassRevocations;

beforeEach(async () => {
  const opened = await openSqlite({ path: ':memory:', logger: QUIET });
  if (!opened.ok) throw new Error('no database');
  database = opened.value;
  const stored = await loadStored(database);
  const world = stored.ok ? compileWorld(configOf(acme()), stored.value, undefined) : stored;
  if (!world.ok) throw new Error(JSON.stringify(world.error));
  live = createLiveSnapshot({ reader: database, logger: QUIET }, world.value);
  table = new TokenTable({ claimPaths: [] });
  massRevocations = createMassRevocations();
});
afterEach(() => database.close());

/** `through` stands between the process and its storage. */
function maker(through: Partial<Pick<Database, 'read' | 'write'>> = {}): MakeToken {
  const storage: Pick<Database, 'read' | 'write'> = {
    read: (statement) => database.read(statement),
    write: (unit) => database.write(unit),
    ...through,
  };
  const clock = { now: () => NOW };
  const decisions = createDecisions({ database: storage, clock, random, logger: QUIET });
  return createMakeToken({
    live,
    decisions,
    reader: storage,
    table,
    massRevocations,
    random,
    checksums,
    clock,
    logger: QUIET,
  });
}

const verdict = () =>
  verifyAudit(database, {
    keys: AUDIT_KEYS,
    now: NOW / 1000,
    retention: { exchanges: 1000, audit: 1000, rows: 1000 },
  });

async function count(name: string): Promise<number> {
  const rows = await database.read({ sql: `select count(*) as "rows" from "${name}"`, parameters: [] });
  return rows.ok ? Number(rows.value[0]?.['rows']) : -1;
}

describe('a token that was made over the API', () => {
  it('is known in memory and in storage, by its hash alone, with its name beside it', async () => {
    const made = await maker()(() => ok(order()));
    if (!made.ok) throw new Error(made.error.kind);
    const hash = hashOf(made.value.value);
    expect(table.find(hash)).toMatchObject({ id: made.value.id, principal: ORGANIZATION });
    const [row] = (await read(findToken(hash))) ?? [];
    expect(row && parseToken(row).record.id).toBe(made.value.id);
    const [name] = (await read(findMadeToken(made.value.id))) ?? [];
    expect(name && parseMadeToken(name)).toMatchObject({ name: 'deploy', createdBy: 'usr_ada' });
    expect(await count('decision')).toBe(0);
  });

  it('is answered for by an event that says everything but the value', async () => {
    const made = await maker()(() => ok(order()));
    const [event] = (await read({ sql: 'select * from "audit"', parameters: [] })) ?? [];
    const id = made.ok ? made.value.id : '';
    expect(event).toMatchObject({ id: id.replace('tok_', 'evt_'), event: 'token.created', token: id });
    expect(JSON.parse(String(event?.['detail']))).toEqual({
      principal: 'org:acme',
      name: 'deploy',
      admin: true,
      expires: 0,
    });
    expect(JSON.stringify(event)).not.toContain(made.ok && made.value.value);
    expect(await verdict()).toMatchObject({ ok: true, events: 1 });
  });

  it.each([
    [
      'has another principal',
      `update "token" set "principal" = '{}'`,
      'the token that it issued was changed',
    ],
    ['has another maker', `update "made_token" set "created_by" = 'usr_eve'`, 'the name and maker'],
    ['has lost its name', 'delete from "made_token"', 'the name and maker'],
    ['has lost its event', 'delete from "audit" where "n" = 2', 'no event issued the token'],
  ])('is found out by the audit when it %s', async (_, sql, what) => {
    const make = maker();
    await make(() => ok(order()));
    await make(() => ok(order({ name: 'second', now: NOW + 1000 })));
    await meddle(database, sql);
    const found = await verdict();
    expect(!found.ok && found.broken?.what).toContain(what);
  });
});

describe('a name', () => {
  it('is given once in an organization, to whatever token, and never again', async () => {
    const make = maker();
    const first = await make(() => ok(order()));
    await meddle(database, 'update "token" set "revoked_at" = 1');
    await meddle(database, 'delete from "token"');
    const again = await make(() => ok(order({ prefix: 'cst' })));
    expect([first.ok, again]).toMatchObject([true, { ok: false, error: { kind: 'taken' } }]);
    expect([await count('token'), await count('audit')]).toEqual([0, 1]);
    expect(await make(() => ok(order({ organization: 'globex' })))).toMatchObject({ ok: true });
  });

  it('is given once of many who ask at the same time', async () => {
    const make = maker();
    const made = await Promise.all(Array.from({ length: 10 }, () => make(() => ok(order()))));
    expect(made.filter(({ ok: done }) => done)).toHaveLength(1);
    expect(table.size).toBe(1);
  });

  it('is nobody’s business where tokens have none', async () => {
    const make = maker();
    const { name: _, ...nameless } = order();
    for (let at = 0; at < 3; at += 1) expect((await make(() => ok(nameless))).ok).toBe(true);
  });
});

describe('a token for whom all tokens have been ended', () => {
  const end = (before: number) =>
    massRevocations.add({ organization: 'acme', by: 'principal', value: 'org:acme', before });
  const issuedAt = async (over: Partial<MadeTokenOrder>) => {
    const made = await maker()(() => ok(order(over)));
    return made.ok ? table.find(hashOf(made.value.value))?.issuedAt : made.error.kind;
  };
  const second = NOW / 1000;

  it('counts from the second after, where that was within this one', async () => {
    end(second - 1);
    expect(await issuedAt({ name: 'a' })).toBe(second);
    end(second);
    expect(await issuedAt({ name: 'b' })).toBe(second + 1);
  });

  it('is not made where it would count from a time that is over', async () => {
    const inherited = { issuer: 'iss_1', subject: 's', claims: {}, policies: [], issuedAt: second - 60 };
    end(second - 61);
    expect(await issuedAt({ name: 'a', inherited })).toBe(second - 60);
    end(second - 60);
    expect(await issuedAt({ name: 'b', inherited })).toBe('invalid');
    expect(table.size).toBe(1);
  });
});

describe('a token in the place of another', () => {
  const endOf = async (hash: Uint8Array) => {
    const rows = await database.read(findToken(hash));
    return rows.ok && rows.value[0] ? parseToken(rows.value[0]).revokedAt : undefined;
  };

  it('marks the end of the other in its own commit, and the trail answers for both', async () => {
    const first = await maker()(() => ok(order()));
    if (!first.ok) throw new Error('not made');
    const hash = hashOf(first.value.value);
    const endsAt = NOW / 1000 + 60;
    const replaces = { id: first.value.id, hash, endsAt };
    const second = await maker()(() => ok(order({ name: 'other', replaces })));
    expect(second.ok).toBe(true);
    expect(await endOf(hash)).toBe(endsAt);
    // The next use reads its end with it.
    expect(table.find(hash)).toBeUndefined();
    expect(await verdict()).toMatchObject({ ok: true });
  });

  it('is not made where the other ends sooner anyway', async () => {
    const first = await maker()(() => ok(order()));
    if (!first.ok) throw new Error('not made');
    const hash = hashOf(first.value.value);
    const replaces = { id: first.value.id, hash, endsAt: NOW / 1000 + 60 };
    await maker()(() => ok(order({ name: 'second', replaces })));
    const third = await maker()(() =>
      ok(order({ name: 'third', replaces: { ...replaces, endsAt: replaces.endsAt + 1 } })),
    );
    expect(third).toMatchObject({ ok: false });
    expect(await endOf(hash)).toBe(replaces.endsAt);
    expect(await count('token')).toBe(2);
  });
});

describe('the making of a token', () => {
  it('is decided anew when something was changed over the API after it was decided', async () => {
    await database.write([nextObjectsVersion(0)]);
    const versions: number[] = [];
    const made = await maker()(() => {
      versions.push(live.world().version);
      return versions.length === 1 ? ok(order()) : err({ kind: 'absent', message: 'gone' });
    });
    expect([made, versions]).toEqual([err({ kind: 'absent', message: 'gone' }), [0, 1]]);
    expect([await count('token'), table.size]).toEqual([0, 0]);
  });

  it('is given up when something is changed each time', async () => {
    let version = 0;
    const decided = await maker()(() => {
      void database.write([nextObjectsVersion(version++)]);
      return ok(order());
    });
    expect([decided, version]).toEqual([err({ kind: 'unavailable' }), 5]);
  });

  it.each(['read', 'write'] as const)(
    'is unavailable, and nothing is live, while storage does not %s',
    async (call) => {
      const silent = { [call]: () => Promise.resolve(err('unavailable')) };
      expect(await maker(silent)(() => ok(order()))).toEqual(err({ kind: 'unavailable' }));
      expect([table.size, await count('token')]).toEqual([0, 0]);
    },
  );

  it('ends at so many live tokens of one principal, and goes on when one of them has ended', async () => {
    const insert = `insert into "token" ("hash", "id", "prefix", "organization", "principal", "issuer", "subject", "claims", "exchange", "issued_at", "expires_at", "policies", "resources", "format")`;
    const numbers = `with recursive "n" ("i") as (select 1 union all select "i" + 1 from "n" where "i" < ${MAX_LIVE_TOKENS})`;
    await meddle(
      database,
      `${insert} ${numbers} select 'h' || "i", 't' || "i", 'cso', 'acme', '', 'api', '', '', '', 1, ${NEVER_EXPIRES}, '', '', '' from "n"`,
    );
    await meddle(
      database,
      `insert into "made_token" ${numbers} select 't' || "i", 'acme', 'org:acme', null, '', '', 1 from "n"`,
    );
    const make = maker();
    expect(await make(() => ok(order()))).toMatchObject({ error: { kind: 'invalid' } });
    const other = {
      kind: 'team',
      organization: 'acme',
      team: 't',
      vouchedBy: ORGANIZATION.vouchedBy,
    } as const;
    expect(await make(() => ok(order({ principal: other, name: 'other' })))).toMatchObject({ ok: true });
    await meddle(database, `update "token" set "revoked_at" = 1 where "id" = 't1'`);
    expect(await make(() => ok(order()))).toMatchObject({ ok: true });
  });
});

async function read(statement: Parameters<Database['read']>[0]) {
  const rows = await database.read(statement);
  return rows.ok ? rows.value : undefined;
}
