import { hash } from 'node:crypto';
import { err, ok, type Result } from '@countersign/core';
import type { Presented } from '../tokens/model.ts';
import type { HashPresenter } from '../tokens/present.ts';
import type { UnverifiedJws } from '../trust/compact-jws.ts';
import { commitToken, type TokenOrder } from './commit-token.ts';
import type { ExchangeDeps, IdentifiedRefusal } from './model.ts';
import type { Attempt, Refuser } from './refuser.ts';

/**
 * The session of a foreign token that is presented as it is. It has a row like every token, under a hash that follows
 * from the token: the same token is the same session in every process and after a restart, and stays revoked once it
 * is. It must never have a value: nothing that anybody can present has its hash.
 */
export interface PresentDeps extends ExchangeDeps {
  /** What storage has under a hash, whatever the configuration says to it. */
  readonly findByHash: HashPresenter;
}

export type PresentedOrder = TokenOrder & { readonly presented: Uint8Array };

/**
 * By what was signed, like a replay mark: an ECDSA signature has two spellings, and a revoked token must not come back
 * in the other. What was granted belongs to it: policies that grant something else begin another session.
 */
export function presentedHash(source: string, { signingInput }: UnverifiedJws, granted: unknown): Uint8Array {
  const signed = hash('sha256', signingInput, 'base64url');
  return hash('sha256', JSON.stringify(['presented', source, signed, granted]), 'buffer');
}

interface Found {
  readonly deps: PresentDeps;
  readonly attempt: Attempt;
  readonly refuse: Refuser;
}

/** Finds the session of an earlier presentation, by whichever process, or begins it. */
export async function settleSession(
  found: Found,
  order: PresentedOrder,
): Promise<Result<Uint8Array, IdentifiedRefusal>> {
  const { deps, attempt, refuse } = found;
  // What has been revoked is what is presented here: unlike at the token endpoint, exchanging it again would bring it back.
  if (deps.massRevocations.endedUntil(order) >= order.issuedAt)
    return refuse.verified({ code: 'credential.revoked' }, order.record);
  const known = await deps.findByHash(order.presented);
  if (known.state !== 'invalid') return standingOf(found, order, known);
  const committed = await commitToken(deps, attempt, order);
  if (committed.ok) {
    deps.issuerUsed(order.issuer);
    return ok(order.presented);
  }
  if (committed.error !== 'token.replayed') return err({ code: committed.error, decisionId: attempt.id });
  // Somebody was faster: another process with this very token, or, under `once`, any exchange of it.
  const theirs = await deps.findByHash(order.presented);
  if (theirs.state !== 'invalid') return standingOf(found, order, theirs);
  return refuse.verified({ code: 'token.replayed' }, order.record);
}

async function standingOf(
  { attempt, refuse }: Found,
  { presented, record }: PresentedOrder,
  { state }: Presented,
): Promise<Result<Uint8Array, IdentifiedRefusal>> {
  switch (state) {
    case 'live':
      return ok(presented);
    case 'revoked':
      return refuse.verified({ code: 'credential.revoked' }, record);
    case 'expired':
    case 'invalid':
      return refuse.verified({ code: 'token.expired' }, record);
    case 'unavailable':
      return err({ code: 'server.storage', decisionId: attempt.id });
  }
}
