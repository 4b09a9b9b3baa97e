import {
  err,
  exchange,
  exchangeFacts,
  explain,
  issuerKey,
  ok,
  parseScope,
  principalId,
  REFUSALS,
  type Claims,
  type Effect,
  type Grant,
  type Refusal,
  type RefusalCode,
  type Result,
  type RuleTrace,
  type Target,
  type TokenType,
} from '@countersign/core';
import { failed, issuerName, issuerStep, passed, tokenSteps, type OfflineStep } from './offline-steps.ts';
import { loadSnapshot } from './load-snapshot.ts';
import type { Organization, Snapshot, TrustedIssuer } from './snapshot/model.ts';
import type { StartFailure } from './start-failure.ts';
import { parseCompactJws } from './trust/compact-jws.ts';

/**
 * `explain --offline` of a token, or of claims that somebody made up: what the exchange would say under this
 * configuration, step by step, by the functions that the exchange itself calls. Nothing is sent, fetched, recorded or
 * issued; where keys would have to be fetched it says that the signature was not verified.
 */
export interface OfflineExplanation {
  readonly effect: 'allow' | 'deny';
  /** Absent when allowed. */
  readonly code?: RefusalCode;
  /** `organization/name`. */
  readonly issuer?: string;
  readonly subject?: string;
  readonly steps: readonly OfflineStep[];
  readonly trace?: { readonly determining: readonly RuleTrace[]; readonly nearest: readonly RuleTrace[] };
  /** Each rule of the issuer and what came of it. */
  readonly rules: readonly RuleOutcome[];
  /** In words, one step or condition a line. */
  readonly explanation: readonly string[];
}

export type RuleOutcome = Pick<RuleTrace, 'rule' | 'effect' | 'mode' | 'outcome'>;

/** What was asked. `organization`: which one to ask for, where several trust the issuer. */
export type OfflineQuestion = { readonly type: TokenType; readonly scope: string } & (
  | { readonly kind: 'token'; readonly token: string; readonly organization?: string }
  | { readonly kind: 'claims'; readonly issuer: string; readonly claims: Claims }
);

/** Why there is no explanation: the configuration is broken, or the question is (in a sentence). */
export type OfflineFailure = StartFailure | { readonly kind: 'question'; readonly message: string };

export async function explainOffline(options: {
  readonly configFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly question: OfflineQuestion;
  /** Epoch seconds. */
  readonly now: number;
}): Promise<Result<OfflineExplanation, OfflineFailure>> {
  const snapshot = await loadSnapshot(options);
  if (!snapshot.ok) return err({ kind: 'configuration', problems: snapshot.error });
  const explanation = explainUnder(snapshot.value, options.question, options.now);
  return explanation.ok ? explanation : err({ kind: 'question', message: explanation.error });
}

/** `now` in epoch seconds. The error says in a sentence what is wrong with the question. */
function explainUnder(
  snapshot: Snapshot,
  question: OfflineQuestion,
  now: number,
): Result<OfflineExplanation, string> {
  const target = parseScope(question.type, question.scope);
  if (!target.ok) return err(`the scope does not fit a ${question.type} token.`);
  return question.kind === 'claims'
    ? explainClaims(snapshot, question, target.value, now)
    : explainToken(snapshot, question, target.value, now);
}

const NOBODY = 'no issuer of this configuration has the URL that iss names';

interface Trusted {
  readonly organization: Organization;
  readonly issuer: TrustedIssuer;
}

function explainClaims(
  snapshot: Snapshot,
  { issuer: name, claims }: Extract<OfflineQuestion, { kind: 'claims' }>,
  target: Target,
  now: number,
): Result<OfflineExplanation, string> {
  const trusted = issuersOf(snapshot).find(({ issuer }) => issuerName(issuer) === name);
  if (!trusted) return err(`there is no trusted issuer ${name}; name it as ORGANIZATION/ISSUER.`);
  return ok(explained(trusted, claims, target, now, [issuerStep(trusted.issuer)]));
}

function explainToken(
  snapshot: Snapshot,
  { token, organization }: Extract<OfflineQuestion, { kind: 'token' }>,
  target: Target,
  now: number,
): Result<OfflineExplanation, string> {
  const jws = parseCompactJws(token, snapshot.settings.limits.token);
  if (!jws.ok) return ok(refusedBy(failed('format', 'token.malformed')));
  const { claims } = jws.value;
  const format = passed('format', `a signed token, ${jws.value.alg}`);
  const { iss } = claims;
  const trusting = issuersOf(snapshot).filter(
    ({ issuer }) =>
      typeof iss === 'string' &&
      issuerKey(iss) === issuerKey(issuer.url) &&
      (organization === undefined || issuer.organization === organization),
  );
  const [trusted, another] = trusting;
  if (!trusted) return ok(refusedBy(failed('issuer', 'token.not_trusted', NOBODY), [format]));
  if (another) {
    const names = trusting.map(({ issuer }) => issuer.organization).join(', ');
    return err(`several organizations trust this issuer (${names}); say which with --org.`);
  }
  const steps = [format, ...tokenSteps(snapshot, trusted.issuer, jws.value, now)];
  return ok(explained(trusted, claims, target, now, steps));
}

/** The policies' part, whatever the steps before said: whoever mends one thing wants to see the next. */
function explained(
  { organization, issuer }: Trusted,
  claims: Claims,
  target: Target,
  now: number,
  before: readonly OfflineStep[],
): OfflineExplanation {
  const request = { organization: organization.name, target, resources: [] };
  const decided = exchange({ request, issuer, claims, directory: organization.directory, now });
  const policy = explain(issuer.trust.policy, exchangeFacts({ claims, request }));
  const steps = [...before, ...policySteps(policy.decision.effect, decided)];
  const code = steps.find(({ outcome }) => outcome === 'failed')?.code;
  const { sub } = claims;
  return {
    effect: code === undefined ? 'allow' : 'deny',
    ...(code === undefined ? {} : { code }),
    issuer: issuerName(issuer),
    ...(typeof sub === 'string' ? { subject: sub } : {}),
    steps,
    trace: { determining: policy.determining, nearest: policy.nearest },
    rules: (policy.decision.trace ?? []).map(ruleOutcome),
    explanation: policy.lines,
  };
}

function policySteps(effect: Effect, decided: Result<Grant, Refusal>): readonly OfflineStep[] {
  if (effect !== 'allow') return [failed('policy', 'policy.refused')];
  const allowed = passed('policy', 'the policies allow it');
  if (!decided.ok) return [allowed, failed('target', decided.error.code, NO_TARGET)];
  const { principal, expiresIn, format } = decided.value;
  return [allowed, passed('target', `${principalId(principal)}, ${format}, for ${expiresIn} seconds`)];
}

/** Policies allow and the exchange does not. */
const NO_TARGET = 'there is no such target in the organization, or no time or resource is left to grant';

/** Before a policy was reached. */
function refusedBy(refusal: OfflineStep, before: readonly OfflineStep[] = []): OfflineExplanation {
  const { code } = refusal;
  return {
    effect: 'deny',
    ...(code === undefined ? {} : { code }),
    steps: [...before, refusal],
    rules: [],
    explanation: code === undefined ? [] : [REFUSALS[code].cause, REFUSALS[code].fix],
  };
}

function ruleOutcome({ rule, effect, mode, outcome }: RuleTrace): RuleOutcome {
  return { rule, effect, outcome, ...(mode === undefined ? {} : { mode }) };
}

function issuersOf(snapshot: Snapshot): readonly Trusted[] {
  return [...snapshot.organizations.values()].flatMap((organization) =>
    [...organization.issuersById.values()].map((issuer) => ({ organization, issuer })),
  );
}
