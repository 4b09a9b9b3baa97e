import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicySetDocument } from '../snapshot/model.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database, Unit } from '../storage/port.ts';
import { findPolicySet, parsePolicySet } from '../storage/repositories/policy-sets.ts';
import { policySetHash, storePolicySets } from './policy-set.ts';

let database: Database;

beforeAll(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
});

afterAll(() => database.close());

const POLICIES: Extract<PolicySetDocument, { kind: 'trust' }>['policies'] = [
  { decision: 'deny', tokenType: 'team', permissions: [], rules: { sub: '*' }, match: {} },
];

const TRUST: PolicySetDocument = { kind: 'trust', policies: POLICIES };

const ACCESS: PolicySetDocument = { kind: 'access', document: { public: true } };

describe('policySetHash', () => {
  it('is the same whatever the order of members, and another for another document', () => {
    expect(policySetHash({ policies: POLICIES, kind: 'trust' })).toBe(policySetHash(TRUST));
    expect(policySetHash(ACCESS)).not.toBe(policySetHash(TRUST));
    expect(policySetHash(ACCESS)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});

describe('storePolicySets', () => {
  it('stores what policySetHash cites, and may do so at every start', async () => {
    const documents = new Map([TRUST, ACCESS].map((document) => [policySetHash(document), document]));
    expect(await storePolicySets(database, documents, 1)).toEqual({ ok: true, value: undefined });
    expect(await storePolicySets(database, documents, 2)).toEqual({ ok: true, value: undefined });
    const rows = await database.read(findPolicySet(policySetHash(ACCESS)));
    expect(rows.ok && rows.value.map((row) => JSON.parse(parsePolicySet(row)) as unknown)).toEqual([ACCESS]);
  });

  it('writes many in units that the queue can take', async () => {
    const units: Unit[] = [];
    const documents = Array.from({ length: 450 }, (_, at): PolicySetDocument => ({
      kind: 'access',
      document: { policy: at },
    }));
    const write = (unit: Unit): ReturnType<Database['write']> => {
      units.push(unit);
      return database.write(unit);
    };
    await storePolicySets({ write }, new Map(documents.map((one) => [policySetHash(one), one])), 1);
    expect(units.map((unit) => unit.length)).toEqual([200, 200, 50]);
  });

  it('fails when storage does, and refuses a document under a hash that is not its own', async () => {
    const write: Database['write'] = () => Promise.resolve({ ok: false, error: 'conflict' });
    const good = new Map([[policySetHash(TRUST), TRUST]]);
    expect(await storePolicySets({ write }, good, 1)).toEqual({ ok: false, error: 'unavailable' });
    await expect(storePolicySets(database, new Map([[policySetHash(TRUST), ACCESS]]), 1)).rejects.toThrow(
      'cited',
    );
  });
});
