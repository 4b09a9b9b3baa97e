import type { Kysely } from 'kysely';

/**
 * What is created over the API: objects beside those of the file, with the number that keeps two writers apart; names
 * and makers of tokens; when tokens were last used. Nothing that is there changes.
 */
export async function up(db: Kysely<Versions>): Promise<void> {
  await createObject(db);
  await createVersion(db);
  await createMadeToken(db);
  await createLastUse(db);
}

interface Versions {
  readonly version: { readonly name: string; readonly value: number };
}

async function createObject(db: Kysely<Versions>): Promise<void> {
  await db.schema
    .createTable('object')
    .addColumn('organization', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('modified_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('object_primary', ['organization', 'kind', 'key'])
    .execute();
}

async function createVersion(db: Kysely<Versions>): Promise<void> {
  await db.schema
    .createTable('version')
    .addColumn('name', 'text', (column) => column.notNull().primaryKey())
    .addColumn('value', 'bigint', (column) => column.notNull())
    .execute();
  await db.insertInto('version').values({ name: 'object', value: 0 }).execute();
}

async function createMadeToken(db: Kysely<Versions>): Promise<void> {
  await db.schema
    .createTable('made_token')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('organization', 'text', (column) => column.notNull())
    .addColumn('principal', 'text', (column) => column.notNull())
    .addColumn('name', 'text')
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  // Tokens without a name are none of each other's business: null is equal to nothing, here as everywhere in SQL.
  await db.schema
    .createIndex('made_token_by_name')
    .unique()
    .on('made_token')
    .columns(['organization', 'name'])
    .execute();
  await db.schema
    .createIndex('made_token_by_principal')
    .on('made_token')
    .columns(['organization', 'principal', 'id'])
    .execute();
}

async function createLastUse(db: Kysely<Versions>): Promise<void> {
  await db.schema
    .createTable('last_use')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('used_at', 'bigint', (column) => column.notNull())
    .execute();
}
