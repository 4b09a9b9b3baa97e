import type { IdentityProvider, Snapshot } from '../snapshot/model.ts';
import { routeById, routesOfHost } from '../snapshot/route-index.ts';

/**
 * Where people may sign in who come to a place: at the provider that its route names, else at all that speak for one of
 * its organizations. For a host, at all that fit any of its routes.
 */
export function fittingProviders(
  snapshot: Snapshot,
  place: { readonly host: string; readonly route?: string },
): readonly IdentityProvider[] {
  const one = place.route === undefined ? undefined : routeById(snapshot, place.route);
  const routes = place.route === undefined ? routesOfHost(snapshot, place.host) : one ? [one] : [];
  return [...snapshot.identityProvidersById.values()].filter((provider) =>
    routes.some(({ identityProvider, organizations }) =>
      identityProvider === undefined
        ? provider.organizations.some((name) => organizations.includes(name))
        : provider.name === identityProvider,
    ),
  );
}
