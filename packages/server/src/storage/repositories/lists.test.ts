import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../audit/decision-id.ts';
import type { DecisionRecord } from '../../audit/model.ts';
import type { TokenRecord } from '../../tokens/model.ts';
import { openSqlite } from '../engine/sqlite.ts';
import type { Database, Statement } from '../port.ts';
import { insertDecision, listDecisions, parseDecision, type DecisionListQuery } from './decisions.ts';
import { MAX_LIST } from './list-filter.ts';
import { findTokenById, insertToken, listTokens, parseToken, revokeToken } from './tokens.ts';

/** Lists over a few thousand rows of two organizations: every filter, every page, and what bounds them. */

const COUNT = 3000;
const NOW = 1_800_000_000;
const ORGANIZATIONS = ['acme', 'zeta'] as const;

const number = (at: number): string =>
  newId(
    'dec',
    (NOW + at) * 1000,
    Uint8Array.from({ length: 10 }, () => at % 251),
  ).slice('dec_'.length);
const hashOf = (at: number): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, byte) => (byte < 4 ? (at >> (8 * byte)) & 255 : 7));

function decisionOf(at: number): DecisionRecord {
  return {
    id: `dec_${number(at)}`,
    time: (NOW + at) * 1000,
    kind: at % 7 === 0 ? 'gateway' : 'exchange',
    effect: at % 3 === 0 ? 'deny' : 'allow',
    ...(at % 3 === 0 ? { code: 'policy.refused' as const } : {}),
    organization: ORGANIZATIONS[at % 2] ?? '',
    issuer: `iss_${at % 5}`,
    subject: `s%${at % 4}`,
    determining: [],
    ...(at % 7 === 0 ? { route: 'orders' } : { policies: [`pol_${at % 11}`, `pol_x${at % 6}`] }),
    principal: `team:acme/t${at % 6}`,
    remoteAddress: '',
    policySet: `set-${at % 2}`,
  };
}

function tokenOf(at: number): TokenRecord {
  const organization = ORGANIZATIONS[at % 2] ?? '';
  return {
    id: `tok_${number(at)}`,
    prefix: 'cso',
    principal: { kind: 'organization', organization, admin: false, vouchedBy: { kind: 'server' } },
    organization,
    issuer: `iss_${at % 5}`,
    subject: `s%${at % 4}`,
    claims: {},
    exchange: `dec_${number(at)}`,
    policies: [`pol_${at % 11}`, `pol_x${at % 6}`],
    resources: [],
    format: 'opaque',
    issuedAt: NOW,
    expiresAt: at % 10 === 0 ? NOW : NOW + 100,
  };
}

const ALL = Array.from({ length: COUNT }, (_, at) => at).toReversed();
const isRevoked = (at: number): boolean => at % 9 === 0;
const isActive = (at: number): boolean => at % 10 !== 0 && !isRevoked(at);

let database: Database;

beforeAll(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
  await Promise.all(
    ALL.map((at) => {
      const revoked: readonly Statement[] = isRevoked(at) ? [revokeToken(hashOf(at), NOW)] : [];
      return database.write([
        insertDecision(decisionOf(at)),
        insertToken(hashOf(at), tokenOf(at)),
        ...revoked,
      ]);
    }),
  );
});

afterAll(() => database.close());

async function rows<T>(
  statement: Statement,
  parse: (row: Readonly<Record<string, never>>) => T,
): Promise<readonly T[]> {
  const read = await database.read(statement);
  if (!read.ok) throw new Error(read.error);
  return read.value.map((row) => parse(row as never));
}

const tokenIds = (statement: Statement) => rows(statement, (row) => parseToken(row).record.id);
const decisionIds = (query: DecisionListQuery) => rows(listDecisions(query), (row) => parseDecision(row).id);
const tokensWhere = (holds: (at: number) => boolean) => ALL.filter(holds).map((at) => `tok_${number(at)}`);
const decisionsWhere = (holds: (at: number) => boolean) => ALL.filter(holds).map((at) => `dec_${number(at)}`);

describe('the list of tokens', () => {
  const all = { organization: 'zeta', filter: 'all', limit: 1000 } as const;
  const ofZeta = (holds: (at: number) => boolean) =>
    tokensWhere((at) => at % 2 === 1 && holds(at)).slice(0, 1000);

  it.each([
    ['everything', {}, () => true],
    ['the active', { filter: 'active' }, isActive],
    ['the expired', { filter: 'expired' }, (at: number) => at % 10 === 0],
    ['one issuer', { issuer: 'iss_2' }, (at: number) => at % 5 === 2],
    ['one subject', { subject: 's%3' }, (at: number) => at % 4 === 3],
    ['one policy of several', { policy: 'pol_x5' }, (at: number) => at % 6 === 5],
    ['a policy whose name begins another', { policy: 'pol_1' }, (at: number) => at % 11 === 1],
    ['one principal', { principal: 'team:acme/t3' }, (at: number) => at % 6 === 3],
    [
      'all filters together',
      { filter: 'active', issuer: 'iss_1', policy: 'pol_x1', subject: 's%3' },
      (at: number) => isActive(at) && at % 5 === 1 && at % 6 === 1 && at % 4 === 3,
    ],
  ] as const)('gives %s, newest first, of one organization', async (_, filter, holds) => {
    expect(await tokenIds(listTokens({ ...all, ...filter }, NOW))).toEqual(ofZeta(holds));
  });

  it.each(['pol_', 'pol_%', '%', '_', 'pol!_1', '"', ''])(
    'takes %j as a name and not as a pattern',
    async (policy) => {
      expect(await tokenIds(listTokens({ ...all, policy }, NOW))).toEqual([]);
    },
  );

  it('goes on after the last one of a page, and ends', async () => {
    const seen: string[] = [];
    for (let after: string | undefined; ; after = seen.at(-1)) {
      const page = await tokenIds(
        listTokens({ ...all, limit: 400, ...(after === undefined ? {} : { after }) }, NOW),
      );
      seen.push(...page);
      if (page.length < 400) break;
    }
    expect(seen).toEqual(tokensWhere((at) => at % 2 === 1));
  });

  it('gives no more than 1,001 rows, whatever is asked for', async () => {
    expect(MAX_LIST).toBe(1001);
    expect(await tokenIds(listTokens({ ...all, limit: 1e9 }, NOW))).toHaveLength(1001);
    expect(await tokenIds(listTokens({ ...all, limit: -1 }, NOW))).toEqual([]);
  });

  it('finds one by its id, whatever its state, and nothing by another', async () => {
    expect(await tokenIds(findTokenById(`tok_${number(90)}`))).toEqual([`tok_${number(90)}`]);
    expect(await tokenIds(findTokenById('tok_none'))).toEqual([]);
  });
});

describe('the list of decisions', () => {
  const all = { organization: 'acme', limit: 1000 } as const;
  const ofAcme = (holds: (at: number) => boolean) =>
    decisionsWhere((at) => at % 2 === 0 && holds(at)).slice(0, 1000);
  const time = (at: number): number => (NOW + at) * 1000;

  it.each([
    ['everything', {}, () => true],
    ['one kind', { kind: 'gateway' }, (at: number) => at % 7 === 0],
    ['one effect', { effect: 'deny' }, (at: number) => at % 3 === 0],
    ['one code', { code: 'policy.refused' }, (at: number) => at % 3 === 0],
    ['one issuer', { issuer: 'iss_4' }, (at: number) => at % 5 === 4],
    ['one subject', { subject: 's%2' }, (at: number) => at % 4 === 2],
    ['one policy', { policy: 'pol_1' }, (at: number) => at % 7 !== 0 && at % 11 === 1],
    ['one document', { policy: 'set-0' }, (at: number) => at % 2 === 0],
    ['one route', { route: 'orders' }, (at: number) => at % 7 === 0],
    ['one principal', { principal: 'team:acme/t2' }, (at: number) => at % 6 === 2],
    ['a span of time', { since: time(100), until: time(200) }, (at: number) => at >= 100 && at < 200],
  ] as const)('gives %s, newest first, of one organization', async (_, filter, holds) => {
    expect(await decisionIds({ ...all, ...filter })).toEqual(ofAcme(holds));
  });

  it('gives those of all organizations to whoever may ask without one', async () => {
    expect(await decisionIds({ limit: 50 })).toEqual(decisionsWhere(() => true).slice(0, 50));
  });

  it('goes on before the last one of a page, within the span that was asked for', async () => {
    const [, , before = ''] = ofAcme((at) => at < 200);
    const page = await decisionIds({ ...all, until: time(200), before, limit: 3 });
    expect(page).toEqual(ofAcme((at) => at < 200).slice(3, 6));
    const later = await decisionIds({ ...all, until: time(200), before: '~', limit: 3 });
    expect(later).toEqual(ofAcme((at) => at < 200).slice(0, 3));
  });

  it('walks along an index: no list goes through the rows of other organizations', async () => {
    for (const { sql } of [listDecisions(all), listTokens({ ...all, filter: 'active' }, NOW)]) {
      const plan = await database.read({ sql: `explain query plan ${sql}`, parameters: [] });
      const steps = plan.ok ? plan.value.map((row) => String(row['detail'])) : [];
      expect(steps[0]).toMatch(/USING INDEX (?:decision|token)_by_organization \(organization=\? AND id[<>]/);
      expect(steps.join()).not.toContain('TEMP B-TREE');
    }
  });
});
