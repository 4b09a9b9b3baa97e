import type { Claims } from '../claims.ts';
import type { Decision, Effect, RuleTrace } from '../decision.ts';
import { exchange, exchangeFacts } from '../exchange/exchange.ts';
import type { Directory, ExchangeRequest, SubjectIssuer } from '../exchange/model.ts';
import { parseScope } from '../exchange/scope.ts';
import { targetExists } from '../exchange/target-exists.ts';
import type { TokenType } from '../token/token-type.ts';
import { explain } from './explain.ts';
import { quote } from './wording.ts';

/**
 * Tests of policies: a made-up token, a request, and what has to come of it. They ask `exchange` itself, so that a
 * test means what the server does; signature, audience and times are not asked about.
 */

export interface PolicyTest {
  readonly claims: Claims;
  readonly request: { readonly type: TokenType; readonly scope: string };
  readonly expect: Effect;
}

export interface PolicyTestSubject {
  readonly issuer: SubjectIssuer;
  readonly directory: Directory;
}

export interface PolicyTestOutcome {
  readonly passed: boolean;
  /** What came of it. */
  readonly effect: Effect;
  /** Absent when the request was none. */
  readonly decision?: Decision;
  /** Why, in plain text, one line a condition. */
  readonly lines: readonly string[];
  /** When no allow rule holds: those that came nearest. */
  readonly nearest: readonly RuleTrace[];
}

/** Runs a test. A request that cannot be made fails it, whatever it expects: such a deny would prove nothing. */
export function runPolicyTest({ issuer, directory }: PolicyTestSubject, test: PolicyTest): PolicyTestOutcome {
  const { type, scope } = test.request;
  const target = parseScope(type, scope);
  if (!target.ok)
    return failed([`The scope ${quote(scope)} is none of a token of type ${type}, so this proves nothing.`]);
  const request: ExchangeRequest = {
    organization: directory.organization,
    target: target.value,
    resources: [],
  };
  const { decision, lines, nearest } = explain(
    issuer.trust.policy,
    exchangeFacts({ claims: test.claims, request }),
  );
  if (!targetExists(directory, request.target))
    return {
      ...failed([
        ...lines,
        `${directory.organization} has no target ${quote(scope)}, so this proves nothing.`,
      ]),
      decision,
      nearest,
    };
  const granted = exchange({ request, issuer, claims: test.claims, directory, now: 0 });
  const effect = granted.ok ? 'allow' : 'deny';
  // Policies said yes, but what they grant is nothing: resources that do not exist, no lifetime.
  const beyond =
    granted.ok || decision.effect === 'deny' ? [] : [`Refused all the same: ${granted.error.code}.`];
  return { passed: effect === test.expect, effect, decision, lines: [...lines, ...beyond], nearest };
}

function failed(lines: readonly string[]): PolicyTestOutcome {
  return { passed: false, effect: 'deny', lines, nearest: [] };
}
