import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../claims.ts';
import type { Facts } from '../decision.ts';
import { principalFacts, type Principal } from '../principal.ts';
import { NO_CERTIFICATE, NO_TOKEN, requestFacts } from '../request-facts.ts';
import type { CompiledPolicy } from './compile.ts';
import { describeAccess } from './describe.ts';
import { compileAccess, type AccessDocument } from './dialect/ppl.ts';
import { evaluate } from './evaluate.ts';
import { lintAccess } from './lint/lint-access.ts';
import { opensToNobody } from './opens-to-nobody.ts';

/** What is said of a policy, and what is decided by it, over policies and callers of every shape. */

const criterion: fc.Arbitrary<Json> = fc.constantFrom<Json[]>(
  { accept: true },
  { reject: true },
  { authenticated_user: true },
  { cors_preflight: true },
  { email: 'ada@acme.example' },
  { email: { not: 'ADA@acme.example' } },
  { user: { in: ['usr_ada', 'usr_eve'] } },
  { team: 'acme/platform' },
  { runner: 'acme/linux' },
  { groups: { exclude: 'eng' } },
  { 'claim/sub': 'x' },
  { 'claim/sub': { contains: 'x' } },
  { http_method: 'GET' },
  { http_method: { not_in: ['GET', 'HEAD'] } },
  { http_path: { starts_with: '/a' } },
  { token_type: 'personal' },
  { token_type: { not: 'personal' } },
  { client_certificate: { san_dns: { not: 'a.example' } } },
);

const { block } = fc.letrec<{ block: { readonly [op: string]: Json } }>((tie) => ({
  block: fc
    .tuple(
      fc.constantFrom('and', 'or', 'not', 'nor'),
      fc.array(fc.oneof({ maxDepth: 3, depthSize: 'small' }, criterion, tie('block')), {
        minLength: 1,
        maxLength: 3,
      }),
    )
    .map(([op, of]) => ({ [op]: of })),
}));

const document: fc.Arbitrary<AccessDocument> = fc.record(
  {
    anyAuthenticated: fc.constant<true>(true),
    corsPreflight: fc.constant<true>(true),
    allowedUsers: fc.constant(['ada@acme.example']),
    policy: fc.array(
      fc
        .record({ allow: block, deny: block }, { requiredKeys: [] })
        .filter((one) => Object.keys(one).length > 0),
      { minLength: 1, maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
);

const vouchedBy = { kind: 'organization', organization: 'acme' } as const;

const PRINCIPALS: readonly Principal[] = [
  { kind: 'organization', organization: 'acme', admin: false, vouchedBy },
  { kind: 'team', organization: 'acme', team: 'platform', vouchedBy },
  { kind: 'runner', organization: 'acme', runner: 'linux', vouchedBy },
  { kind: 'service', organization: 'acme', service: 'ci', vouchedBy },
  {
    kind: 'user',
    user: 'usr_ada',
    email: 'ada@acme.example',
    groups: ['eng'],
    vouchedBy,
  },
  {
    kind: 'user',
    user: 'usr_eve',
    groups: [],
    vouchedBy,
  },
];

const CERTIFICATE = { ...NO_CERTIFICATE, fingerprint: 'ab'.repeat(32), san_dns: ['b.example'] };

const head = fc.record(
  {
    method: fc.constantFrom('GET', 'HEAD', 'POST'),
    path: fc.constantFrom('/a', '/b'),
    cors_preflight: fc.boolean(),
    client_certificate: fc.constantFrom(NO_CERTIFICATE, CERTIFICATE),
  },
  { requiredKeys: ['method', 'path', 'cors_preflight'] },
);

/** Facts as the gateway supplies them. */
const somebody: fc.Arbitrary<Facts> = fc
  .tuple(head, fc.constantFrom(...PRINCIPALS), fc.constantFrom<Json[]>('x', ['x'], 'y', 7))
  .map(([request, principal, sub]) => ({
    claims: { sub },
    principal: principalFacts(principal),
    request: requestFacts({ ...request, token: { type: 'personal', issuer: null, actor: null } }),
  }));

const nobody: fc.Arbitrary<Facts> = head.map((request) => ({
  claims: {},
  request: requestFacts({ ...request, token: NO_TOKEN }),
}));

/** Drawn with both: what is said has to be true of each. */
const asked = fc.oneof(somebody, nobody);

/** As the gateway decides: who has shown nothing is asked who they are, unless a rule speaks of them. */
function passes(policy: CompiledPolicy, facts: Facts): boolean {
  const speaks = facts.principal !== undefined || opensToNobody(policy, facts);
  return speaks && evaluate(policy, facts).effect === 'allow';
}

function compiled(access: AccessDocument): CompiledPolicy {
  const policy = compileAccess(access);
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  return policy.value;
}

/** The policy without what denies. */
function allowing({ rules }: CompiledPolicy): CompiledPolicy {
  return { rules: rules.filter(({ effect }) => effect === 'allow') };
}

const runs = { numRuns: 200 };

describe('for every policy and all who ask', () => {
  it('"nobody" lets nobody pass, and so does a policy that lint calls so', () => {
    const shut = document.map(compiled).filter((policy) => describeAccess(policy).passes === 'nobody');
    fc.assert(
      fc.property(shut, asked, (policy, facts) => {
        expect(passes(policy, facts)).toBe(false);
        expect(lintAccess(policy).map(({ lint }) => lint)).toContain('nobody-passes');
      }),
      runs,
    );
  });

  it('"everybody" refuses nobody who is somebody, but whom a deny refuses', () => {
    const open = document
      .map(compiled)
      .filter((policy) => ['anybody', 'everybody'].includes(describeAccess(policy).passes));
    fc.assert(
      fc.property(open, somebody, (policy, facts) => {
        expect(passes(allowing(policy), facts)).toBe(true);
      }),
      runs,
    );
  });

  it('"anybody" refuses nobody at all, but whom a deny refuses', () => {
    const open = document.map(compiled).filter((policy) => describeAccess(policy).passes === 'anybody');
    fc.assert(
      fc.property(open, asked, (policy, facts) => {
        expect(passes(allowing(policy), facts)).toBe(true);
      }),
      runs,
    );
  });

  it('who shows nothing passes only where a rule is said to let them in', () => {
    fc.assert(
      fc.property(document.map(compiled), nobody, (policy, facts) => {
        fc.pre(passes(policy, facts));
        const { passes: said, rules } = describeAccess(policy);
        expect(['anybody', 'some', 'everybody']).toContain(said);
        const { determining } = evaluate(policy, facts);
        const opening = rules.filter(({ unasked }) => unasked).map(({ rule }) => rule);
        expect(determining.some((rule) => opening.includes(rule))).toBe(true);
      }),
      runs,
    );
  });

  it('a rule that is said to hold always or never does', () => {
    fc.assert(
      fc.property(document.map(compiled), somebody, (policy, facts) => {
        const said = describeAccess(policy).rules.filter(({ holds }) => holds !== 'sometimes');
        const speaks = (id: string): boolean =>
          evaluate({ rules: policy.rules.filter((rule) => rule.id === id) }, facts).determining.length > 0;
        const wrong = said.filter(({ rule, holds }) => speaks(rule) !== (holds === 'always'));
        expect(wrong).toEqual([]);
      }),
      runs,
    );
  });

  it('a rule of which lint says that it does nothing does nothing', () => {
    fc.assert(
      fc.property(document.map(compiled), somebody, (policy, facts) => {
        const vain = lintAccess(policy).filter(({ lint }) => lint !== 'request-only');
        const without = policy.rules.filter(({ id }) => !vain.some(({ rule }) => rule === id));
        expect(passes({ rules: without }, facts)).toBe(passes(policy, facts));
      }),
      runs,
    );
  });
});
