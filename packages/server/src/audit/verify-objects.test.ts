import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database, Unit } from '../storage/port.ts';
import { deleteObject, nextObjectsVersion, putObject } from '../storage/repositories/objects.ts';
import { insertPolicySet } from '../storage/repositories/policy-sets.ts';
import { createDecisions } from './decision-writer.ts';
import { policySetHash } from './policy-set.ts';
import { AUDIT_KEYS, meddle, QUIET, seededRandom } from './testing/trail.ts';
import { verifyAudit } from './verify.ts';

const DAY = 24 * 3600;
const RETENTION = { exchanges: 90 * DAY, audit: 400 * DAY, rows: 20_000_000 };
const EVE = { organization: 'acme', kind: 'member', key: 'eve' };
const BOB = { organization: 'acme', kind: 'member', key: 'bob' };

const CREATED = 1_800_000_000_000;

let database: Database;
let clock: { ms: number };
let version: number;

beforeEach(async () => {
  clock = { ms: CREATED };
  version = 0;
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
});
afterEach(() => database.close());

async function change(...unit: Unit): Promise<void> {
  const now = () => clock.ms;
  const random = seededRandom(String(version));
  const decisions = createDecisions({ database, clock: { now }, random, logger: QUIET });
  const event = {
    event: 'member.updated',
    time: now(),
    actor: 'administrator',
    organization: 'acme',
  } as const;
  const done = await decisions.changed(event, [nextObjectsVersion(version), ...unit]);
  expect(done.ok).toBe(true);
  version += 1;
  clock.ms += 120_000;
}

const put = (key: typeof EVE, role: string) =>
  putObject({
    ...key,
    document: JSON.stringify({ role }),
    version: version + 1,
    created_at: CREATED,
    modified_at: clock.ms,
  });

async function whatBroke(): Promise<string | undefined> {
  const options = { keys: AUDIT_KEYS, now: Math.floor(clock.ms / 1000), retention: RETENTION };
  const verdict = await verifyAudit(database, options);
  return verdict.ok ? undefined : (verdict.broken?.what ?? 'unavailable');
}

describe('objects of the API', () => {
  beforeEach(async () => {
    await change(put(EVE, 'member'));
    await change(put(EVE, 'admin'), put(BOB, 'member'));
    await change(deleteObject(BOB));
  });

  it('are as the newest events say', async () => {
    expect(await whatBroke()).toBeUndefined();
  });

  it.each([
    [
      'was made by nobody',
      `insert into "object" values ('acme', 'member', 'mallory', '{}', 1, ${CREATED}, ${CREATED})`,
      'no event made',
    ],
    ['was changed', `update "object" set "document" = '{"role":"owner"}'`, 'not as it was written last'],
    [
      'was set back to what it once was',
      `update "object" set "document" = '{"role":"member"}', "version" = 1, "created_at" = ${CREATED}, "modified_at" = ${CREATED}`,
      'not as it was written last',
    ],
    ['is gone', 'delete from "object"', 'is gone'],
    ['has a version that was set back', 'update "version" set "value" = 1', 'later than the one stored'],
  ])('are found when one %s', async (_name, sql, what) => {
    await meddle(database, sql);
    expect(await whatBroke()).toContain(what);
  });

  it('that were deleted stay deleted', async () => {
    await meddle(
      database,
      `insert into "object" values ('acme', 'member', 'bob', '{"role":"member"}', 1, 1, 1)`,
    );
    expect(await whatBroke()).toContain('not as it was written last');
  });

  it('may be changed while the trail is read', async () => {
    await change(put(BOB, 'admin'));
    clock.ms -= 120_000;
    await meddle(database, 'update "version" set "value" = 3');
    await meddle(database, `delete from "object" where "key" = 'bob'`);
    expect(await whatBroke()).toBeUndefined();
  });
});

describe('policy documents', () => {
  it('are what decisions cite', async () => {
    const document = { kind: 'trust', policies: [] } as const;
    const text = '{"kind":"trust","policies":[]}';
    await change(insertPolicySet(policySetHash(document), text, 1));
    expect(await whatBroke()).toBeUndefined();
    await meddle(database, `update "policy_set" set "document" = '{"kind":"trust","policies":[{}]}'`);
    expect(await whatBroke()).toContain('policy document');
  });
});
