import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { migrateSqlite } from '../engine/sqlite-migrate.ts';
import type { Tables } from '../tables.ts';
import { MIGRATIONS, NEWEST_SCHEMA } from './index.ts';

/**
 * The columns of {@link Tables} as values, true = may be null. The type makes the compiler complain when a column is
 * missing here or its nullability differs from the declaration.
 */
type Nullability = {
  readonly [T in keyof Tables]: { readonly [C in keyof Tables[T]]: null extends Tables[T][C] ? true : false };
};

const DECLARED: Nullability = {
  token: {
    hash: false,
    id: false,
    prefix: false,
    organization: true,
    principal: false,
    issuer: false,
    subject: false,
    claims: false,
    exchange: false,
    issued_at: false,
    expires_at: false,
    revoked_at: true,
  },
  decision: {
    id: false,
    time: false,
    kind: false,
    effect: false,
    code: true,
    organization: true,
    issuer: true,
    issuer_name: true,
    subject: true,
    audience: true,
    determining: false,
    route: true,
    principal: true,
    token_id: true,
    remote_address: false,
    facts: true,
    policy_set: true,
  },
  audit: {
    id: false,
    time: false,
    event: false,
    decision: true,
    token: false,
    actor: false,
    organization: true,
  },
  policy_set: { hash: false, document: false, created_at: false },
  key: { ring: false, kid: false, state: false, sealed: false, public_jwk: true, created_at: false },
};

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
    const longer = { ...MIGRATIONS, '0002-another': another, '0003-breaks': { up } };
    await expect(migrateSqlite(database, longer)).rejects.toThrow('the migration failed');
    expect(schema()).toEqual(before);
    expect(database.prepare('SELECT name FROM kysely_migration').all()).toHaveLength(NEWEST_SCHEMA);
    expect(database.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: NEWEST_SCHEMA });
    expect(database.isTransaction).toBe(false);
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
