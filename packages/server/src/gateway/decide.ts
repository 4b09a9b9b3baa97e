import {
  countsIn,
  evaluate,
  opensToNobody,
  routeTarget,
  upstreamTarget,
  type RefusalCode,
  type Route,
  type RoutedTarget,
} from '@countersign/core';
import type { Snapshot } from '../snapshot/model.ts';
import type { Presented, TokenRecord } from '../tokens/model.ts';
import { findCredential } from './credential/index.ts';
import { factsOf } from './facts.ts';
import type { Forward, GatewayDecision, GatewayDeps, GatewayRequest } from './model.ts';
import { recordPassed, refuseUnproven, refuseVerified, type Asked, type Evaluated } from './record.ts';
import { routingOf } from './routing.ts';

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
  const credential = findCredential(asked.request.head.headers, asked.snapshot.service.url);
  if (credential.kind !== 'ours') return decideWithoutToken(deps, asked, credential.kind);
  const judge = (presented: Presented): GatewayDecision | Promise<GatewayDecision> =>
    judgePresented(deps, asked, presented, credential);
  const presented = deps.present(credential.value);
  return presented instanceof Promise ? presented.then(judge) : judge(presented);
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
  return refuseUnproven(deps, asked, 'credential.missing');
}

function judgePresented(
  deps: GatewayDeps,
  asked: OnRoute,
  presented: Presented,
  credential: { readonly value: string; readonly remove: readonly string[] },
): GatewayDecision | Promise<GatewayDecision> {
  if (presented.state !== 'live') return refuseUnproven(deps, asked, DEAD[presented.state]);
  const { token } = presented;
  // What another organization vouches for is nobody here, whatever its login, email or claims (threat 18).
  if (!asked.route.organizations.some((organization) => countsIn(token.principal, organization))) {
    return refuseVerified(deps, asked, 'credential.invalid', token);
  }
  // Whoever asked for a token of few resources may have given it away for those: a route that is not among them
  // answers as if the token were none, public or not (RFC 8707 section 3).
  if (token.resources.length > 0 && !token.resources.includes(asked.route.resource)) {
    return refuseVerified(deps, asked, 'credential.audience', token);
  }
  return admit(deps, asked, {
    caller: { token, value: credential.value },
    spentCarriers: credential.remove,
  });
}

/** A value that is not live, in the caller's words. Silent storage is 503, never 401: the token may be a good one. */
const DEAD: Readonly<Record<Exclude<Presented['state'], 'live'>, RefusalCode>> = {
  invalid: 'credential.invalid',
  expired: 'credential.expired',
  revoked: 'credential.revoked',
  unavailable: 'server.storage',
};

type Admission = Pick<Forward, 'caller' | 'spentCarriers'>;

/** Asks the policy. A public route has one too: whoever comes, a deny still counts. */
function admit(
  deps: GatewayDeps,
  asked: OnRoute,
  admission: Admission,
): GatewayDecision | Promise<GatewayDecision> {
  const { route, request } = asked;
  const token = admission.caller?.token;
  const facts = factsOf(asked, token);
  const decision = evaluate(route.policy, facts);
  if (decision.effect !== 'allow') return refuseByPolicy(deps, asked, token, { facts, decision });
  if (request.websocket && !route.allowWebsockets) {
    return token
      ? refuseVerified(deps, asked, 'policy.refused', token)
      : refuseUnproven(deps, asked, 'policy.refused');
  }
  recordPassed(deps, asked, token, decision);
  return passed(asked, admission);
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
  return { kind: 'answer', decisionId, answer: answers({ scheme: route.scheme, host, port, target }) };
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
  return refuseUnproven(deps, asked, wantsSomebody ? 'credential.missing' : 'policy.refused', evaluated);
}
