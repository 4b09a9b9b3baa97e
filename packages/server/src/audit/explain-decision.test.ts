import { REFUSALS } from '@countersign/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PolicySetDocument } from '../snapshot/model.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database } from '../storage/port.ts';
import { insertPolicySet } from '../storage/repositories/policy-sets.ts';
import { decisionSummary, explainDecision, type DecisionExplanation } from './explain-decision.ts';
import type { DecisionRecord } from './model.ts';
import { explainUnderPolicy, policySetHash, storePolicySets } from './policy-set.ts';
import type { StoredDecision } from './port.ts';

let database: Database;

beforeAll(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
});

afterAll(() => database.close());

beforeEach(async () => {
  const tables = ['policy_set'];
  await database.write(tables.map((table) => ({ sql: `delete from "${table}"`, parameters: [] })));
});

const TRUST: PolicySetDocument = {
  kind: 'trust',
  policies: [
    {
      decision: 'allow',
      tokenType: 'team',
      target: 'platform',
      permissions: [],
      rules: { sub: 'repo:acme/*:ref:refs/heads/main' },
      match: {},
    },
  ],
};

const ACCESS: PolicySetDocument = {
  kind: 'access',
  document: { policy: { allow: { and: [{ domain: { is: 'acme.example' } }] } } },
};

const MAIN = { sub: 'repo:acme/app:ref:refs/heads/main' };
const PULL = { sub: 'repo:acme/app:pull_request' };
const REQUEST = { token_type: 'team', target: 'platform', admin: false };

function recordOf(changes: Partial<DecisionRecord>): DecisionRecord {
  return {
    id: `dec_${'0'.repeat(26)}`,
    time: 1_700_000_000_123,
    kind: 'exchange',
    effect: 'deny',
    determining: [],
    remoteAddress: '127.0.0.1',
    ...changes,
  };
}

const refusedByPolicy = (document: PolicySetDocument, changes: Partial<DecisionRecord>): DecisionRecord =>
  recordOf({ code: 'policy.refused', policySet: policySetHash(document), ...changes });

async function explained(stored: StoredDecision): Promise<DecisionExplanation> {
  const result = await explainDecision({ reader: database }, stored);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

async function store(...documents: PolicySetDocument[]): Promise<void> {
  const byHash = new Map(documents.map((document) => [policySetHash(document), document]));
  expect(await storePolicySets(database, byHash, 1)).toEqual({ ok: true, value: undefined });
}

describe('explainDecision', () => {
  it('takes a refusal again under the policies of its day: what was expected, what was seen, what came nearest', async () => {
    await store(TRUST);
    const record = refusedByPolicy(TRUST, {
      issuerName: 'acme/github',
      issuer: 'iss_1',
      subject: PULL.sub,
      facts: { claims: PULL, request: REQUEST },
    });
    const answer = await explained({ record });
    expect(answer).toMatchObject({
      id: record.id,
      time: '2023-11-14T22:13:20.123Z',
      effect: 'deny',
      code: 'policy.refused',
      issuer: 'acme/github',
      policy: policySetHash(TRUST),
      claims: PULL,
    });
    expect(answer.trace?.determining).toEqual([]);
    expect(answer.trace?.nearest.map((rule) => rule.rule)).toEqual(['policies[0]']);
    const text = answer.explanation.join('\n');
    expect(text).toContain('refused with policy.refused');
    expect(text).toContain(PULL.sub);
    expect(text).toContain('repo:acme/*:ref:refs/heads/main');
    expect(text).not.toContain(REFUSALS['policy.refused'].fix);
  });

  it('takes a policy with a condition again, with the engine of conditions', async () => {
    const condition = 'claims.sub == "repo:acme/app:pull_request"';
    const [policy] = TRUST.kind === 'trust' ? TRUST.policies : [];
    if (policy === undefined) throw new Error('there is no policy');
    const conditional: PolicySetDocument = { kind: 'trust', policies: [{ ...policy, rules: {}, condition }] };
    await store(conditional);
    const facts = { claims: MAIN, request: REQUEST };
    const answer = await explained({ record: refusedByPolicy(conditional, { facts }) });
    expect(answer.trace?.nearest.map((rule) => rule.rule)).toEqual(['policies[0]']);
    expect(answer.explanation.join('\n')).toContain(condition);
    expect(answer.explanation.join('\n')).not.toContain('otherwise');
  });

  it('takes the policy of a route with a condition again', async () => {
    const condition = 'claims.sub == "nobody"';
    const document: PolicySetDocument = {
      kind: 'access',
      document: { policy: { allow: { or: [{ condition }] } } },
    };
    const { celConditions } = await import('@countersign/core/condition');
    const facts = { claims: MAIN, principal: { id: 'usr_1' }, request: REQUEST };
    const explanation = await explainUnderPolicy(JSON.stringify(document), facts, () =>
      Promise.resolve(celConditions),
    );
    expect(explanation?.lines.join('\n')).toContain(condition);
    expect(explanation?.decision.effect).toBe('deny');
  });

  it('loads the engine of conditions for nothing else', async () => {
    const load = (): Promise<never> => Promise.reject(new Error('loaded'));
    const facts = { claims: MAIN, request: REQUEST };
    for (const document of [TRUST, ACCESS]) {
      expect(await explainUnderPolicy(JSON.stringify(document), facts, load)).toBeDefined();
    }
    for (const text of ['7', '{"kind":"of a later release"}']) {
      expect(await explainUnderPolicy(text, facts, load)).toBeUndefined();
    }
  });

  it('names the policies that decided and the rules that were only watched', async () => {
    const record = recordOf({ effect: 'allow', policies: ['pol_1'], audited: ['policies[1]'] });
    expect(await explained({ record })).toMatchObject({ policies: ['pol_1'], audited: ['policies[1]'] });
    expect(decisionSummary(record)).toEqual({
      id: record.id,
      time: '2023-11-14T22:13:20.123Z',
      kind: 'exchange',
      effect: 'allow',
      policies: ['pol_1'],
      audited: ['policies[1]'],
      remoteAddress: '127.0.0.1',
    });
  });

  it('names the rule that allowed', async () => {
    await store(TRUST);
    const answer = await explained({
      record: recordOf({
        effect: 'allow',
        policySet: policySetHash(TRUST),
        facts: { claims: MAIN, request: REQUEST },
        determining: ['policies[0]'],
      }),
    });
    expect(answer.explanation[0]).toBe('The exchange was allowed.');
    expect(answer.trace?.determining.map((rule) => rule.rule)).toEqual(['policies[0]']);
    expect(answer).not.toHaveProperty('code');
  });

  it('says that the target was missing when the policies allow what was refused', async () => {
    await store(TRUST);
    const answer = await explained({
      record: refusedByPolicy(TRUST, { facts: { claims: MAIN, request: REQUEST } }),
    });
    expect(answer.explanation.at(-1)).toContain('does not exist in the organization');
  });

  it('explains a refusal at a route under its access policy', async () => {
    await store(ACCESS);
    const principal = { kind: 'user', id: 'usr_1', user: 'usr_1', domain: 'evil.example' };
    const answer = await explained({
      record: refusedByPolicy(ACCESS, {
        kind: 'gateway',
        route: 'orders',
        facts: { claims: {}, request: { method: 'GET' }, principal },
      }),
    });
    expect(answer.explanation[0]).toContain('The request was refused');
    expect(answer.explanation.join('\n')).toContain('evil.example');
  });

  it('says so when this engine no longer decides as the record does', async () => {
    await store(ACCESS);
    const facts = {
      claims: {},
      request: {},
      principal: { kind: 'user', id: 'u', user: 'u', domain: 'acme.example' },
    };
    const differs = refusedByPolicy(ACCESS, { kind: 'gateway', facts });
    expect((await explained({ record: differs })).explanation.at(-1)).toContain(
      'recorded deny, evaluated allow',
    );
  });

  it('gives cause and remedy for what never reached a policy', async () => {
    const claims = { sub: 'x', exp: 1 };
    const answer = await explained({
      record: recordOf({ code: 'token.expired', facts: { claims, request: {} } }),
    });
    expect(answer.explanation).toEqual([
      `The exchange was refused with token.expired: ${REFUSALS['token.expired'].description}`,
      REFUSALS['token.expired'].cause,
      REFUSALS['token.expired'].fix,
    ]);
    expect(answer.claims).toEqual(claims);
    expect(answer).not.toHaveProperty('trace');
  });

  it('tells what an unverified token said of itself, and that it proves nothing', async () => {
    const record = recordOf({ code: 'token.not_trusted' });
    const unverified = { issuer: 'https://idp.example', header: { alg: 'none' } };
    const answer = await explained({ record, unverified });
    expect(answer.explanation[1]).toContain('proves nothing by it: iss "https://idp.example", alg "none".');
    expect(answer).not.toHaveProperty('claims');
    expect((await explained({ record, unverified: {} })).explanation[1]).toBe('No signature was verified.');
  });

  it('says that nobody was asked where no policy decides', async () => {
    const answer = await explained({ record: recordOf({ effect: 'allow' }) });
    expect(answer.explanation).toEqual([
      'The exchange was allowed.',
      'What was presented was verified; no policy was asked.',
    ]);
  });

  it.each([
    ['gone', []],
    ['of a kind this version does not know', ['{"kind":"other"}']],
    ['no object', ['[]']],
    ['one that does not compile here', ['{"kind":"access","document":{"policy":{"permit":1}}}']],
  ])('names the recorded rules when the document is %s', async (_case, documents) => {
    await database.write(documents.map((text) => insertPolicySet('cited', text, 1)));
    const record = recordOf({
      code: 'policy.refused',
      policySet: 'cited',
      determining: ['policies[3]'],
      facts: { claims: {}, request: {} },
    });
    const answer = await explained({ record });
    expect(answer.explanation.at(-1)).toContain('policies[3]');
    expect(answer).not.toHaveProperty('trace');
  });

  it('is unavailable when storage is, rather than half an explanation', async () => {
    const record = refusedByPolicy(TRUST, { facts: { claims: MAIN, request: REQUEST } });
    const reader = { read: () => Promise.resolve({ ok: false, error: 'unavailable' } as const) };
    expect(await explainDecision({ reader }, { record })).toEqual({ ok: false, error: 'unavailable' });
  });
});
