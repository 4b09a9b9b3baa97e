import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeSigningKey } from '../keys/signing-key.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database } from '../storage/port.ts';
import { allRows, AUDIT_KEYS, createTrail, meddle, writeTrail, type Trail } from './testing/trail.ts';
import { verifyAudit, type AuditVerdict, type VerifyOptions } from './verify.ts';

const DAY = 24 * 3600;
const RETENTION = { exchanges: 90 * DAY, audit: 400 * DAY, rows: 20_000_000 };

let database: Database;
let clock: { ms: number };
let trail: Trail;

async function open(path = ':memory:'): Promise<Database> {
  const opened = await openSqlite({ path });
  if (!opened.ok) throw new Error(opened.error.kind);
  return opened.value;
}

beforeEach(async () => {
  clock = { ms: 1_800_000_000_000 };
  database = await open();
  trail = createTrail(database, clock);
});

afterEach(() => database.close());

const verify = (options: Partial<VerifyOptions> = {}): Promise<AuditVerdict> =>
  verifyAudit(database, {
    keys: AUDIT_KEYS,
    now: Math.floor(clock.ms / 1000),
    retention: RETENTION,
    ...options,
  });

const whatBroke = async (options: Partial<VerifyOptions> = {}): Promise<string | undefined> => {
  const verdict = await verify(options);
  return verdict.ok ? undefined : verdict.broken?.what;
};

describe('a trail as it was written', () => {
  it('is verified over several processes, each with a chain of its own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'verify-'));
    const restart = async () => {
      await database.close();
      database = await open(join(folder, 'a.db'));
      trail = createTrail(database, clock, String(clock.ms));
    };
    await restart();
    await writeTrail(() => trail, clock, restart);
    await restart();
    clock.ms += 1000;
    await trail.issue();
    expect(await verify()).toMatchObject({ ok: true, events: 7, writers: 3, checkpoints: 1 });
    await meddle(database, 'delete from audit where writer = (select max(writer) from audit)');
    expect(await whatBroke()).toMatch(/^no event issued the token tok_/);
    rmSync(folder, { recursive: true });
  });

  it('is verified, and says that nothing from elsewhere was given', async () => {
    await writeTrail(() => trail, clock);
    const verdict = await verify();
    expect(verdict).toMatchObject({ ok: true, events: 6, erased: 0, writers: 1, checkpoints: 1 });
    expect(verdict.ok && verdict.signedUpTo).toBe('2027-01-15T08:00:03.000Z');
    expect(verdict.ok && verdict.provenUpTo).toBeUndefined();
    expect(verdict.ok && verdict.notes).toEqual([
      expect.stringMatching(/^No checkpoint from elsewhere was given/),
    ]);
  });

  it('is proved up to the checkpoint that was kept elsewhere, be it a line of a log', async () => {
    const since = await writeTrail(() => trail, clock);
    await trail.issue();
    const verdict = await verify({ since: `{"msg":"before"}\n${since}\n{"msg":"after"}` });
    expect(verdict).toMatchObject({ ok: true, events: 7, provenUpTo: '2027-01-15T08:00:03.000Z', notes: [] });
  });

  it('is verified when it is empty, and is not said to be signed', async () => {
    const verdict = await verify();
    expect(verdict).toMatchObject({ ok: true, events: 0, writers: 0, checkpoints: 0 });
    expect(verdict.ok && verdict.notes.join(' ')).toContain('could have been written anew');
  });

  it('is verified page after page', async () => {
    await Promise.all(Array.from({ length: 450 }, () => trail.issue()));
    expect(await verify()).toMatchObject({ ok: true, events: 450 });
  });

  it('is verified whatever was written at once and whatever of it failed', async () => {
    const spoilt = [{ sql: 'insert into no_such_table values (1)', parameters: [] }];
    const steps = fc.array(fc.constantFrom('issue', 'revoke', 'revoke', 'fail', 'refuse', 'many'), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 4 }), async (groups) => {
        let newest = await trail.issue();
        for (const group of groups) {
          await Promise.all(
            group.map(async (step) => {
              if (step === 'issue') newest = await trail.issue();
              else if (step === 'revoke') await trail.revoke(newest);
              else if (step === 'many') await trail.revokeMany('all');
              else if (step === 'refuse') await trail.refuse();
              else await database.write(spoilt);
            }),
          );
          clock.ms += 1000;
        }
        expect(await verify()).toMatchObject({ ok: true });
      }),
      { numRuns: 25 },
    );
  });

  it('cannot be verified while storage does not answer, which is no break', async () => {
    const reader = { read: () => Promise.resolve({ ok: false as const, error: 'unavailable' as const }) };
    const options = { keys: AUDIT_KEYS, now: 0, retention: RETENTION };
    expect(await verifyAudit(reader, options)).toEqual({ ok: false, error: 'unavailable' });
  });
});

describe('what retention has taken', () => {
  const later = (seconds: number): Partial<VerifyOptions> => ({ now: Math.floor(clock.ms / 1000) + seconds });

  it('is missed in nothing: ended tokens, old decisions, erased events; what is not proved is said', async () => {
    await writeTrail(() => trail, clock);
    await meddle(database, 'delete from token');
    expect(await whatBroke()).toBe('the token that it issued lives, and its row is gone');
    expect(await verify(later(3601))).toMatchObject({ ok: true });
    await meddle(database, "delete from decision where effect = 'allow'");
    expect(await whatBroke(later(3601))).toMatch(/^its decision dec_.* is gone$/);
    expect(await verify(later(91 * DAY))).toMatchObject({ ok: true });
    await meddle(database, 'update audit set payload = null, salt = null');
    expect(await whatBroke(later(91 * DAY))).toBe('what it says is gone, before retention may take it');
    const verdict = await verify(later(401 * DAY));
    expect(verdict).toMatchObject({ ok: true, events: 6, erased: 6 });
    expect(verdict.ok && verdict.notes.join(' ')).toContain('6 events were erased by retention');
  });

  it('may not be erased behind a link that is too young to be', async () => {
    await trail.issue(1);
    clock.ms += 500 * DAY * 1000;
    await trail.issue();
    await meddle(database, 'update audit set payload = null, salt = null, time = 1 where n = 1');
    expect(await verify()).toMatchObject({ ok: true });
    await trail.issue();
    await meddle(database, 'update audit set payload = null, salt = null, time = 1 where n = 3');
    expect(await whatBroke()).toBe('what it says is gone, before retention may take it');
  });

  it('is the beginning of a chain only where as many rows are kept as may be', async () => {
    await Promise.all(Array.from({ length: 20 }, () => trail.issue()));
    await trail.checkpoint();
    await meddle(database, 'delete from token; ');
    await meddle(database, 'delete from decision');
    await meddle(database, 'delete from audit where n <= 10');
    expect(await whatBroke(later(91 * DAY))).toBe(
      'the links before it are gone, and retention did not take them',
    );
    const full = { ...later(91 * DAY), retention: { ...RETENTION, rows: 10 } };
    const verdict = await verify(full);
    expect(verdict).toMatchObject({ ok: true, events: 10, checkpoints: 1 });
    expect(verdict.ok && verdict.notes.join(' ')).toContain('10 links at the beginning of chains');
    await meddle(database, "update audit set hash = 'x' where n = 15");
    expect((await verify(full)).ok).toBe(false);
  });

  it('leaves what is older than the chains uncovered, and says so', async () => {
    await meddle(
      database,
      "insert into token (hash, id, prefix, principal, issuer, subject, claims, exchange, issued_at, expires_at, revoked_at) values ('h', 'tok_0', 'cso', '{}', 'i', 's', '{}', 'dec_00000000000000000000000000', 1, 2, 3)",
    );
    await meddle(
      database,
      "insert into audit (id, time, event, actor) values ('evt_0', 1, 'token.issued', 'a')",
    );
    await writeTrail(() => trail, clock);
    const verdict = await verify();
    expect(verdict).toMatchObject({ ok: true, events: 6 });
    expect(verdict.ok && verdict.notes.join(' ')).toContain('1 tokens are older than the chains');
  });
});

describe('a trail whose end was cut', () => {
  /** Whoever may write to the database takes away the newest events with all that belongs to them. */
  async function cut(): Promise<string> {
    await trail.issue();
    await trail.checkpoint();
    clock.ms += 1000;
    await trail.issue();
    const since = await trail.checkpoint();
    const [, last] = await allRows(database, 'audit');
    const number = String(last?.['id']).slice('evt_'.length);
    await meddle(database, 'delete from audit where n = 2');
    await meddle(database, 'delete from token where id = ?', `tok_${number}`);
    await meddle(database, 'delete from decision where id = ?', `dec_${number}`);
    return since;
  }

  it('is found by the checkpoint beside it', async () => {
    await cut();
    expect(await whatBroke()).toMatch(/^it is gone, and checkpoint chk_.* names it$/);
  });

  it('is found by the checkpoint that was kept elsewhere when the one beside it was cut too, and by nothing else', async () => {
    const since = await cut();
    await meddle(database, 'delete from checkpoint where id = (select max(id) from checkpoint)');
    expect(await verify()).toMatchObject({ ok: true, events: 1, checkpoints: 1 });
    expect(await whatBroke({ since })).toMatch(/^it is gone, and checkpoint chk_.* names it$/);
  });

  it('is found when nothing at all was left', async () => {
    const since = await cut();
    await meddle(database, 'delete from checkpoint');
    await meddle(database, "update audit set writer = 'wrt_00000000000000000000000000'");
    expect((await verify()).ok).toBe(false);
    await meddle(database, 'delete from audit');
    await meddle(database, 'delete from token');
    await meddle(database, 'delete from decision');
    expect(await verify()).toMatchObject({ ok: true, events: 0 });
    expect((await verify({ since })).ok).toBe(false);
  });

  it('is not proved by what is no checkpoint of ours', async () => {
    const since = await writeTrail(() => trail, clock);
    expect(await whatBroke({ since: 'nothing' })).toBe('what was given holds no checkpoint');
    const [jws = ''] = /eyJ[\w.-]+/.exec(since) ?? [];
    const [header, payload, signature] = jws.split('.');
    const later = Buffer.from(
      Buffer.from(payload ?? '', 'base64url')
        .toString()
        .replace(/"n":\d/, '"n":1'),
    ).toString('base64url');
    expect(await whatBroke({ since: `${header}.${later}.${signature}` })).toContain(
      'not signed by the audit ring',
    );
    expect(await whatBroke({ since, keys: [makeSigningKey().jwk] })).toContain('a key that is not ours');
  });

  it('is not held against checkpoints whose key is gone, which prove nothing', async () => {
    await writeTrail(() => trail, clock);
    const verdict = await verify({ keys: [] });
    expect(verdict).toMatchObject({ ok: true, checkpoints: 0 });
    expect(verdict.ok && verdict.signedUpTo).toBeUndefined();
    expect(verdict.ok && verdict.notes.join(' ')).toContain(
      '1 stored checkpoints are signed by keys that are not known',
    );
  });

  it('is found when a stored checkpoint was changed', async () => {
    await writeTrail(() => trail, clock);
    await meddle(database, "update checkpoint set signed = substr(signed, 1, length(signed) - 4) || 'AAAA'");
    expect(await whatBroke()).toMatch(/^the stored checkpoint chk_.* is not signed by the audit ring$/);
  });
});
