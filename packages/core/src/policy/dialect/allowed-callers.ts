import { parseClaimPath } from '../../claims.ts';
import { foldCase } from '../../principal.ts';
import type { Problem } from '../../result.ts';
import { BOUNDS } from '../bounds.ts';
import type { Expression, Matcher, Rule, Scalar, Test } from '../model.ts';
import { checked, refuse, type Path } from './claim-test.ts';

/**
 * The short ways to say who may pass a route: lists of people, of domains, of values of claims. Each list is a rule of
 * its own that allows, so a caller who is on one of them passes, unless a deny says otherwise.
 */
export interface AllowedCallers {
  /** Emails, or users as `sub` of an assertion names them. */
  readonly allowedUsers?: readonly string[];
  /** Domains of emails. */
  readonly allowedDomains?: readonly string[];
  /** Claim → values, one of which it has to hold. */
  readonly allowedClaims?: Readonly<Record<string, readonly Scalar[]>>;
}

export function allowedRules(document: AllowedCallers, problems: Problem[]): readonly Rule[] {
  const { allowedUsers: users, allowedDomains: domains, allowedClaims: claims } = document;
  return [
    ...rule('allowed_users', users && usersTests(users), problems),
    ...rule('allowed_domains', domains && [folded('domain', domains)], problems),
    ...rule('allowed_idp_claims', claims && claimTests(claims, problems), problems),
  ];
}

function rule(id: string, tests: readonly Test[] | undefined, problems: Problem[]): readonly Rule[] {
  if (tests === undefined) return [];
  const path: Path = [id];
  if (tests.length === 0 || tests.length > BOUNDS.entries) {
    refuse(problems, path, `expected 1 to ${BOUNDS.entries} entries`);
    return [];
  }
  // One list may be asked about two things, and is wrong once.
  const faulty = tests.find(({ matcher }) => checked(matcher, path, []) === undefined);
  if (faulty !== undefined) checked(faulty.matcher, path, problems);
  const when: Expression = { op: 'or', of: tests };
  return faulty === undefined ? [{ id, effect: 'allow', when }] : [];
}

function usersTests(users: readonly string[]): readonly Test[] {
  return [folded('email', users), about('user', { kind: 'one_of', values: users })];
}

function folded(criterion: 'email' | 'domain', texts: readonly string[]): Test {
  return about(criterion, { kind: 'folded', of: { kind: 'one_of', values: texts.map(foldCase) } });
}

function about(criterion: 'email' | 'domain' | 'user', matcher: Matcher): Test {
  return { op: 'test', criterion, subject: { root: 'principal', path: [criterion] }, matcher };
}

/** A claim may be one value or a list of them. `undefined` when one of the names is none. */
function claimTests(
  claims: Readonly<Record<string, readonly Scalar[]>>,
  problems: Problem[],
): readonly Test[] | undefined {
  const tests: Test[] = [];
  for (const [claim, values] of Object.entries(claims)) {
    const path = parseClaimPath(claim);
    if (!path.ok) return refuse(problems, ['allowed_idp_claims', claim], path.error);
    const one: Matcher = { kind: 'one_of', values };
    const matcher: Matcher = { kind: 'any', of: [one, { kind: 'element', of: one }] };
    tests.push({ op: 'test', criterion: 'claim', subject: { root: 'claims', path: path.value }, matcher });
  }
  return tests;
}
