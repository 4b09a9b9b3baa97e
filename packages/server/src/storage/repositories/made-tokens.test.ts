import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintMade } from '../../administration/made-token.ts';
import { NEVER_EXPIRES } from '../../tokens/model.ts';
import { checksums, random, RECORD } from '../../tokens/testing/fixture.ts';
import { openSqlite } from '../engine/sqlite.ts';
import type { Database, Statement } from '../port.ts';
import { countLiveMadeTokens, listMadeTokens, parseListedMadeToken } from './made-tokens.ts';
import { parseUsedAt, putLastUse } from './last-uses.ts';
import { insertToken, listTokens, parseToken, revokeToken } from './tokens.ts';

/** Lists of what the API made beside what was exchanged, in two organizations. */

const NOW = 1_800_000_000;
const COUNT = 120;
const isExpired = (at: number): boolean => at % 5 === 0;
const isRevoked = (at: number): boolean => at % 7 === 0;
const isAcme = (at: number): boolean => at % 2 === 0;
const isTeam = (at: number): boolean => at % 3 === 0;

let database: Database;
/** By their order, newest first. */
const ids: string[] = [];

beforeAll(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
  for (let at = 0; at < COUNT; at += 1) {
    const organization = isAcme(at) ? 'acme' : 'zeta';
    const vouchedBy = { kind: 'organization', organization } as const;
    const { hash, record, statements } = mintMade(
      { random, checksums },
      {
        prefix: 'cso',
        principal: isTeam(at)
          ? { kind: 'team', organization, team: 't', vouchedBy }
          : { kind: 'organization', organization, admin: false, vouchedBy },
        organization,
        name: `n${at}`,
        description: `d${at}`,
        createdBy: 'usr_ada',
        expiresAt: isExpired(at) ? NOW : NEVER_EXPIRES,
        now: (NOW - COUNT + at) * 1000,
      },
    );
    ids.unshift(record.id);
    const revoked = isRevoked(at) ? [revokeToken(hash, NOW)] : [];
    const written = await database.write([...statements, ...revoked, putLastUse(record.id, at)]);
    expect(written.ok).toBe(true);
  }
  await database.write([insertToken(new Uint8Array(32), { ...RECORD, expiresAt: NOW + 1 })]);
  await database.write([putLastUse(RECORD.id, 7)]);
});
afterAll(() => database.close());

async function rows(statement: Statement) {
  const read = await database.read(statement);
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

const idsWhere = (holds: (at: number) => boolean) => ids.filter((_, from) => holds(COUNT - 1 - from));
const isListed = (at: number): boolean => isAcme(at) && !isTeam(at);
const ORGANIZATION = { organization: 'acme', principal: 'org:acme', limit: 1000 } as const;

describe('the list of tokens that were made over the API', () => {
  it.each([
    ['active', (at: number) => !isExpired(at) && !isRevoked(at)],
    ['expired', isExpired],
    ['all', () => true],
  ] as const)('gives the %s of one principal, newest first', async (filter, holds) => {
    const listed = await rows(listMadeTokens({ ...ORGANIZATION, filter }, NOW));
    expect(listed.map((row) => parseListedMadeToken(row).record.id)).toEqual(
      idsWhere((at) => isListed(at) && holds(at)),
    );
  });

  it('says everything of each, its last use included', async () => {
    const [row = {}] = await rows(listMadeTokens({ ...ORGANIZATION, filter: 'all' }, NOW));
    const at = 118;
    expect(parseListedMadeToken(row)).toMatchObject({
      name: `n${at}`,
      description: `d${at}`,
      createdBy: 'usr_ada',
      createdAt: NOW - COUNT + at,
      usedAt: at,
    });
  });

  it('goes on after the last one of a page', async () => {
    const all = idsWhere(isListed);
    const page = await rows(
      listMadeTokens({ ...ORGANIZATION, filter: 'all', after: all[3] ?? '', limit: 3 }, NOW),
    );
    expect(page.map((row) => parseToken(row).record.id)).toEqual(all.slice(4, 7));
  });

  it('counts those that live, as far as anybody wants to know', async () => {
    const live = idsWhere((at) => isListed(at) && !isExpired(at) && !isRevoked(at)).length;
    expect(await rows(countLiveMadeTokens(ORGANIZATION, NOW, 1000))).toEqual([{ rows: live }]);
    expect(await rows(countLiveMadeTokens(ORGANIZATION, NOW, 5))).toEqual([{ rows: 5 }]);
  });
});

describe('the list of tokens that were exchanged', () => {
  it('has none that the API made, and says when each was last used', async () => {
    const listed = await rows(listTokens({ organization: 'acme', filter: 'all', limit: 1000 }, NOW));
    expect(listed.map((row) => [parseToken(row).record.id, parseUsedAt(row)])).toEqual([[RECORD.id, 7]]);
  });
});
