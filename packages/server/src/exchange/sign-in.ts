import { err, ok, principalId, principalIn, type Result, type UserPrincipal } from '@countersign/core';
import type { DecisionRecord } from '../audit/model.ts';
import type { Unit } from '../storage/port.ts';
import { insertIdentity } from '../storage/repositories/identities.ts';
import { sameObjectsVersion } from '../storage/repositories/objects.ts';
import { commitToken, type TokenOrder } from './commit-token.ts';
import type { ExchangeDeps, IdentifiedRefusal, IssuedSession } from './model.ts';
import { personOf } from './person.ts';
import { recognise, type Recognised, type SignedInAs } from './recognise.ts';
import type { Attempt, Refuser } from './refuser.ts';

/**
 * A person signs in: who they are to each organization of their provider is read, decided and committed together with
 * the session. Of two who would be the same member one is; a member who is deleted, or an identity that is taken away,
 * while this is under way makes it begin anew.
 */
export interface SignIn extends SignedInAs {
  readonly attempt: Attempt;
  readonly refuse: Refuser;
  readonly about: Partial<DecisionRecord>;
  /** Epoch seconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** See {@link TokenOrder}. */
  readonly presented: Uint8Array | undefined;
  readonly resources?: readonly string[];
  readonly also?: Unit;
}

type SignedIn = Result<IssuedSession, IdentifiedRefusal>;

/** Times that it is decided anew because something came between. */
const ATTEMPTS = 5;

export async function signIn(deps: ExchangeDeps, found: SignIn): Promise<SignedIn> {
  const { attempt, presented } = found;
  const failed = (code: 'server.storage' | 'token.replayed'): SignedIn =>
    err({ code, decisionId: attempt.id });
  let before = '';
  for (let tries = 0; tries < ATTEMPTS; tries += 1) {
    const recognised = await recognise(deps, found, identityId(attempt));
    if (recognised === 'unavailable') return failed('server.storage');
    const refusal = refusalOf(recognised);
    if (refusal) return found.refuse.verified(refusal, found.about);
    const done = await commit(deps, found, recognised);
    if (done.ok || done.error !== 'token.replayed') return done.ok ? done : failed(done.error);
    const now = JSON.stringify(recognised);
    // Nothing has changed that it hangs on: what is in its way is its own row, under the hash of a foreign token.
    if (presented && (now === before || recognised.memberships.length === 0)) return failed('token.replayed');
    before = now;
    if (!(await deps.live.reload()).ok) break;
  }
  return failed('server.storage');
}

/** A person whom no organization believes is let in nowhere, and told so here rather than at every route. */
export function refusalOf({ organizations, conflicts, wanted }: Recognised) {
  if (!wanted || organizations.length > 0) return undefined;
  return { code: conflicts.length > 0 ? 'credential.identity_conflict' : 'policy.refused' } as const;
}

async function commit(
  deps: ExchangeDeps,
  found: SignIn,
  recognised: Recognised,
): Promise<Result<IssuedSession, 'server.storage' | 'token.replayed'>> {
  const { attempt, provider, subject, claims, about, issuedAt, expiresAt, presented } = found;
  const { resources = [], also = [] } = found;
  const principal = principalOf(found, recognised);
  // What counts in one organization alone is that organization's: its administrators see it, and may end it.
  const [organization, another] = recognised.organizations;
  const owner = organization === undefined || another !== undefined ? {} : { organization };
  const order: TokenOrder = {
    prefix: 'css',
    principal,
    issuer: provider.id,
    subject,
    claims,
    policies: [],
    resources,
    format: 'opaque',
    issuedAt,
    expiresAt,
    ...owner,
    record: { ...about, ...owner, principal: principalId(principal) },
    presented,
    also,
    ...bindings(found, recognised),
  };
  const committed = await commitToken(deps, attempt, order);
  return committed.ok ? ok({ value: committed.value.value, expiresAt, decisionId: attempt.id }) : committed;
}

/** Who a person is, as a session of theirs says it. */
export function principalOf(
  { provider, subject, claims }: SignedInAs,
  { organizations, memberships }: Recognised,
): UserPrincipal {
  const person = personOf(provider, subject, claims);
  const vouchedBy = { kind: 'identity_provider', provider: provider.name, organizations } as const;
  const principal: UserPrincipal = { ...person, vouchedBy, ...(memberships.length > 0 && { memberships }) };
  const [only, another] = organizations;
  // Where one organization alone is meant there is nothing left to choose at use.
  return another === undefined && only !== undefined
    ? (principalIn(principal, only) as UserPrincipal)
    : principal;
}

/** Who is a member is so as of one version of members and identities, or this is decided anew. */
export function bindings(
  { attempt, provider, subject }: Pick<SignIn, 'provider' | 'subject'> & { readonly attempt: Numbered },
  { memberships, bound, version }: Recognised,
): Pick<TokenOrder, 'bindings' | 'detail'> {
  if (memberships.length === 0) return {};
  const createdAt = Math.floor(attempt.time / 1000);
  const made: Unit = bound.map((candidate) =>
    insertIdentity({ ...candidate, id: identityId(attempt), provider: provider.id, subject, createdAt }),
  );
  const detail = {
    bound: bound.map(({ organization, login }) => ({ organization, login, identity: identityId(attempt) })),
  };
  return { bindings: [sameObjectsVersion(version), ...made], ...(bound.length > 0 && { detail }) };
}

type Numbered = Pick<Attempt, 'id' | 'time'>;

/** The number of the sign-in: its decision tells how the person became that member. */
export function identityId({ id }: Pick<Attempt, 'id'>): string {
  return `idn_${id.slice('dec_'.length)}`;
}
