import type { RefusalCode } from '@countersign/core';
import type { Answer, ServiceRequest } from '../http/message.ts';
import type { IdentityProvider } from '../snapshot/model.ts';
import { leadOn } from './answers.ts';
import { ATTEMPT_LIFE, spentAttempt, type KeptAttempt } from './attempt.ts';
import { wayOn } from './destination.ts';
import { goOn } from './go-on.ts';
import { keepAttempt, keptAttempt } from './kept-attempts.ts';
import { nowOf, type LoginDeps } from './model.ts';
import { PROVIDER_FAULTS } from './provider-fault.ts';
import { isOfOne, providersFor } from './providers-for.ts';
import { refusalPage, refuse } from './refuse.ts';
import { deviceOf, sessionCookie, sessionOf } from './session-of.ts';
import { redirectUriOf } from './sign-in.ts';

/**
 * GET /oauth2/callback: the identity provider sends the browser back. Nothing of it counts unless this browser holds the
 * attempt that it answers: else a link could sign somebody in to another's account (login CSRF, RFC 9700 section 4.7).
 */
export async function callbackEndpoint(deps: LoginDeps, request: ServiceRequest): Promise<Answer> {
  const [state, another] = new URLSearchParams(request.query).getAll('state');
  const attempt =
    state === undefined || another !== undefined ? undefined : keptAttempt(deps, request, state);
  if (attempt === undefined) {
    return refuse(deps, request, 'sign_in.browser', { action: wayOn(deps, undefined) });
  }
  if (attempt.spent) return comeBack(deps, request, attempt);
  const provider = deps.snapshot().identityProvidersById.get(attempt.provider);
  const age = nowOf(deps) - attempt.issuedAt;
  // A provider that has left the configuration in between vouches for nobody.
  if (provider === undefined || age > ATTEMPT_LIFE) {
    return refuse(deps, request, 'sign_in.expired', giveUp(deps, attempt));
  }
  return finish(deps, request, attempt, provider);
}

async function finish(
  deps: LoginDeps,
  request: ServiceRequest,
  attempt: KeptAttempt,
  provider: IdentityProvider,
): Promise<Answer> {
  const spent = giveUp(deps, attempt);
  const asked = { ...attempt, redirectUri: redirectUriOf(deps) };
  const answer = await deps.providerClient.finish(provider, asked, request.query);
  if (!answer.ok) {
    const code = PROVIDER_FAULTS[answer.error];
    // Of one that did not answer, the same callback may still do: the attempt is left as it is.
    const left = answer.error === 'unreachable' ? { action: wayOn(deps, attempt.to) } : spent;
    return refuse(deps, request, code, { ...left, provider });
  }
  const opened = await deps.sessions.open({ provider, ...answer.value }, deviceOf(request));
  if (!opened.ok) return refusalPage(opened.error, spent);
  const cookies = [...spent.cookies, sessionCookie(deps, opened.value)];
  const session = await deps.sessions.find(opened.value.value);
  if (typeof session === 'string') return refuse(deps, request, NOT_FOUND[session], { ...spent, cookies });
  return goOn(deps, request, session, { to: attempt.to, cookies });
}

/** The back button, or a reload. Whoever is signed in goes on to where it led. */
async function comeBack(deps: LoginDeps, request: ServiceRequest, attempt: KeptAttempt): Promise<Answer> {
  const { to } = attempt;
  const action = wayOn(deps, to);
  const session = await sessionOf(deps, request);
  if (typeof session === 'string') return refuse(deps, request, NOT_FOUND[session], { action });
  if (isOfOne(session, providersFor(deps.snapshot(), to), to)) {
    // The nonce of that attempt has served: the route host has a session by now, or sends the browser here with another.
    if (to.kind === 'host' && to.request.kind === 'cookie') return leadOn(302, to.request.returnTo);
    return goOn(deps, request, session, { to });
  }
  return refuse(deps, request, 'sign_in.expired', { action });
}

const NOT_FOUND: Readonly<Record<'none' | 'unavailable', RefusalCode>> = {
  none: 'sign_in.expired',
  unavailable: 'server.storage',
};

/** It has been answered, and is good for nothing more. */
function giveUp(deps: LoginDeps, attempt: KeptAttempt) {
  const cookie = keepAttempt(deps, spentAttempt(attempt));
  return { action: wayOn(deps, attempt.to), cookies: cookie === undefined ? [] : [cookie] };
}
