import type { Kysely } from 'kysely';

/**
 * What a whole exchange needs: policies, resources and form of a token, the audit chain, marks of subject tokens, the
 * change feed, mass revocations, checkpoints. Rows that are there stay: tokens become opaque ones without policies,
 * audit events stay outside of the chain (`writer` is null), because nothing can prove them afterwards.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await extendToken(db);
  await extendDecision(db);
  await rebuildAudit(db);
  await extendPolicySet(db);
  await extendKey(db);
  await createReplayMark(db);
  await createChange(db);
  await createMassRevocation(db);
  await createCheckpoint(db);
}

/** The tables whose rows are moved or filled in, as they are in the middle of this migration. */
interface Rebuilt {
  readonly audit: OldEvent;
  readonly audit_chained: OldEvent;
  /** Some engines give 64 bits as text. */
  readonly decision: { readonly time: number | string };
  readonly policy_set: { readonly used_at: number | null };
}

interface OldEvent {
  readonly id: string;
  readonly time: number;
  readonly event: string;
  readonly decision: string | null;
  readonly token: string;
  readonly actor: string;
  readonly organization: string | null;
}

async function extendToken(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  const list = schema.alterTable('token');
  await list.addColumn('policies', 'text', (column) => column.notNull().defaultTo('[]')).execute();
  await list.addColumn('resources', 'text', (column) => column.notNull().defaultTo('[]')).execute();
  await list.addColumn('format', 'text', (column) => column.notNull().defaultTo('opaque')).execute();
  await schema.createIndex('token_by_expiry').on('token').columns(['expires_at']).execute();
  await schema.createIndex('token_by_organization').on('token').columns(['organization', 'id']).execute();
  await schema.createIndex('token_by_id').on('token').columns(['id']).execute();
}

async function extendDecision(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await schema.alterTable('decision').addColumn('policies', 'text').execute();
  await schema.alterTable('decision').addColumn('audited', 'text').execute();
  await schema
    .createIndex('decision_by_organization')
    .on('decision')
    .columns(['organization', 'id'])
    .execute();
}

/** Made anew and filled, because SQLite cannot take `not null` from a column, and not every event has a token now. */
async function rebuildAudit(db: Kysely<Rebuilt>): Promise<void> {
  await db.schema
    .createTable('audit_chained')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('time', 'bigint', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('decision', 'text')
    .addColumn('token', 'text')
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('organization', 'text')
    .addColumn('detail', 'text')
    .addColumn('salt', 'text')
    .addColumn('payload', 'text')
    .addColumn('digest', 'text')
    .addColumn('writer', 'text')
    .addColumn('n', 'bigint')
    .addColumn('prev', 'text')
    .addColumn('hash', 'text')
    .execute();
  const kept = ['id', 'time', 'event', 'decision', 'token', 'actor', 'organization'] as const;
  await db
    .insertInto('audit_chained')
    .columns(kept)
    .expression((from) => from.selectFrom('audit').select(kept))
    .execute();
  await db.schema.dropTable('audit').execute();
  await db.schema.alterTable('audit_chained').renameTo('audit').execute();
  // Unique: two processes that took one place in a chain would be found at once, and by the database.
  await db.schema.createIndex('audit_chain').unique().on('audit').columns(['writer', 'n']).execute();
}

/** Documents of before count as in force when the last decision was taken: later than that nothing cites them. */
async function extendPolicySet(db: Kysely<Rebuilt>): Promise<void> {
  await db.schema.alterTable('policy_set').addColumn('used_at', 'bigint').execute();
  const last = await db
    .selectFrom('decision')
    .select(({ fn }) => fn.max<number | string | null>('time').as('time'))
    .executeTakeFirst();
  if (last?.time === undefined || last.time === null) return;
  await db
    .updateTable('policy_set')
    .set({ used_at: Math.floor(Number(last.time) / 1000) })
    .execute();
}

async function extendKey(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('key').addColumn('activated_at', 'bigint').execute();
  await db.schema.alterTable('key').addColumn('retired_at', 'bigint').execute();
}

async function createReplayMark(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('replay_mark')
    .addColumn('issuer', 'text', (column) => column.notNull())
    .addColumn('mark', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('replay_mark_primary', ['issuer', 'mark'])
    .execute();
  await db.schema.createIndex('replay_mark_by_expiry').on('replay_mark').columns(['expires_at']).execute();
}

async function createChange(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('change')
    .addColumn('seq', 'bigint', (column) => column.notNull().primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
}

async function createMassRevocation(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('mass_revocation')
    .addColumn('organization', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('before', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('mass_revocation_primary', ['organization', 'kind', 'value'])
    .execute();
}

async function createCheckpoint(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('checkpoint')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('time', 'bigint', (column) => column.notNull())
    .addColumn('heads', 'text', (column) => column.notNull())
    .addColumn('signed', 'text', (column) => column.notNull())
    .execute();
}
