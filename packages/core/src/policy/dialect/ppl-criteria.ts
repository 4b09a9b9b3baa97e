import type { Json } from '../../claims.ts';
import type { Effect } from '../../decision.ts';
import type { Problem } from '../../result.ts';
import type { Expression, Matcher, Subject, Test } from '../model.ts';
import type { Criterion } from '../reason.ts';
import { kindOf, quote, suggestion } from '../wording.ts';
import { claimTest, refuse, type Path } from './claim-test.ts';
import {
  CLAIM,
  FOLDED_TEXT,
  LIST,
  TEXT,
  readOperators,
  type Operand,
  type OperatorFamily,
} from './ppl-operators.ts';

/** The criteria of PPL: one line in the list below for each. What the contract names and is not here is refused by name. */

/** Where a criterion stands. */
export interface Place {
  readonly effect: Effect;
  readonly path: Path;
  readonly problems: Problem[];
}

interface PplCriterion {
  readonly name: Criterion;
  readonly read: (data: Json, place: Place) => Expression | undefined;
}

const PPL_CRITERIA: readonly PplCriterion[] = [
  { name: 'accept', read: flag({ op: 'constant', criterion: 'accept' }) },
  { name: 'reject', read: flag({ op: 'constant', criterion: 'reject' }) },
  { name: 'authenticated_user', read: flag(authenticatedUser()) },
  { name: 'domain', read: aboutPrincipal('domain', 'domain', FOLDED_TEXT) },
  { name: 'email', read: aboutPrincipal('email', 'email', FOLDED_TEXT) },
  { name: 'groups', read: aboutPrincipal('groups', 'groups', LIST) },
  { name: 'organization', read: aboutPrincipal('organization', 'organization', TEXT) },
  { name: 'team', read: aboutPrincipal('team', 'team', TEXT) },
  { name: 'user', read: aboutPrincipal('user', 'user', TEXT) },
];

/** Named by the contract, not built yet: refused, since a criterion that is ignored would be a hole. */
const NOT_YET = [
  'actor',
  'client_certificate',
  'condition',
  'cors_preflight',
  'date',
  'day_of_week',
  'http_method',
  'http_path',
  'issuer',
  'runner',
  'source_ip',
  'time_of_day',
  'token_type',
];

/** Reads one criterion, `name: data`; `claim/PATH` has its own form. */
export function readCriterion(name: string, data: Json, place: Place): Expression | undefined {
  if (name.startsWith('claim/')) return aboutClaim(name.slice('claim/'.length), data, place);
  if (name === 'claim')
    return refuse(place.problems, place.path, 'a claim needs its path, such as claim/sub');
  const criterion = PPL_CRITERIA.find((known) => known.name === name);
  if (criterion !== undefined) return criterion.read(data, place);
  if (NOT_YET.includes(name))
    return refuse(place.problems, place.path, `the criterion ${quote(name)} is not available yet`);
  const names = [...PPL_CRITERIA.map((known) => known.name), ...NOT_YET];
  return refuse(place.problems, place.path, `unknown criterion ${quote(name)}${suggestion(name, names)}`);
}

/** Holds when somebody, or some machine, has been authenticated. */
export function authenticatedUser(): Test {
  return {
    op: 'test',
    criterion: 'authenticated_user',
    subject: { root: 'principal', path: ['id'] },
    matcher: { kind: 'present', value: true },
  };
}

/** A criterion that asks nothing: its value must be `true`, for `accept: false` could mean two things. */
function flag(expression: Expression): PplCriterion['read'] {
  return (data, { path, problems }) =>
    data === true
      ? expression
      : refuse(problems, path, `expected true, got ${data === false ? 'false' : kindOf(data)}`);
}

function aboutPrincipal(criterion: Criterion, fact: string, family: OperatorFamily): PplCriterion['read'] {
  const subject: Subject = { root: 'principal', path: [fact] };
  return (data, { effect, path, problems }) =>
    together(
      readOperators(family, data, path, problems).map((operand) =>
        condition(operand, effect, (matcher) => ({ op: 'test', criterion, subject, matcher })),
      ),
    );
}

function aboutClaim(claim: string, data: Json, { effect, path, problems }: Place): Expression | undefined {
  const operands = readOperators(CLAIM, data, path, problems);
  const subject = claimTest(dottedPath(claim), { kind: 'present', value: true }, path, problems)?.subject;
  if (subject === undefined) return undefined;
  return together(
    operands.map((operand) =>
      condition(operand, effect, (matcher) => ({ op: 'test', criterion: 'claim', subject, matcher })),
    ),
  );
}

/**
 * A negation is true of nobody: "not mallory" in an allow would let in everybody who has not signed in. So in an
 * allow it asks for somebody as well, and in a deny it stays true of nobody. Both ways nobody is kept out.
 */
function condition(operand: Operand, effect: Effect, test: (matcher: Matcher) => Test): Expression {
  const positive = test(operand.matcher);
  if (!operand.negated) return positive;
  if (effect === 'deny') return { op: 'not', of: [positive] };
  return { op: 'and', of: [authenticatedUser(), test({ kind: 'not', of: operand.matcher })] };
}

function together(conditions: readonly Expression[]): Expression | undefined {
  return conditions.length > 1 ? { op: 'and', of: conditions } : conditions[0];
}

/** `a/b` is `a.b`; inside quotes a slash is a slash, so that a claim named by a URL can be written. */
function dottedPath(claim: string): string {
  let quoted = false;
  let written = '';
  for (let at = 0; at < claim.length; at += 1) {
    const character = claim[at] ?? '';
    if (character === '"') quoted = !quoted;
    if (quoted && character === '\\') {
      written += character + (claim[at + 1] ?? '');
      at += 1;
    } else written += character === '/' && !quoted ? '.' : character;
  }
  return written;
}
