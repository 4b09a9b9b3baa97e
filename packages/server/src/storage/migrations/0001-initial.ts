import type { Kysely } from 'kysely';

/**
 * The first tables. `bigint` for every time: epoch milliseconds, and seconds beyond 2038, do not fit the four bytes
 * that `integer` means to PostgreSQL.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createToken(db);
  await createDecision(db);
  await createAudit(db);
  await createPolicySet(db);
  await createKey(db);
}

async function createToken(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('token')
    .addColumn('hash', 'text', (column) => column.notNull().primaryKey())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('prefix', 'text', (column) => column.notNull())
    .addColumn('organization', 'text')
    .addColumn('principal', 'text', (column) => column.notNull())
    .addColumn('issuer', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('claims', 'text', (column) => column.notNull())
    .addColumn('exchange', 'text', (column) => column.notNull())
    .addColumn('issued_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .execute();
}

async function createDecision(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('decision')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('time', 'bigint', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('effect', 'text', (column) => column.notNull())
    .addColumn('code', 'text')
    .addColumn('organization', 'text')
    .addColumn('issuer', 'text')
    .addColumn('issuer_name', 'text')
    .addColumn('subject', 'text')
    .addColumn('audience', 'text')
    .addColumn('determining', 'text', (column) => column.notNull())
    .addColumn('route', 'text')
    .addColumn('principal', 'text')
    .addColumn('token_id', 'text')
    .addColumn('remote_address', 'text', (column) => column.notNull())
    .addColumn('facts', 'text')
    .addColumn('policy_set', 'text')
    .execute();
}

async function createAudit(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('time', 'bigint', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('decision', 'text')
    .addColumn('token', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('organization', 'text')
    .execute();
}

async function createPolicySet(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('policy_set')
    .addColumn('hash', 'text', (column) => column.notNull().primaryKey())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
}

async function createKey(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('key')
    .addColumn('ring', 'text', (column) => column.notNull())
    .addColumn('kid', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('public_jwk', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('key_primary', ['ring', 'kid'])
    .execute();
}
