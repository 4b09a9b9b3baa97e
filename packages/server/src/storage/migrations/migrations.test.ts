import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { migrateSqlite } from '../engine/sqlite-migrate.ts';
import { DECLARED } from './testing/declared.ts';
import { MIGRATIONS, NEWEST_SCHEMA } from './index.ts';

/** A migration that succeeds, before one that does not. */
const another = {
  up: (db: Kysely<unknown>): Promise<void> =>
    db.schema.createTable('another').addColumn('a', 'text').execute(),
};

describe('the migrations', () => {
  let database: DatabaseSync;
  beforeEach(async () => {
    database = new DatabaseSync(':memory:');
    await migrateSqlite(database);
  });

  it('are numbered in the order of the list, without a gap', () => {
    const names = Object.keys(MIGRATIONS);
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, at) => at + 1));
    expect([...names].sort()).toEqual(names);
    expect(NEWEST_SCHEMA).toBe(names.length);
  });

  it('make exactly the tables that are declared', () => {
    const made = database
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'kysely%' ORDER BY name",
      )
      .all()
      .map((row) => row['name']);
    expect(made).toEqual(Object.keys(DECLARED).sort());
  });

  it.each(Object.entries(DECLARED))('make the columns of %s as they are declared', (table, declared) => {
    const columns = database.prepare('SELECT name, "notnull" FROM pragma_table_info(?)').all(table);
    const made = Object.fromEntries(columns.map((column) => [column['name'], column['notnull'] === 0]));
    expect(made).toEqual(declared);
  });

  it('give every table a primary key', () => {
    const keys = (table: string) =>
      database
        .prepare('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
        .all(table)
        .map((row) => row['name']);
    expect(Object.fromEntries(Object.keys(DECLARED).map((table) => [table, keys(table)]))).toEqual({
      token: ['hash'],
      decision: ['id'],
      audit: ['id'],
      policy_set: ['hash'],
      key: ['ring', 'kid'],
      replay_mark: ['issuer', 'mark'],
      change: ['seq'],
      mass_revocation: ['organization', 'kind', 'value'],
      checkpoint: ['id'],
      object: ['organization', 'kind', 'key'],
      version: ['name'],
      made_token: ['id'],
      last_use: ['id'],
      identity: ['provider', 'subject', 'organization'],
      session: ['id'],
      device_grant: ['hash'],
    });
  });

  it('change nothing when they run again', async () => {
    const schema = () => database.prepare('SELECT sql FROM sqlite_schema ORDER BY name').all();
    const before = schema();
    await migrateSqlite(database);
    expect(schema()).toEqual(before);
    expect(database.isTransaction).toBe(false);
  });

  it('leave everything as it was when one of them fails half-way', async () => {
    const schema = () => database.prepare('SELECT sql FROM sqlite_schema ORDER BY name').all();
    const before = schema();
    const up = async (db: Kysely<unknown>): Promise<void> => {
      await db.schema.createTable('half').addColumn('a', 'text').execute();
      throw new Error('out of space');
    };
    const longer = { ...MIGRATIONS, '9998-another': another, '9999-breaks': { up } };
    await expect(migrateSqlite(database, longer)).rejects.toThrow('the migration failed');
    expect(schema()).toEqual(before);
    expect(database.prepare('SELECT name FROM kysely_migration').all()).toHaveLength(NEWEST_SCHEMA);
    expect(database.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: NEWEST_SCHEMA });
    expect(database.isTransaction).toBe(false);
  });

  it('make the indexes that lists, sweeps and the chain need, and no others', () => {
    const made = database
      .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name")
      .all()
      .map((row) => String(row['sql']).replace(/"/g, ''));
    expect(made).toEqual(
      [
        'CREATE UNIQUE INDEX audit_chain on audit (writer, n)',
        'CREATE INDEX decision_by_organization on decision (organization, id)',
        'CREATE UNIQUE INDEX device_grant_by_code on device_grant (user_code)',
        'CREATE INDEX device_grant_expiry on device_grant (expires_at)',
        'CREATE UNIQUE INDEX identity_by_member on identity (organization, user_id, provider)',
        'CREATE UNIQUE INDEX made_token_by_name on made_token (organization, name)',
        'CREATE INDEX made_token_by_principal on made_token (organization, principal, id)',
        'CREATE INDEX replay_mark_by_expiry on replay_mark (expires_at)',
        'CREATE INDEX session_by_person on session (provider, subject, id)',
        'CREATE INDEX session_by_provider_session on session (provider, provider_session, id) where provider_session is not null',
        'CREATE INDEX session_due on session (refresh_at, id) where refresh_at is not null',
        'CREATE INDEX session_expiry on session (expires_at)',
        'CREATE INDEX token_by_expiry on token (expires_at)',
        'CREATE INDEX token_by_id on token (id)',
        'CREATE INDEX token_by_organization on token (organization, id)',
        'CREATE INDEX token_of_session on token (session, id) where session is not null',
        "CREATE INDEX token_session on token (prefix, issuer, subject, id) where prefix = 'css'",
      ].map((sql) => expect.stringMatching(new RegExp(`^${sql.replace(/[()]/g, '\\$&')}$`, 'i'))),
    );
  });

  it('keep the rows that were there: tokens opaque and without policies, events outside of every chain', async () => {
    const older = new DatabaseSync(':memory:');
    const initial = MIGRATIONS['0001-initial'];
    if (initial === undefined) throw new Error('there is no first migration');
    await migrateSqlite(older, { '0001-initial': initial });
    older.exec(`
      INSERT INTO token VALUES ('h', 'tok_1', 'cso', 'acme', '{}', 'iss', 's', '{}', 'dec_1', 1, 2, NULL);
      INSERT INTO decision (id, time, kind, effect, determining, remote_address) VALUES ('dec_1', 5500, 'exchange', 'allow', '[]', '');
      INSERT INTO audit VALUES ('evt_1', 5, 'token.issued', 'dec_1', 'tok_1', 'org:acme', 'acme');
      INSERT INTO policy_set VALUES ('p', '{}', 1);
      INSERT INTO key VALUES ('assertion', 'k', 'active', 's', NULL, 1);`);
    await migrateSqlite(older);
    const rows = (table: string) => older.prepare(`SELECT * FROM ${table}`).all();
    expect(rows('token')).toMatchObject([{ id: 'tok_1', policies: '[]', resources: '[]', format: 'opaque' }]);
    expect(rows('decision')).toMatchObject([{ id: 'dec_1', policies: null, audited: null }]);
    expect(rows('audit')).toMatchObject([
      {
        id: 'evt_1',
        time: 5,
        token: 'tok_1',
        actor: 'org:acme',
        organization: 'acme',
        writer: null,
        payload: null,
      },
    ]);
    expect(rows('policy_set')).toEqual([{ hash: 'p', document: '{}', created_at: 1, used_at: 5 }]);
    expect(rows('key')).toMatchObject([{ kid: 'k', activated_at: null, retired_at: null }]);
  });

  it('are described, column by column, in docs/storage-schema.md', () => {
    const text = readFileSync(new URL('../../../../../docs/storage-schema.md', import.meta.url), 'utf8');
    const sections = new Map(text.split(/^## /m).map((section) => [/^`(\w+)`/.exec(section)?.[1], section]));
    const described = (table: string) =>
      [...(sections.get(table) ?? '').matchAll(/^\| `(\w+)` *\|/gm)].map((match) => match[1]);
    const tables = Object.keys(DECLARED);
    expect(Object.fromEntries(tables.map((table) => [table, described(table)]))).toEqual(
      Object.fromEntries(Object.entries(DECLARED).map(([table, columns]) => [table, Object.keys(columns)])),
    );
  });
});
