import type { Claims } from '@countersign/core';
import type { IdentityProvider } from '../snapshot/model.ts';
import { identitiesOfPerson, identityOfMember, parseIdentity } from '../storage/repositories/identities.ts';
import {
  outcomeOf,
  standingOf,
  type Asked,
  type Candidate,
  type Outcome,
  type Standing,
} from './memberships.ts';
import type { ExchangeDeps } from './model.ts';
import { personOf } from './person.ts';

/** Whom the organizations of a provider know a person as: what is stored of both, read and decided on one version. */

export interface SignedInAs {
  readonly provider: IdentityProvider;
  readonly subject: string;
  /** Verified. */
  readonly claims: Claims;
}

export interface Recognised extends Outcome {
  /** Of the objects that it was decided on. */
  readonly version: number;
  /** Whether the provider speaks for any organization. */
  readonly wanted: boolean;
}

/** `identity`: the id of what is bound by it. */
export async function recognise(
  deps: Pick<ExchangeDeps, 'live' | 'reader'>,
  { provider, subject, claims }: SignedInAs,
  identity: string,
): Promise<Recognised | 'unavailable'> {
  const { snapshot, version } = deps.live.world();
  const { organizations } = provider;
  const rows = await deps.reader.read(
    identitiesOfPerson({ provider: provider.id, subject }, organizations.length),
  );
  if (!rows.ok) return 'unavailable';
  const identities = rows.value.map(parseIdentity);
  const asked: Asked = { snapshot, organizations, person: personOf(provider, subject, claims), identities };
  const standing = standingOf(asked);
  const taken = await takenOf(deps, provider, standing);
  if (taken === 'unavailable') return taken;
  const outcome = outcomeOf(asked, standing, taken, identity);
  return { ...outcome, version, wanted: organizations.length > 0 };
}

/** Candidates whose member is another account of the provider already. */
async function takenOf(
  { reader }: Pick<ExchangeDeps, 'reader'>,
  provider: IdentityProvider,
  { candidates }: Standing,
): Promise<readonly Candidate[] | 'unavailable'> {
  const taken: Candidate[] = [];
  for (const candidate of candidates) {
    const rows = await reader.read(identityOfMember(candidate.organization, candidate.user, provider.id));
    if (!rows.ok) return 'unavailable';
    if (rows.value.length > 0) taken.push(candidate);
  }
  return taken;
}
