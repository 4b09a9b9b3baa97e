import { fittingProviders } from '../sessions/fitting-providers.ts';
import type { LiveSession } from '../sessions/model.ts';
import type { IdentityProvider, Snapshot } from '../snapshot/model.ts';
import type { Destination } from './model.ts';

/** Who may sign a person in for a destination: under the configuration of now, whatever was sealed before. */
export function providersFor(snapshot: Snapshot, to: Destination): readonly IdentityProvider[] {
  return to.kind === 'own'
    ? [...snapshot.identityProvidersById.values()]
    : fittingProviders(snapshot, to.request);
}

/**
 * Whether a session is one that a sign-in at one of these would give. The administrator of the site is nobody on a
 * route, and at home on this host.
 */
export function isOfOne(
  { token }: LiveSession,
  providers: readonly IdentityProvider[],
  to: Destination,
): boolean {
  if (token.principal.kind === 'administrator') return to.kind === 'own';
  return providers.some(({ id }) => id === token.issuer);
}
