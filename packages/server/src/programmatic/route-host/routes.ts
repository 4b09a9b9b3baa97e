import { jsonAnswer, type Answer } from '../../http/message.ts';
import { pageAnswer } from '../../pages/page.ts';
import { readRouteFilter } from '../../pages/route-filter.ts';
import { routesPage } from '../../pages/routes-page.ts';
import { isNavigation } from '../../http/navigation.ts';
import { admit } from './admit.ts';
import type { RouteHostDeps, RouteHostRequest } from './model.ts';

/** `/.pomerium/routes`: what the person can reach; with `?q=` what of it they look for. */
export function showRoutes(deps: RouteHostDeps, asked: RouteHostRequest): Promise<Answer> {
  const { method, path, query, remoteAddress } = asked.request;
  return admit(deps, asked, isNavigation(method, asked.headers), (token) => {
    const filter = readRouteFilter(query);
    const routes = deps.visitors.routesOf(token, remoteAddress, filter);
    return pageAnswer(routesPage({ routes, action: path, filter: filter.text }), { status: 200 });
  });
}

/** `/.pomerium/api/v1/routes`: the same for programs, in the words of existing clients. */
export function listRoutes(deps: RouteHostDeps, asked: RouteHostRequest): Promise<Answer> {
  return admit(deps, asked, false, (token) => {
    const routes = deps.visitors.routesOf(token, asked.request.remoteAddress);
    return jsonAnswer(200, {
      routes: routes.map(({ id, name, from, description = '' }) => ({
        id,
        name,
        type: 'http',
        from,
        description,
      })),
    });
  });
}
