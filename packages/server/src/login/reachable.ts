import type { Answer, ServiceRequest } from '../http/message.ts';
import { pageAnswer } from '../pages/page.ts';
import { routesPage } from '../pages/routes-page.ts';
import { leadOn } from './answers.ts';
import { PATHS, type LoginDeps } from './model.ts';
import { signInLocation } from './own-place.ts';
import { refuse } from './refuse.ts';
import { sessionOf } from './session-of.ts';

/**
 * GET /.pomerium/routes: what the person can reach. The session of this host opens no route itself; its holder is judged,
 * as they will be once it has been handed over.
 */
export async function listReachable(deps: LoginDeps, request: ServiceRequest): Promise<Answer> {
  const session = await sessionOf(deps, request);
  if (session === 'unavailable') return refuse(deps, request, 'server.storage');
  if (session === 'none') return leadOn(302, signInLocation(deps, PATHS.routes));
  const routes = deps.routesOf(session.token, request.remoteAddress);
  return pageAnswer(routesPage({ routes }), { status: 200 });
}
