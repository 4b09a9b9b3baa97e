import {
  evaluate,
  opensToNobody,
  principalId,
  routeTarget,
  upstreamTarget,
  type RefusalCode,
  type Route,
  type RoutedTarget,
} from '@countersign/core';
import { originOf } from '../audit/origin.ts';
import type { Snapshot } from '../snapshot/model.ts';
import type { TokenRecord } from '../tokens/model.ts';
import { cookieName } from '../http/cookies.ts';
import { isNavigation } from '../http/navigation.ts';
import type { Forms } from './credential/form.ts';
import { findCredential, type Ours } from './credential/index.ts';
import { factsOf } from './facts.ts';
import type { Recognised } from './foreign/model.ts';
import { takesForeign } from './foreign/sources.ts';
import type { Caller, Forward, GatewayDecision, GatewayDeps, GatewayRequest, Refuse } from './model.ts';
import { webSocketFault } from './origin.ts';
import {
  recordPassed,
  refuseOverLimit,
  refuseUnexchanged,
  refuseUnproven,
  refuseVerified,
  refuseWebSocket,
  type Asked,
  type Evaluated,
} from './record.ts';
import { routingOf } from './routing.ts';
import { opensRoute, tokenOn } from './speaker.ts';
import { stillAdmitted } from './still-admitted.ts';

/**
 * THE decision of the gateway, in the order in which it is safe: one reading of the path, the route, the credential,
 * whose token it is, the policy. Without a promise whenever the token is known and the answer is yes.
 */
export function decide(
  deps: GatewayDeps,
  request: GatewayRequest,
): GatewayDecision | Promise<GatewayDecision> {
  const asked: Asked = { id: deps.decisions.newId(), time: deps.clock.now(), request };
  const snapshot = deps.snapshot();
  const routed = routeTarget(routingOf(snapshot).table, request.host, request.port, request.head.target);
  if (!routed.ok)
    return refuseUnproven(deps, asked, routed.error === 'path.ambiguous' ? routed.error : 'route.unknown');
  if (isOwnPath(routed.value)) return refuseUnproven(deps, asked, 'route.unknown');
  const { route, path, target } = routed.value;
  const forwarded = rewritten(route, target);
  // Before anybody is asked who they are: the path that would go on is as ambiguous as one that came so.
  if (forwarded === undefined) return refuseUnproven(deps, { ...asked, route }, 'path.ambiguous');
  return decideOnRoute(deps, { ...asked, snapshot, route, path, target, forwarded });
}

/** `/.pomerium` is ours on every host, however it is read: an upstream that answered there would speak in our name. */
function isOwnPath({ path, readings }: RoutedTarget): boolean {
  return isOwn(path) || readings?.some(isOwn) === true;
}

function isOwn(path: string): boolean {
  return path === '/.pomerium' || path.startsWith('/.pomerium/');
}

function rewritten(route: Route, target: string): string | undefined {
  if (route.rewriting === undefined) return target;
  const result = upstreamTarget(route, route.rewriting, target);
  return result.ok ? result.value : undefined;
}

interface OnRoute extends Asked {
  readonly snapshot: Snapshot;
  readonly route: Route;
  readonly path: string;
  /** What was decided on. */
  readonly target: string;
  /** What the upstream gets of it. */
  readonly forwarded: string;
}

function decideOnRoute(deps: GatewayDeps, asked: OnRoute): GatewayDecision | Promise<GatewayDecision> {
  const { request, snapshot, route } = asked;
  const forms = formsOn(snapshot, route);
  const credential = findCredential(request.head.headers, forms);
  if (credential.kind !== 'ours') return decideWithoutToken(deps, asked, credential.kind);
  const judge = (recognised: Recognised): GatewayDecision | Promise<GatewayDecision> =>
    judgePresented(deps, asked, recognised, credential);
  const recognised = recognise(deps, asked, credential);
  return recognised instanceof Promise ? recognised.then(judge) : judge(recognised);
}

function formsOn({ service, settings }: Snapshot, route: Route): Forms {
  const cookie = cookieName(settings.sessionCookie, route.scheme);
  return { issuer: service.url, cookie, foreign: takesForeign(route) };
}

function recognise(
  deps: GatewayDeps,
  { snapshot, route, request }: OnRoute,
  { value, form }: Ours,
): Recognised | Promise<Recognised> {
  if (form === 'own') return deps.present(value);
  return deps.foreign.present({ snapshot, route, value, ...originOf(request.head) });
}

/** For what outlives the request: the route may take other tokens by then, or be gone. */
function askAgain(deps: GatewayDeps, { route, request }: OnRoute, { value, form }: Ours): Caller['again'] {
  if (form === 'own') return () => deps.present(value);
  const shown = { route: route.id, value, remoteAddress: request.head.remoteAddress };
  return () => deps.foreign.again(shown);
}

function decideWithoutToken(
  deps: GatewayDeps,
  asked: OnRoute,
  shown: 'none' | 'foreign' | 'ambiguous',
): GatewayDecision | Promise<GatewayDecision> {
  // Two credentials in one request: whichever we chose, the upstream might choose the other.
  if (shown === 'ambiguous') return refuseUnproven(deps, asked, 'credential.invalid');
  // On a public route a foreign Authorization is the upstream's business; elsewhere it proves nothing.
  if (asked.route.access === 'public') return admit(deps, asked, { spentCarriers: [] });
  if (shown === 'foreign') return refuseUnproven(deps, asked, 'credential.invalid');
  // Whether the policy speaks of nobody at all; what it says to nobody is asked like of everybody else.
  if (opensToNobody(asked.route.policy, factsOf(asked, undefined)))
    return admit(deps, asked, { spentCarriers: [] });
  return refuseMissing(deps, asked);
}

/** Nobody is there: a page that was opened leads to sign-in, where that helps; everything else is told so. */
function refuseMissing(deps: GatewayDeps, asked: OnRoute, evaluated?: Evaluated): Refuse {
  const refuse = refuseUnproven(deps, asked, 'credential.missing', evaluated);
  const { request, route, target } = asked;
  if (request.websocket || !isNavigation(request.head.method, request.head.headers)) return refuse;
  const { host, port } = request;
  const place = { host, scheme: route.scheme, route: route.id, target, ...(port !== undefined && { port }) };
  const signIn = deps.beginSignIn?.(place);
  return signIn ? { ...refuse, signIn } : refuse;
}

/**
 * A browser sends what it has. A cookie that is over is as good as none where a page is opened, or where nobody has to
 * be anybody; only what a script asks for is told that it is over, and does not wait for a page that it cannot show.
 */
function decideOnDeadCookie(
  deps: GatewayDeps,
  asked: OnRoute,
  code: RefusalCode,
): GatewayDecision | Promise<GatewayDecision> {
  const { request } = asked;
  const decided = decideWithoutToken(deps, asked, 'none');
  if (decided instanceof Promise || decided.kind !== 'refuse' || decided.code !== 'credential.missing')
    return decided;
  return isNavigation(request.head.method, request.head.headers) ? decided : { ...decided, code };
}

function judgePresented(
  deps: GatewayDeps,
  asked: OnRoute,
  recognised: Recognised,
  credential: Ours,
): GatewayDecision | Promise<GatewayDecision> {
  if (recognised.state === 'refused') return refuseUnexchanged(deps, asked, recognised);
  if (recognised.state !== 'live') {
    const code = DEAD[recognised.state];
    return credential.carrier === 'cookie' && recognised.state !== 'unavailable'
      ? decideOnDeadCookie(deps, asked, code)
      : refuseUnproven(deps, asked, code);
  }
  // What another organization vouches for is nobody here, whatever its login, email or claims (threat 18).
  const token = tokenOn(asked.route, recognised.token);
  if (token === undefined) return refuseVerified(deps, asked, 'credential.invalid', recognised.token);
  // Whoever asked for a token of few resources may have given it away for those: a route that is not among them
  // answers as if the token were none, public or not (RFC 8707 section 3).
  if (!opensRoute(token, asked.route, asked.request.host))
    return refuseVerified(deps, asked, 'credential.audience', token);
  return admit(deps, asked, {
    caller: { token, again: stillAdmitted(deps, asked.request, token, askAgain(deps, asked, credential)) },
    spentCarriers: credential.remove,
    carrier: credential.carrier,
  });
}

/** A value that is not live, in the caller's words. Silent storage is 503, never 401: the token may be a good one. */
const DEAD: Readonly<Record<Exclude<Recognised['state'], 'live' | 'refused'>, RefusalCode>> = {
  invalid: 'credential.invalid',
  expired: 'credential.expired',
  revoked: 'credential.revoked',
  unavailable: 'server.storage',
};

/** `carrier`: header that held the responsible value; absent: nobody has shown any. */
type Admission = Pick<Forward, 'caller' | 'spentCarriers'> & { readonly carrier?: string };

/** Asks the policy. A public route has one too: whoever comes, a deny still counts. */
function admit(
  deps: GatewayDeps,
  asked: OnRoute,
  admission: Admission,
): GatewayDecision | Promise<GatewayDecision> {
  const { route, request } = asked;
  const { caller, carrier } = admission;
  const token = caller?.token;
  const facts = factsOf(asked, token);
  const decision = evaluate(route.policy, facts);
  if (decision.effect !== 'allow') return refuseByPolicy(deps, asked, token, { facts, decision });
  const fault = request.websocket
    ? webSocketFault({ ...request, route, ...(carrier !== undefined && { carrier }) })
    : undefined;
  if (fault !== undefined) return refuseWebSocket(deps, asked, token, fault);
  const wait = waitOf(deps, asked, token);
  if (wait > 0) return refuseOverLimit(deps, asked, token, wait);
  recordPassed(deps, asked, token, decision);
  return passed(asked, admission);
}

/** Asked last: what is refused for anything else uses up nobody's share. */
function waitOf({ rateLimits }: GatewayDeps, { route, request }: OnRoute, token?: TokenRecord): number {
  if (route.rateLimit === undefined) return 0;
  const principal = token && principalId(token.principal);
  const address = request.head.remoteAddress;
  return rateLimits.take(route, route.rateLimit, { address, ...(principal !== undefined && { principal }) });
}

/** Where a request goes that may pass. */
function passed(asked: OnRoute, { caller, spentCarriers }: Admission): GatewayDecision {
  const { id: decisionId, route, request, target, forwarded } = asked;
  const { host, port } = request;
  const { upstream, answers } = route;
  if (upstream !== undefined)
    return {
      kind: 'forward',
      decisionId,
      route,
      upstream,
      host,
      target: forwarded,
      spentCarriers,
      ...(caller && { caller }),
    };
  // Configuration with a route that leads nowhere is refused at load; one that is here is a fault of ours.
  if (answers === undefined) throw new Error('a route has neither an upstream nor an answer');
  return {
    kind: 'answer',
    decisionId,
    routeName: route.name,
    answer: answers({ scheme: route.scheme, host, port, target }),
  };
}

function refuseByPolicy(
  deps: GatewayDeps,
  asked: OnRoute,
  token: TokenRecord | undefined,
  evaluated: Evaluated,
): GatewayDecision | Promise<GatewayDecision> {
  if (token) return refuseVerified(deps, asked, 'policy.refused', token, evaluated);
  // A rule that had nobody to look at may say yes to somebody: ask who it is.
  const wantsSomebody = evaluated.decision.reasons.some((reason) => reason.endsWith('-unauthenticated'));
  return wantsSomebody
    ? refuseMissing(deps, asked, evaluated)
    : refuseUnproven(deps, asked, 'policy.refused', evaluated);
}
