import type { Answer, ServiceRequest } from '../http/message.ts';
import { pageAnswer } from '../pages/page.ts';
import { readRouteFilter } from '../pages/route-filter.ts';
import { routesPage } from '../pages/routes-page.ts';
import { leadOn } from './answers.ts';
import { PATHS, type LoginDeps } from './model.ts';
import { signInLocation } from './own-place.ts';
import { refuse } from './refuse.ts';
import { sessionOf } from './session-of.ts';

/**
 * GET /.pomerium/routes: what the person can reach; with `?q=` what of it they look for. The session of this host opens no route itself; its holder is judged,
 * as they will be once it has been handed over.
 */
export async function listReachable(deps: LoginDeps, request: ServiceRequest): Promise<Answer> {
  const filter = readRouteFilter(request.query);
  const session = await sessionOf(deps, request);
  if (session === 'unavailable') return refuse(deps, request, 'server.storage');
  if (session === 'none') return leadOn(302, signInLocation(deps, PATHS.routes + filter.query));
  const routes = deps.routesOf(session.token, request.remoteAddress, filter);
  const page = routesPage({ routes, action: PATHS.routes, filter: filter.text });
  return pageAnswer(page, { status: 200 });
}
