import { jsonAnswer, type Answer } from '../../http/message.ts';
import { pageAnswer } from '../../pages/page.ts';
import { routesPage } from '../../pages/routes-page.ts';
import { isNavigation } from '../../http/navigation.ts';
import { admit } from './admit.ts';
import type { RouteHostDeps, RouteHostRequest } from './model.ts';

/** `/.pomerium/routes`: what the person can reach. */
export function showRoutes(deps: RouteHostDeps, asked: RouteHostRequest): Promise<Answer> {
  return admit(deps, asked, isNavigation(asked.request.method, asked.headers), (token) => {
    const routes = deps.visitors.routesOf(token, asked.request.remoteAddress);
    return pageAnswer(routesPage({ routes }), { status: 200 });
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
