import {
  canonicalTarget,
  countsIn,
  evaluate,
  matchRoute,
  principalFacts,
  type Claims,
  type Facts,
  type Principal,
  type RefusalCode,
  type Route,
} from '@countersign/core';
import type { Presented, TokenRecord } from '../tokens/model.ts';
import { findCredential } from './credential/index.ts';
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
  const canonical = canonicalTarget(request.head.target);
  if (!canonical.ok) return refuseUnproven(deps, asked, canonical.error);
  const { path, target } = canonical.value;
  const snapshot = deps.snapshot();
  const { table } = routingOf(snapshot);
  const route = isOwnPath(path) ? 'unknown-path' : matchRoute(table, request.host, request.port, path);
  if (typeof route === 'string') return refuseUnproven(deps, asked, 'route.unknown');
  return decideOnRoute(deps, { ...asked, route, path, target }, snapshot.service.url);
}

/** `/.pomerium` is ours on every host: an upstream that answered there would speak in our name. */
function isOwnPath(path: string): boolean {
  return path === '/.pomerium' || path.startsWith('/.pomerium/');
}

interface OnRoute extends Asked {
  readonly route: Route;
  readonly path: string;
  readonly target: string;
}

function decideOnRoute(
  deps: GatewayDeps,
  asked: OnRoute,
  issuer: string,
): GatewayDecision | Promise<GatewayDecision> {
  const credential = findCredential(asked.request.head.headers, issuer);
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
  return refuseUnproven(deps, asked, shown === 'none' ? 'credential.missing' : 'credential.invalid');
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
  const { route, target, request } = asked;
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
  return { kind: 'forward', decisionId: asked.id, route, target, ...admission };
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

function factsOf({ request, route, path }: OnRoute, token: TokenRecord | undefined): Facts {
  const asks = { method: request.head.method, host: route.host, path };
  if (!token) return { claims: {}, request: asks };
  return { claims: token.claims, principal: principalFactsOf(token), request: asks };
}

/** By principal, not by token: the table makes a record a look-up, and all of them share the principal it keeps. */
const PRINCIPAL_FACTS = new WeakMap<Principal, Claims>();

function principalFactsOf({ principal }: TokenRecord): Claims {
  const known = PRINCIPAL_FACTS.get(principal);
  if (known) return known;
  const facts = principalFacts(principal);
  PRINCIPAL_FACTS.set(principal, facts);
  return facts;
}
