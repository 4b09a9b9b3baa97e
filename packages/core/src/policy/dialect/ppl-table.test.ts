import { describe, expect, it } from 'vitest';
import type { Json } from '../../claims.ts';
import type { Facts, Outcome } from '../../decision.ts';
import { NO_CERTIFICATE, NO_TOKEN, requestFacts } from '../../request-facts.ts';
import { celConditions } from '../condition.ts';
import { evaluate } from '../evaluate.ts';
import { PPL_CRITERIA } from './ppl-criteria.ts';
import { compileAccess } from './ppl.ts';
import { facts, needed, request, ROWS, written } from './testing/ppl-rows.ts';

/** What no value can turn around: there is nothing that these do not hold of, or hold of. */
const FIXED: Readonly<Record<string, boolean>> = { accept: true, reject: false };

function outcome(criterion: Json, effect: 'allow' | 'deny', asked: Facts): 'allow' | 'deny' {
  const open = { allow: { or: [{ accept: true }] } };
  const block = { [effect]: { and: [criterion] } };
  const policy = compileAccess(
    { policy: effect === 'allow' ? block : [open, block] },
    { conditions: celConditions },
  );
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  return evaluate(policy.value, asked).effect;
}

describe('the table of criteria', () => {
  it('has a row for every criterion and operator, and none besides', () => {
    const rows = Object.entries(ROWS).flatMap(([name, row]) =>
      Object.keys(row).map((operator) => `${name} ${operator}`),
    );
    expect(rows.sort()).toEqual(needed.map(([name, operator]) => `${name} ${operator}`).sort());
  });
});

/** Facts of which a criterion without a choice of value does not hold. */
const OTHER: Readonly<Record<string, Facts>> = {
  authenticated_user: { claims: {}, request: requestFacts({ ...request, token: NO_TOKEN }) },
  cors_preflight: { ...facts, request: requestFacts({ ...request, cors_preflight: false }) },
};

describe.each(needed)('%s %s', (name, operator) => {
  const [holds] = ROWS[name]?.[operator] ?? [null];

  it('holds of what it names, in an allow and in a deny', () => {
    const criterion = written(name, operator, holds);
    const wanted = FIXED[name] ?? true;
    expect(outcome(criterion, 'allow', facts)).toBe(wanted ? 'allow' : 'deny');
    expect(outcome(criterion, 'deny', facts)).toBe(wanted ? 'deny' : 'allow');
  });
});

describe.each(needed.filter(([name]) => !(name in FIXED)))('%s %s', (name, operator) => {
  const [, fails] = ROWS[name]?.[operator] ?? [null, null];

  it('does not hold of another', () => {
    const criterion = written(name, operator, fails);
    const asked = OTHER[name] ?? facts;
    expect(outcome(criterion, 'allow', asked)).toBe('deny');
    expect(outcome(criterion, 'deny', asked)).toBe('allow');
  });
});

describe.each(PPL_CRITERIA.filter(({ needs }) => needs !== undefined))(
  '$name',
  ({ name, operators, needs }) => {
    it.each(operators)(
      '%s cannot be evaluated when nobody supplies its fact: it denies both ways',
      (operator) => {
        const { [needs ?? 'path']: _, ...rest } = request;
        const asked: Facts = { ...facts, request: requestFacts(rest) };
        for (const value of ROWS[name]?.[operator] ?? []) {
          const criterion = written(name, operator, value);
          expect(outcome(criterion, 'allow', asked)).toBe('deny');
          expect(outcome(criterion, 'deny', asked)).toBe('deny');
          expect(outcome({ not: [criterion] }, 'allow', asked)).toBe('deny');
          expect(outcome({ nor: [criterion] }, 'deny', asked)).toBe('deny');
        }
      },
    );
  },
);

describe('a caller without a certificate', () => {
  const none: Facts = {
    ...facts,
    request: requestFacts({ ...request, client_certificate: NO_CERTIFICATE }),
  };

  it.each(Object.entries(ROWS['client_certificate'] ?? {}))('does not satisfy %s', (operator, values) => {
    for (const value of values) {
      const criterion = written('client_certificate', operator, value);
      expect(outcome(criterion, 'allow', none)).toBe('deny');
      expect(outcome({ not: [criterion] }, 'allow', none)).toBe('allow');
    }
  });
});

describe('a token without an actor', () => {
  const token: Facts = {
    ...facts,
    request: requestFacts({ ...request, token: { type: 'personal', issuer: 'acme/github', actor: null } }),
  };

  it.each<[Json, Outcome]>([
    ['usr_eve', false],
    [{ starts_with: 'usr_' }, false],
    [{ not: 'usr_eve' }, true],
    [{ not_in: ['usr_eve'] }, true],
  ])('is known to have none: actor %j is %s', (actor, wanted) => {
    expect(outcome({ actor }, 'allow', token)).toBe(wanted === true ? 'allow' : 'deny');
    expect(outcome({ actor }, 'deny', token)).toBe(wanted === true ? 'deny' : 'allow');
  });
});

describe('nobody', () => {
  const nobody: Facts = { claims: {}, request: requestFacts({ ...request, token: NO_TOKEN }) };

  it.each<Json>([
    { token_type: { not: 'session' } },
    { issuer: { not_in: ['acme/github'] } },
    { actor: { not: 'usr_eve' } },
    { condition: 'true' },
    { condition: '!("banned" in claims)' },
  ])('is not let in by %j', (criterion) => {
    for (const op of ['and', 'or', 'not', 'nor'])
      expect(outcome({ [op]: [criterion] }, 'allow', nobody)).toBe('deny');
  });
});
