import type { Kysely } from 'kysely';

/** Sessions of people in browsers: one row each, and the tokens of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('token').addColumn('session', 'text').execute();
  // Of sessions alone: no other token pays for it.
  await db.schema
    .createIndex('token_of_session')
    .on('token')
    .columns(['session', 'id'])
    .where('session', 'is not', null)
    .execute();
  await db.schema
    .createTable('session')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('provider_session', 'text')
    .addColumn('refresh_token', 'text')
    .addColumn('id_token', 'text')
    .addColumn('principal', 'text')
    .addColumn('claims', 'text')
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('user_agent', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('refresh_at', 'bigint')
    .addColumn('refreshed_at', 'bigint')
    .addColumn('failures', 'integer', (column) => column.notNull())
    .addColumn('lease', 'text')
    .addColumn('lease_until', 'bigint')
    .addColumn('tokens', 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('session_due')
    .on('session')
    .columns(['refresh_at', 'id'])
    .where('refresh_at', 'is not', null)
    .execute();
  await db.schema
    .createIndex('session_by_person')
    .on('session')
    .columns(['provider', 'subject', 'id'])
    .execute();
  await db.schema
    .createIndex('session_by_provider_session')
    .on('session')
    .columns(['provider', 'provider_session', 'id'])
    .where('provider_session', 'is not', null)
    .execute();
  await db.schema.createIndex('session_expiry').on('session').columns(['expires_at']).execute();
}
