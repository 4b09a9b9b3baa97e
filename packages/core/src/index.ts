/**
 * `@countersign/core`: the pure engine. What is exported here runs in Node, in a browser and in a worker; it has no
 * clock, no randomness and no network. Read top to bottom: it is the table of contents.
 */
export { err, ok, type Problem, type Result } from './result.ts';
export {
  isObject,
  parseClaimPath,
  printClaimPath,
  readPath,
  type ClaimPath,
  type Claims,
  type Json,
} from './claims.ts';
export {
  countsIn,
  foldCase,
  principalAmong,
  principalFacts,
  principalId,
  principalIn,
  type Membership,
  type Principal,
  type PrincipalKind,
  type UserPrincipal,
  type Voucher,
} from './principal.ts';
export type { Decision, Effect, Facts, Outcome, RuleTrace, TraceNode } from './decision.ts';
export {
  NO_CERTIFICATE,
  NO_TOKEN,
  requestFacts,
  type CertificateFacts,
  type RequestFact,
  type RequestFacts,
  type TokenFacts,
} from './request-facts.ts';
export { REFUSALS, type RefusalCode } from './refusal-code.ts';

// Policy: model → compile → evaluate → explain.
export type {
  Condition,
  ConditionCompiler,
  Expression,
  Matcher,
  PolicyMode,
  Rule,
  Scalar,
  Subject,
  Test,
  TokenFormat,
  TrustPolicy,
} from './policy/model.ts';
export { CRITERIA, type Criterion, type Reason } from './policy/reason.ts';
export {
  compilePolicy,
  type CompiledPolicy,
  type CompiledTrust,
  type CompileOptions,
} from './policy/compile.ts';
export { compileTrust } from './policy/dialect/trust.ts';
export { printMatch, printRules } from './policy/dialect/print.ts';
export { compileAccess, type AccessDocument, type AccessOptions } from './policy/dialect/ppl.ts';
export { accessConditions, type WrittenCondition } from './policy/dialect/access-conditions.ts';
export { evaluate } from './policy/evaluate.ts';
export { suggestion } from './policy/wording.ts';
export { opensToNobody } from './policy/opens-to-nobody.ts';
export {
  accessWords,
  describeAccess,
  type AccessDescription,
  type DescribedNode,
  type RuleDescription,
} from './policy/describe.ts';
export { describedLines } from './policy/described-lines.ts';
export { explain, type Explanation } from './policy/explain.ts';

// Exchange.
export type {
  Directory,
  ExchangeInput,
  ExchangeRequest,
  Grant,
  Member,
  Refusal,
  SubjectIssuer,
  Target,
} from './exchange/model.ts';
export { exchange, exchangeFacts, principalOf } from './exchange/exchange.ts';
export {
  exchangeDirectly,
  namedTargets,
  type Directly,
  type DirectInput,
  type NamedTarget,
} from './exchange/direct.ts';
export { parseScope, printScope, targetOfScope } from './exchange/scope.ts';
export {
  DEFAULT_EXPIRATION,
  lifetime,
  parseExpiration,
  policyLimit,
  SIGNED_MAX_EXPIRATION,
} from './exchange/lifetime.ts';
export { defaultAudiences, parseAudience } from './exchange/audience.ts';
export { targetExists } from './exchange/target-exists.ts';
export { canonicalResource, MAX_RESOURCES } from './exchange/resource.ts';
export { audienceOf, hostResource } from './token/host-resource.ts';

// Tokens.
export {
  parseRequestedTokenType,
  prefixOf,
  TOKEN_PREFIXES,
  TOKEN_TYPES,
  type TokenPrefix,
  type TokenType,
} from './token/token-type.ts';
export { issuerKey } from './token/issuer-key.ts';
export {
  verifyClaims,
  type ClaimExpectations,
  type ClaimFault,
  type VerifiedClaims,
} from './token/verify-claims.ts';
export {
  checksumText,
  formatOpaque,
  hasOpaqueForm,
  OPAQUE_RANDOM_BYTES,
  parseOpaque,
  type OpaqueToken,
} from './token/opaque.ts';
export { accessTokenClaims, type AccessTokenFacts } from './token/access-token-claims.ts';
export { projectClaims } from './token/project-claims.ts';

// Routes.
export type {
  ClaimHeader,
  Forwarded,
  HeaderLine,
  RequestHead,
  BalancingPolicy,
  HealthCheck,
  RateLimit,
  Route,
  RouteAccess,
  Upstream,
  UpstreamTarget,
  UpstreamTls,
} from './route/model.ts';
export { parseHostHeader, type HostAndPort } from './route/host.ts';
export { canonicalTarget, MAX_TARGET, type CanonicalTarget } from './route/canonical-path.ts';
export { compileRoutes, matchRoute, type RouteTable } from './route/match.ts';
export { routeTarget, type RoutedTarget, type RoutingFault } from './route/route-target.ts';
export { PATH_EXCEPTIONS, type PathException } from './route/path-exceptions.ts';
export { regexFault } from './route/regex-routes.ts';
export {
  compileRewriting,
  upstreamHost,
  upstreamTarget,
  type CompiledRewriting,
  type Rewriting,
} from './route/rewriting.ts';
export {
  fixedResponse,
  redirectAnswer,
  redirectFaults,
  type AskedFor,
  type FixedResponse,
  type OwnAnswer,
  type Redirect,
} from './route/own-answer.ts';
export { traceContext, type TraceContext } from './route/trace-context.ts';
export { headerOperationFaults, operatedLines, type HeaderOperations } from './route/header-operations.ts';
export { claimHeaderKeys, headerKey, isIdentityHeader } from './route/header-key.ts';
export { withoutSessionCookie } from './route/session-cookie.ts';
export {
  downstreamHeaders,
  upstreamHeaders,
  type DownstreamHeadersOptions,
  type UpstreamHeadersInput,
} from './route/upstream-headers.ts';
export { writableLines, type WritableLines } from './route/hop-by-hop.ts';

// Lint, presets and tests of policies.
export { lintTrust } from './policy/lint/lint.ts';
export { lintAccess } from './policy/lint/lint-access.ts';
export type { AccessFinding, Finding, LintSubject } from './policy/lint/model.ts';
export { LINT_RULES, type LintRule } from './policy/lint/rules.ts';
export {
  runPolicyTest,
  type PolicyTest,
  type PolicyTestOutcome,
  type PolicyTestSubject,
} from './policy/policy-test.ts';
export { findPreset, ISSUER_PRESETS, presetForUrl } from './issuer-preset/presets.ts';
export type { IssuerPreset, IssuerUrl, OutsideRun, OwnerClaim } from './issuer-preset/model.ts';
export {
  parseGithubSubject,
  type GithubContext,
  type GithubSubject,
} from './issuer-preset/github-subject.ts';
