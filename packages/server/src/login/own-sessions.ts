import type { Answer, ServiceRequest } from '../http/message.ts';
import { FIELDS } from '../pages/fields.ts';
import { pageAnswer } from '../pages/page.ts';
import { sessionsPage } from '../pages/sessions-page.ts';
import { leadOn } from './answers.ts';
import { fieldOf } from './change.ts';
import { leave, leavingOrigins } from './leave.ts';
import { PATHS, type LoginDeps } from './model.ts';
import { signInLocation } from './own-place.ts';
import { refuse } from './refuse.ts';
import { sessionOf } from './session-of.ts';

/** Where a person is signed in, and the end of it. Whose sessions they are is for the sessions floor to say. */

/** GET /.pomerium/sessions */
export async function listOwnSessions(deps: LoginDeps, request: ServiceRequest): Promise<Answer> {
  const session = await sessionOf(deps, request);
  if (session === 'none') return leadOn(302, signInLocation(deps, PATHS.sessions));
  const listed = session === 'unavailable' ? undefined : await deps.sessions.list(session);
  if (session === 'unavailable' || !listed?.ok) return refuse(deps, request, 'server.storage');
  const page = sessionsPage({
    sessions: listed.value.map((one) => ({ ...one, current: one.id === session.id })),
    endAction: PATHS.endSession,
    endAllAction: PATHS.endAllSessions,
  });
  return pageAnswer(page, { status: 200, formOrigins: await leavingOrigins(deps, session) });
}

/** POST /.pomerium/sessions/end: one that is over already, or is somebody else's, is as good as ended. */
export async function endOwnSession(deps: LoginDeps, request: ServiceRequest): Promise<Answer> {
  const session = await sessionOf(deps, request);
  if (session === 'unavailable') return refuse(deps, request, 'server.storage');
  if (session === 'none') return leadOn(303, signInLocation(deps, PATHS.sessions));
  const id = await fieldOf(deps, request, FIELDS.session);
  if (id === undefined) return refuse(deps, request, 'request.parameter');
  const ended = await deps.sessions.end(id, session);
  if (!ended.ok && ended.error === 'unavailable') return refuse(deps, request, 'server.storage');
  if (id === session.id) return leave(deps, ended.ok ? ended.value : {});
  return leadOn(303, PATHS.sessions);
}

/** POST /.pomerium/sessions/end_all */
export async function endOwnSessions(deps: LoginDeps, request: ServiceRequest): Promise<Answer> {
  const session = await sessionOf(deps, request);
  if (session === 'unavailable') return refuse(deps, request, 'server.storage');
  if (session === 'none') return leadOn(303, signInLocation(deps, PATHS.sessions));
  const ended = await deps.sessions.endAll(session);
  return ended.ok ? leave(deps, ended.value) : refuse(deps, request, 'server.storage');
}
