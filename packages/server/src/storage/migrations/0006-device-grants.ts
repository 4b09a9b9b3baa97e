import type { Kysely } from 'kysely';

/** Programs that wait for a person to let them in (RFC 8628). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('device_grant')
    .addColumn('hash', 'text', (column) => column.primaryKey().notNull())
    .addColumn('user_code', 'text', (column) => column.notNull())
    .addColumn('client', 'text', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('session', 'text')
    .execute();
  await db.schema
    .createIndex('device_grant_by_code')
    .unique()
    .on('device_grant')
    .columns(['user_code'])
    .execute();
  await db.schema.createIndex('device_grant_expiry').on('device_grant').columns(['expires_at']).execute();
}
