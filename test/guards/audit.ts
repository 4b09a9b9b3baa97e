import type { Guard } from './guard.ts';

/** The chain, who verifies it, what is taken from storage, and the lists. */

const SERVER = 'packages/server/src/';
const row = (
  file: string,
  test: string,
  rest: Omit<Guard, 'file' | 'test' | 'threat'>,
  threat = 'audit',
): Guard => ({
  threat,
  file: SERVER + file,
  test: SERVER + test,
  ...rest,
});

const GROUP = ['storage/engine/sqlite-group.ts', 'storage/engine/sqlite-group.test.ts'] as const;

const chain: readonly Guard[] = [
  row(...GROUP, {
    name: 'a unit that is undone leaves no hole in the chain',
    guard: "  chain.reset(before);\n  connection.exec('ROLLBACK TO unit');",
    without: "  if (before.n < 0) chain.reset(before);\n  connection.exec('ROLLBACK TO unit');",
    fails: 'leaves no hole where a unit was undone',
  }),
  row(...GROUP, {
    name: 'a second run begins where the chain was before the first',
    guard: '  chain.reset(before);\n  undo(connection);\n  return false;',
    without: '  if (before.n < 0) chain.reset(before);\n  undo(connection);\n  return false;',
    fails: 'leaves no hole where a unit was undone',
  }),
  row(...GROUP, {
    name: 'a group that is undone takes its links with it',
    guard: '    chain.reset(before);\n    undo(connection);\n    throw error;',
    without: '    if (before.n < 0) chain.reset(before);\n    undo(connection);\n    throw error;',
    fails: 'goes back when the whole group is undone',
  }),
  row('storage/migrations/0002-whole-exchange.ts', 'storage/migrations/migrations.test.ts', {
    name: 'a place in a chain is taken once',
    guard: ".createIndex('audit_chain').unique()",
    without: ".createIndex('audit_chain')",
    fails: 'make the indexes that',
  }),
  row('storage/repositories/row-digest.ts', 'audit/sealed-event.test.ts', {
    name: 'two rows never have one digest',
    guard: '${column} s${value.length} ${value};',
    without: '${column} s ${value};',
    fails: '] is not that of [',
  }),
  row('audit/sealed-event.ts', 'audit/verify-changes.test.ts', {
    name: 'an event answers for the rows written with it',
    guard: 'rows: coveredRows(rows) }',
    without: 'rows: coveredRows([]) }',
    fails: 'is found when any row of mass_revocation is taken away',
  }),
  row('audit/sealed-event.ts', 'audit/sealed-event.test.ts', {
    name: 'the columns of an event are those that were chained',
    guard: '    actor === row.actor &&\n',
    without: '',
    fails: 'is read back by them alone',
  }),
];

const EVERY_COLUMN_OF_AUDIT = 'is found in every column of every row of audit';
const LINKS = ['audit/verify-chain.ts', 'audit/verify-changes.test.ts'] as const;

const links: readonly Guard[] = [
  row(...LINKS, {
    name: 'the places of a chain have no gap',
    guard: 'if (row.n !== n) return stop(`the link before it, ${n}, is gone`);',
    without: '',
    fails: 'in its last link too',
  }),
  row(...LINKS, {
    name: 'a link follows from the link before it',
    guard: "if (row.prev !== walk.hash) return stop('it does not follow from the link before it');",
    without: '',
    fails: 'is found when two links change places',
  }),
  row(...LINKS, {
    name: 'the hash of a link is that of its members',
    guard: 'row.hash !== linkHash(walk.hash, writer, n, digest) || ',
    without: '',
    fails: 'in its last link too',
  }),
  row(...LINKS, {
    name: 'a hash has one spelling',
    guard: ' || !isHash(digest))',
    without: ' || isHash(digest) === undefined)',
    fails: 'in another spelling',
  }),
  row(...LINKS, {
    name: 'an event says what was chained',
    guard: ' || eventDigest(salt, text) !== digest)',
    without: ' || eventDigest(salt, text) === undefined)',
    fails: EVERY_COLUMN_OF_AUDIT,
  }),
  row('audit/verify-chain.ts', 'audit/verify.test.ts', {
    name: 'what an event said is not erased before its time',
    guard: "if (early) return stop('what it says is gone, before retention may take it');",
    without: '',
    fails: 'is missed in nothing',
  }),
  row('audit/verify-chain.ts', 'audit/verify.test.ts', {
    name: 'a time that nothing proves does not make an event old',
    guard: ' || walk.time > erasable + DISORDER;',
    without: ';',
    fails: 'may not be erased behind a link',
  }),
  row('audit/verify-chain.ts', 'audit/verify.test.ts', {
    name: 'the beginning of a chain is not simply gone',
    guard: 'if (!verification.full.audit) {',
    without: 'if (n < 1) {',
    fails: 'is the beginning of a chain only where',
  }),
];

const ROWS = ['audit/verify-rows.ts', 'audit/verify-changes.test.ts'] as const;
const COVERAGE = ['audit/verify-coverage.ts', 'audit/verify-changes.test.ts'] as const;
const PUT_IN = 'is put in that no event knows';

const rows: readonly Guard[] = [
  row(...ROWS, {
    name: 'a token is as it was issued',
    guard: 'storedTokenDigest(token) !== digest',
    without: "storedTokenDigest(token) === ''",
    fails: 'is found in every column of every row of token',
  }),
  row(...ROWS, {
    name: 'a live token has its row',
    guard: 'if (expiresAt > verification.now())',
    without: 'if (expiresAt < 0)',
    fails: 'is found when any row of token is taken away',
  }),
  row(...ROWS, {
    name: 'a revoked token stays revoked',
    guard: "!(typeof token['revoked_at'] === 'number' && token['revoked_at'] <= at)",
    without: "token['revoked_at'] === undefined",
    fails: 'is found in every column of every row of token',
  }),
  row(...ROWS, {
    name: 'a decision is as it was taken',
    guard: 'storedDecisionDigest(decision) !== digest',
    without: "storedDecisionDigest(decision) === ''",
    fails: 'is found in every column of every row of decision',
  }),
  row(...ROWS, {
    name: 'a decision that retention keeps is there',
    guard: 'if (row.time > kept && !full.decision)',
    without: 'if (row.time < 0)',
    fails: 'is found when any row of decision is taken away',
  }),
  row(...ROWS, {
    name: 'a mass revocation stands',
    guard: 'if (standing < before)',
    without: 'if (standing > before)',
    fails: 'is found when any row of mass_revocation is taken away',
  }),
  row(...COVERAGE, {
    name: 'no token is there that nobody issued',
    guard: 'return stranger && unnamed(`no event issued the token',
    without: "return stranger?.['hash'] === 0 ? undefined : undefined; unnamed(`no event issued the token",
    fails: PUT_IN,
  }),
  row(...COVERAGE, {
    name: 'no grant is there that nobody recorded',
    guard: 'return stranger && unnamed(`no event was recorded',
    without: "return stranger?.['id'] === 0 ? undefined : undefined; unnamed(`no event was recorded",
    fails: PUT_IN,
  }),
  row(...COVERAGE, {
    name: 'no token is marked as revoked that nobody revoked',
    guard: 'if (!isErased(verification, newest))',
    without: 'if (newest < 0)',
    fails: 'is found in every column of every row of token',
  }),
  row(...COVERAGE, {
    name: 'no mass revocation is there that nobody made',
    guard: 'if (!isErased(verification, before))',
    without: 'if (before < 0)',
    fails: PUT_IN,
  }),
  row('audit/verify.ts', 'audit/verify-changes.test.ts', {
    name: 'no event stands outside of the chains',
    guard: "return { broken: { event: last, what: 'it is in no chain' } };",
    without: 'return undefined;',
    fails: PUT_IN,
  }),
];

const checkpoints: readonly Guard[] = [
  row('audit/verify-checkpoints.ts', 'audit/verify.test.ts', {
    name: 'what a checkpoint names is there',
    guard: 'if (!row) return {',
    without: 'if (!row) return undefined;\n    if (row === undefined) return {',
    fails: 'is found by the checkpoint beside it',
  }),
  row('audit/checkpoint.ts', 'audit/checkpoints.test.ts', {
    name: 'a checkpoint is signed',
    guard: "return good ? (parse(payload) as unknown as Checkpoint) : 'invalid';",
    without: "return good || !good ? (parse(payload) as unknown as Checkpoint) : 'invalid';",
    fails: 'is refused when any part of it is another',
  }),
  row(
    'audit/checkpoint.ts',
    'audit/checkpoints.test.ts',
    {
      name: 'what the audit key signs is no checkpoint by that alone',
      guard: " || said['typ'] !== TYPE",
      without: '',
      fails: 'is nothing else that the same key has signed',
    },
    '12 key separation',
  ),
  row('audit/checkpoints.ts', 'audit/checkpoints.test.ts', {
    name: 'a checkpoint that was not stored is not taken as made',
    guard: 'if (!(await write(deps, part))) return;',
    without: 'await write(deps, part);',
    fails: 'are neither logged nor taken as made',
  }),
  row('audit/checkpoints.ts', 'audit/checkpoints.test.ts', {
    name: 'a log line holds a checkpoint whole',
    guard: 'from += MAX_HEADS) {\n        const part = moved.slice(from, from + MAX_HEADS);',
    without: 'from += 1_000) {\n        const part = moved.slice(from, from + 1_000);',
    fails: 'ten in each',
  }),
];

const SWEEP = ['storage/repositories/sweep.ts', 'audit/sweeps.test.ts'] as const;

const retention: readonly Guard[] = [
  row(...SWEEP, {
    name: 'the grant of a live token is kept',
    guard: 'and "token"."expires_at" > ?)`;',
    without: 'and "token"."expires_at" > ? and 1 = 0)`;',
    fails: 'never takes the grant of a live token',
  }),
  row(...SWEEP, {
    name: 'no number of a change is given twice',
    guard: ' and "seq" < (select max("seq") from "change")',
    without: '',
    fails: 'takes marks, changes, mass revocations and checkpoints',
  }),
  row(
    ...SWEEP,
    {
      name: 'a step along a table is bounded',
      guard: 'order by "id" limit ${STEP_ROWS}) as "step"',
      without: 'order by "id") as "step"',
      fails: 'takes no more than 500 rows in a unit',
    },
    '16 bounds',
  ),
  row(
    ...SWEEP,
    {
      name: 'tokens that are due go in bounded units',
      guard: 'order by "expires_at" limit ${STEP_ROWS}`;',
      without: 'order by "expires_at"`;',
      fails: 'takes no more than 500 rows in a unit',
    },
    '16 bounds',
  ),
  row(
    ...SWEEP,
    {
      name: 'marks, changes and whatever else is due go in bounded units',
      guard: 'where ${where} limit ${STEP_ROWS}`;',
      without: 'where ${where}`;',
      fails: 'takes no more than 500 rows in a unit',
    },
    '16 bounds',
  ),
  row('audit/sweeps.ts', 'audit/sweeps.test.ts', {
    name: 'a bound of storage ends nobody’s token',
    guard: 'const { count: ended, remove } = dueTokens([now()]);',
    without: 'const { count: ended, remove } = dueTokens([Number.MAX_SAFE_INTEGER]);',
    fails: 'never a live token or its grant',
  }),
  row('audit/sweeps.ts', 'audit/sweeps.test.ts', {
    name: 'policies in force are kept',
    guard: 'part.map((hash) => touchPolicySet(hash, now()))',
    without: 'part.map((hash) => touchPolicySet(hash, 0))',
    fails: 'keeps policies while they are in force',
  }),
  row('audit/retention.ts', 'audit/retention.test.ts', {
    name: 'retention leaves room for other writes',
    guard: 'await pause(SOON, stop.signal);',
    without: 'await Promise.resolve();',
    fails: 'pauses after every step',
  }),
  row(
    'audit/decision-writer.ts',
    'audit/decision-writer.test.ts',
    {
      name: 'refusals do not fill the last of the disk',
      guard: 'if (isLow || !storedOf',
      without: 'if (!storedOf',
      fails: 'refusals are neither stored nor logged',
    },
    '16 bounds',
  ),
  row(
    'audit/decision-writer.ts',
    'audit/decision-writer.test.ts',
    {
      name: 'a change and its event are one commit',
      guard: 'database.write([...more, sealEvent(id, event, more,',
      without: '(await database.write([...more]), database).write([sealEvent(id, event, more,',
      fails: 'may be a change that no decision precedes',
    },
    '14 fail closed',
  ),
  row(
    'audit/export.ts',
    'audit/export.test.ts',
    {
      name: 'half an export does not look like a whole one',
      guard: "if (!rows.ok) throw new Error('storage does not answer; the export is not complete');",
      without: 'if (!rows.ok) return;',
      fails: 'breaks off with a fault',
    },
    '14 fail closed',
  ),
];

const LISTS = 'storage/repositories/lists.test.ts';

const repositories: readonly Guard[] = [
  row(
    'storage/repositories/replay-marks.ts',
    'storage/repositories/feed.test.ts',
    {
      name: 'a subject token is marked once',
      guard: 'expires_at: expiresAt }), changes: 1 }',
      without: 'expires_at: expiresAt }) }',
      fails: 'lets one of many at once through',
    },
    '7 replay',
  ),
  row(
    'storage/repositories/mass-revocations.ts',
    'storage/repositories/feed.test.ts',
    {
      name: 'a mass revocation that comes late gives no token back',
      guard: ' where excluded."before" > "mass_revocation"."before"',
      without: '',
      fails: 'keeps the later time of two',
    },
    '3 escalation',
  ),
  row(
    'storage/repositories/decisions.ts',
    LISTS,
    {
      name: 'decisions are listed of one organization',
      guard: 'where "organization" = ? and ${FILTERS}`;',
      without: "where coalesce(?, '') <> '-' and ${FILTERS}`;",
      fails: 'gives everything, newest first, of one organization',
    },
    '18 tenants',
  ),
  row(
    'storage/repositories/tokens.ts',
    LISTS,
    {
      name: 'tokens are listed of one organization',
      guard: ' where "organization" = ? and "session" is null and "id" < ?',
      without: ' where coalesce(?, \'\') <> \'-\' and "session" is null and "id" < ?',
      fails: 'gives everything, newest first, of one organization',
    },
    '18 tenants',
  ),
  row(
    'storage/repositories/list-filter.ts',
    LISTS,
    {
      name: 'a filter is a name and not a pattern',
      guard: ".replace(/[!%_]/g, '!$&')",
      without: '',
      fails: 'as a name and not as a pattern',
    },
    '18 tenants',
  ),
  row(
    'storage/repositories/list-filter.ts',
    LISTS,
    {
      name: 'a page is bounded',
      guard: 'Math.min(MAX_LIST, Math.floor(limit))',
      without: 'Math.floor(limit)',
      fails: 'gives no more than 1,001 rows',
    },
    '16 bounds',
  ),
];

export const auditGuards: readonly Guard[] = [
  ...chain,
  ...links,
  ...rows,
  ...checkpoints,
  ...retention,
  ...repositories,
  {
    threat: 'audit',
    name: 'no object of the API is there that nobody made',
    file: 'packages/server/src/audit/verify-objects.ts',
    guard: '    if (said === undefined) return unnamed(`no event made the object ${name}`);\n',
    without: '    if (said === undefined) continue;\n',
    test: 'packages/server/src/audit/verify-objects.test.ts',
    fails: 'are found when one was made by nobody',
  },
  {
    threat: 'audit',
    name: 'an object of the API is as it was written last',
    file: 'packages/server/src/audit/verify-objects.ts',
    guard: '    if (said.digest !== digest) return',
    without: '    if (said.digest === null) return',
    test: 'packages/server/src/audit/verify-objects.test.ts',
    fails: 'are found when one was set back to what it once was',
  },
  {
    threat: 'audit',
    name: 'objects are not set back together with their version',
    file: 'packages/server/src/audit/verify-objects.ts',
    guard:
      '        if (isAhead(verification, link, upTo)) ahead ??= broken(link.row, AHEAD);\n        else hear',
    without: '        hear',
    test: 'packages/server/src/audit/verify-objects.test.ts',
    fails: 'are found when one has a version that was set back',
  },
  {
    threat: 'audit',
    name: 'a policy document is the one that decisions cite',
    file: 'packages/server/src/audit/verify-objects.ts',
    guard: "    if (hash('sha256', document, 'base64url') !== cited)",
    without: '    if (document === cited)',
    test: 'packages/server/src/audit/verify-objects.test.ts',
    fails: 'are what decisions cite',
  },
];
