import type { Answer, ServiceRequest } from '../http/message.ts';
import { choicePage } from '../pages/choice-page.ts';
import { pageAnswer } from '../pages/page.ts';
import type { IdentityProvider } from '../snapshot/model.ts';
import { leadOn } from './answers.ts';
import { newAttempt } from './attempt.ts';
import { destinationOf, readSignInQuery, signInAt, wayOn } from './destination.ts';
import { goOn } from './go-on.ts';
import { keepAttempt, makeRoom } from './kept-attempts.ts';
import { nowOf, PATHS, type Destination, type LoginDeps } from './model.ts';
import { PROVIDER_FAULTS } from './provider-fault.ts';
import { isOfOne, providersFor } from './providers-for.ts';
import { refuse } from './refuse.ts';
import { sessionOf } from './session-of.ts';

/** GET /.pomerium/sign_in: on with the session that is there, or to an identity provider for one. */
export async function signInEndpoint(deps: LoginDeps, request: ServiceRequest): Promise<Answer> {
  const query = readSignInQuery(request.query);
  if (query === undefined) return refuse(deps, request, 'request.parameter');
  const found = destinationOf(deps, query);
  const action = wayOn(deps, found.to);
  if (found.state === 'expired') return refuse(deps, request, 'sign_in.expired', { action });
  const { to } = found;
  const session = await sessionOf(deps, request);
  // Nobody is sent to sign in again because storage is silent.
  if (session === 'unavailable') return refuse(deps, request, 'server.storage', { action });
  const fitting = providersFor(deps.snapshot(), to);
  const chosen = fitting.filter(({ name }) => name === query.provider);
  const among = chosen.length > 0 ? chosen : fitting;
  if (session !== 'none' && isOfOne(session, among, to)) return goOn(deps, request, session, { to });
  const [first, another] = among;
  if (first === undefined) return refuse(deps, request, 'policy.refused');
  return another ? choose(deps, to, fitting) : beginSignIn(deps, request, first, to);
}

function choose(deps: LoginDeps, to: Destination, fitting: readonly IdentityProvider[]): Answer {
  const providers = fitting.map(({ name }) => ({ name, href: signInAt(deps, to, name) }));
  const host = to.kind === 'host' ? { host: to.request.host } : {};
  return pageAnswer(choicePage({ ...host, providers }), { status: 200 });
}

async function beginSignIn(
  deps: LoginDeps,
  request: ServiceRequest,
  provider: IdentityProvider,
  to: Destination,
): Promise<Answer> {
  const action = wayOn(deps, to);
  const attempt = newAttempt(deps.random, { provider: provider.id, to, issuedAt: nowOf(deps) });
  const kept = keepAttempt(deps, attempt);
  // The address that was asked for is longer than a browser keeps for us: the sign-in could never end.
  if (kept === undefined) return refuse(deps, request, 'request.too_large', { provider });
  const url = await deps.providerClient.begin(provider, { ...attempt, redirectUri: redirectUriOf(deps) });
  if (!url.ok) return refuse(deps, request, PROVIDER_FAULTS[url.error], { provider, action });
  return leadOn(302, url.value, [...makeRoom(deps, request, kept), kept]);
}

/** One for all providers; which of them answers is known by the attempt, and by `iss` where they send it (RFC 9207). */
export function redirectUriOf({ snapshot }: Pick<LoginDeps, 'snapshot'>): string {
  return `${snapshot().service.url}${PATHS.callback}`;
}
