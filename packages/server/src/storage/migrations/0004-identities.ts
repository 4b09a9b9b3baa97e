import type { Kysely } from 'kysely';

/** Who people are: which person of an identity provider is which member; and sessions by who holds them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('identity')
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('organization', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('login', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('identity_primary', ['provider', 'subject', 'organization'])
    .execute();
  // A member is one person of a provider: of two who sign in at once, the database lets one.
  await db.schema
    .createIndex('identity_by_member')
    .unique()
    .on('identity')
    .columns(['organization', 'user_id', 'provider'])
    .execute();
  // Of sessions alone: no other token pays for it.
  await db.schema
    .createIndex('token_session')
    .on('token')
    .columns(['prefix', 'issuer', 'subject', 'id'])
    .where('prefix', '=', 'css')
    .execute();
}
