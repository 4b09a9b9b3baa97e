import { expect, it } from 'vitest';
import { mintMade } from '../administration/made-token.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import { insertMassRevocation } from '../storage/repositories/mass-revocations.ts';
import { putLastUse } from '../storage/repositories/last-uses.ts';
import { EVERYWHERE, MADE_BY_API, NEVER_EXPIRES } from '../tokens/model.ts';
import { checksums, random, RECORD } from '../tokens/testing/fixture.ts';
import { LONGEST_TOKEN_LIFE } from './retention-bounds.ts';
import { createSweeps } from './sweeps.ts';
import { allRows, QUIET } from './testing/trail.ts';

const NOW = 1_800_000_000;

it('retention keeps for good what ended tokens that may live for ever, and these tokens, and their names', async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  const database = opened.value;
  const { record, statements } = mintMade(
    { random, checksums },
    {
      prefix: 'cso',
      principal: RECORD.principal,
      organization: 'acme',
      name: 'deploy',
      description: '',
      createdBy: 'administrator',
      expiresAt: NEVER_EXPIRES,
      now: NOW * 1000,
    },
  );
  const ended = [
    ['principal', 'org:acme'],
    ['organization', 'acme'],
    ['issuer', MADE_BY_API],
    ['issuer', 'iss_1'],
    ['policy', 'pol_1'],
    ['subject', 's'],
    // Sessions alone have one, and end by themselves.
    ['principal', 'idn_1'],
  ] as const;
  await database.write([
    ...statements,
    putLastUse(record.id, NOW),
    ...ended.map(([by, value]) =>
      insertMassRevocation({ organization: 'acme', by, value, before: NOW }, NOW),
    ),
    insertMassRevocation({ organization: EVERYWHERE, by: 'principal', value: 'corp/1', before: NOW }, NOW),
  ]);
  const sweeps = createSweeps({
    database,
    retention: { refusals: 60, exchanges: 60, audit: 60, expiredTokens: 60, rows: 1000 },
    maxStaleness: 5,
    current: () => [],
    clock: { now: () => (NOW + 10 * LONGEST_TOKEN_LIFE) * 1000 },
    logger: QUIET,
  });
  for (const sweep of sweeps) expect(await sweep()).toBe('done');
  const kept = (await allRows(database, 'mass_revocation')).map(({ kind, value }) => [kind, value]);
  expect(kept).toEqual(ended.slice(0, 3));
  for (const table of ['token', 'last_use', 'made_token'])
    expect([table, (await allRows(database, table)).length]).toEqual([table, 1]);
  await database.close();
});
