import type { UserPrincipal } from '@countersign/core';
import type { MassRevocations } from '../tokens/mass-revocations.ts';
import type { Presented, TokenRecord } from '../tokens/model.ts';
import type { Snapshot } from './model.ts';

/**
 * In which organizations a person's session counts now. Each of them has its own say, and none has one for another: a
 * member who has left, an identity that was taken away, a revocation by an administrator end it where they are theirs
 * to decide about. It must never become somebody else on the way: whoever was that member does not go on as a stranger.
 */
export function sessionStanding(
  snapshot: Snapshot,
  token: TokenRecord,
  revocations: Pick<MassRevocations, 'endedIn'>,
): Presented | undefined {
  const { principal } = token;
  const provider = snapshot.identityProvidersById.get(token.issuer);
  if (!provider || principal.kind !== 'user' || principal.vouchedBy.kind !== 'identity_provider')
    return undefined;
  const { organizations } = principal.vouchedBy;
  // A provider that speaks for fewer organizations than it did when the session began no longer vouches for it.
  if (!organizations.every((name) => provider.organizations.includes(name))) return undefined;
  // Of a single organization whatever it has revoked has been compared already, as of every token that is its own.
  const isShared = token.organization === undefined;
  const left = organizations.filter(
    (name) =>
      isMemberStill(snapshot, principal, name) &&
      !(isShared && revocations.endedIn(name, token) >= token.issuedAt),
  );
  if (left.length === organizations.length) return { state: 'live', token };
  if (left.length === 0) return undefined;
  const vouchedBy = { ...principal.vouchedBy, organizations: left };
  return { state: 'live', token: { ...token, principal: { ...principal, vouchedBy } } };
}

/** Whether the person is still the member that they were when they signed in, if they were one there. */
function isMemberStill(
  { organizations }: Snapshot,
  { memberships = [] }: UserPrincipal,
  name: string,
): boolean {
  const membership = memberships.find(({ organization }) => organization === name);
  if (membership === undefined) return true;
  const member = organizations.get(name)?.directory.members.get(membership.login);
  return member?.user === membership.user;
}
