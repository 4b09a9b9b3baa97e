import type { Answer, ServiceRequest } from '../http/message.ts';
import { NONCE_LIFE, originOf } from '../sessions/begin-sign-in.ts';
import type { LiveSession } from '../sessions/model.ts';
import type { SignInRequest } from '../sessions/sign-in-request.ts';
import { leadOn } from './answers.ts';
import { wayOn } from './destination.ts';
import { nowOf, type Destination, type LoginDeps } from './model.ts';
import { refusalPage } from './refuse.ts';
import { deviceOf } from './session-of.ts';

/** Path of a route host that takes a hand-over code. */
const ROUTE_CALLBACK = '/.pomerium/callback/';

/** Seconds: what may have passed until the browser is back at the route host. */
const WAY_BACK = 60;

/** Somebody who is signed in goes to where the sign-in was to lead. */
export async function goOn(
  deps: LoginDeps,
  request: ServiceRequest,
  session: LiveSession,
  { to, cookies = [] }: { readonly to: Destination; readonly cookies?: readonly string[] },
): Promise<Answer> {
  if (to.kind === 'own') return leadOn(302, to.path, cookies);
  if (to.request.kind === 'program') return toProgram(deps, request, session, to, cookies);
  return leadOn(302, handOverLocation(deps, session, to.request), cookies);
}

function handOverLocation(deps: LoginDeps, session: LiveSession, asked: SignInRequest): string {
  const { host, nonceHash, returnTo } = asked;
  // The browser has lost its nonce by now: the route host gives it another, and sends it here again to this session.
  if (nowOf(deps) - asked.issuedAt > NONCE_LIFE - WAY_BACK) return returnTo;
  const code = deps.sessions.handOver(session, { host, nonceHash, returnTo });
  return `${originOf(asked)}${ROUTE_CALLBACK}?pomerium_code=${code}`;
}

async function toProgram(
  deps: LoginDeps,
  request: ServiceRequest,
  session: LiveSession,
  to: Extract<Destination, { kind: 'host' }>,
  cookies: readonly string[],
): Promise<Answer> {
  const { host, redirectUri } = to.request;
  if (redirectUri === undefined) return leadOn(302, to.request.returnTo, cookies);
  const token = await deps.sessions.programToken(session, { host, device: deviceOf(request) });
  if (!token.ok) return refusalPage(token.error, { action: wayOn(deps, to), cookies });
  const location = new URL(redirectUri);
  location.searchParams.set('pomerium_jwt', token.value.value);
  return leadOn(302, location.href, cookies);
}
