import type { Answer, ServiceRequest } from '../http/message.ts';
import { FIELDS } from '../pages/fields.ts';
import { pageAnswer } from '../pages/page.ts';
import { signOutPage } from '../pages/sign-out-page.ts';
import { signedOutPage } from '../pages/signed-out-page.ts';
import { fieldOf } from './change.ts';
import { destinationOf, readSignInQuery } from './destination.ts';
import { leave, leavingOrigins, openLeft, sealLeft } from './leave.ts';
import { PATHS, type LoginDeps } from './model.ts';
import { signInLocation } from './own-place.ts';
import { refuse } from './refuse.ts';
import { sessionOf } from './session-of.ts';

/**
 * Signing out: asked about by a page, since a link or an image of another site must not do it to anybody (logout CSRF),
 * done by its form, everywhere at once.
 */

/** GET /.pomerium/sign_out, also on behalf of a route host. It never changes anything. */
export async function askSignOut(deps: LoginDeps, request: ServiceRequest): Promise<Answer> {
  const query = readSignInQuery(request.query);
  if (query === undefined) return refuse(deps, request, 'request.parameter');
  // One that is no longer good for a sign-in still says where the person was.
  const { to } = destinationOf(deps, query);
  const left = to?.kind === 'host' ? { returnTo: to.request.returnTo } : {};
  const session = await sessionOf(deps, request);
  if (session === 'unavailable') return refuse(deps, request, 'server.storage');
  if (session === 'none') return leave(deps, {}, left);
  const page = signOutPage({ action: PATHS.signOut, returnTo: sealLeft(deps.keys.sealing.redirect, left) });
  return pageAnswer(page, { status: 200, formOrigins: await leavingOrigins(deps, session) });
}

/** POST /.pomerium/sign_out */
export async function signOut(deps: LoginDeps, request: ServiceRequest): Promise<Answer> {
  const sealed = await fieldOf(deps, request, FIELDS.returnTo);
  const left = sealed === undefined ? undefined : openLeft(deps.keys.sealing.redirect, sealed);
  const session = await sessionOf(deps, request);
  if (session === 'unavailable') return refuse(deps, request, 'server.storage');
  if (session === 'none') return leave(deps, {}, left);
  const ended = await deps.sessions.end(session.id, session);
  // The cookie stays with a session that may still be live: it can be ended once more.
  if (!ended.ok && ended.error === 'unavailable') return refuse(deps, request, 'server.storage');
  return leave(deps, ended.ok ? ended.value : {}, left);
}

/** GET /.pomerium/signed_out, where the provider sends people back to as well. */
export function signedOut(deps: LoginDeps, request: ServiceRequest): Answer {
  const [state, another] = new URLSearchParams(request.query).getAll('state');
  const { redirect } = deps.keys.sealing;
  const left = state === undefined || another !== undefined ? undefined : openLeft(redirect, state);
  const page = signedOutPage({
    ...(left?.provider && { provider: left.provider }),
    signInHref: left?.returnTo ?? signInLocation(deps, PATHS.who),
  });
  return pageAnswer(page, { status: 200 });
}
