import { principalId, type Claims, type Principal, type TokenPrefix } from '@countersign/core';
import type { Random } from '../adapters/ports.ts';
import { ID_BYTES, newId } from '../audit/decision-id.ts';
import type { ChecksumRing } from '../keys/port.ts';
import type { Unit } from '../storage/port.ts';
import { insertChange } from '../storage/repositories/changes.ts';
import { insertMadeToken } from '../storage/repositories/made-tokens.ts';
import { insertToken, revokeToken } from '../storage/repositories/tokens.ts';
import { mintToken, type MintedToken } from '../tokens/issue.ts';
import type { MassRevocations } from '../tokens/mass-revocations.ts';
import { MADE_BY_API, type TokenRecord } from '../tokens/model.ts';

/**
 * A token that somebody makes over the API: for an organization, a team, a person, a runner, a service account. Its value is in what is
 * given back and nowhere else; nothing is live before `statements` are committed and the table has been told.
 */

/**
 * What a token takes over from the one that it was made with, so that whatever ends that one ends both: its issuer and
 * policies, by which it is suspended, and the time that mass revocations compare. One of everything that was issued
 * until noon must not spare what was made of it in the afternoon.
 */
export type Inherited = Pick<TokenRecord, 'issuer' | 'subject' | 'claims' | 'policies' | 'issuedAt'>;

export interface MadeTokenOrder {
  readonly prefix: TokenPrefix;
  /** Whom it speaks as. */
  readonly principal: Principal;
  readonly organization: string;
  /** The organization gives it once and never again; absent where tokens have none. */
  readonly name?: string;
  readonly description: string;
  /** {@link principalId} of who makes it. */
  readonly createdBy: string;
  /** Epoch seconds; `NEVER_EXPIRES`. */
  readonly expiresAt: number;
  /** Epoch milliseconds. */
  readonly now: number;
  /** What it says besides whom it speaks as. */
  readonly claims?: Claims;
  /** Absent: it stands by itself. */
  readonly inherited?: Inherited;
  /** An older token that it takes the place of, in the same commit. */
  readonly replaces?: Replaced;
}

export interface Replaced {
  readonly id: string;
  readonly hash: Uint8Array;
  /** Epoch seconds. */
  readonly endsAt: number;
}

export interface MintedMade extends MintedToken {
  readonly record: TokenRecord;
  /** The token and its name; a name that was given before is a `conflict` of the whole unit. */
  readonly statements: Unit;
}

export interface MintDeps {
  readonly random: Random;
  readonly checksums: ChecksumRing;
}

export function mintMade(deps: MintDeps, order: MadeTokenOrder): MintedMade {
  const { prefix, principal, organization, name, description, createdBy, expiresAt, now } = order;
  const id = newId('tok', now, deps.random.bytes(ID_BYTES));
  const createdAt = Math.floor(now / 1000);
  const record: TokenRecord = {
    id,
    prefix,
    principal,
    organization,
    issuedAt: createdAt,
    ...(order.inherited ?? { ...OF_ITS_OWN, claims: order.claims ?? {} }),
    // There was no exchange. One number for both ids all the same: the table of live tokens keeps it once.
    exchange: `dec_${id.slice('tok_'.length)}`,
    resources: [],
    format: 'opaque',
    expiresAt,
  };
  const { value, hash } = mintToken(deps, prefix);
  const made = {
    id,
    organization,
    principal: principalId(principal),
    ...(name === undefined ? {} : { name }),
    description,
    createdBy,
    createdAt,
  };
  const ending = order.replaces ? endingOf(order.replaces, createdAt) : [];
  return { value, hash, record, statements: [insertToken(hash, record), insertMadeToken(made), ...ending] };
}

/** Its end is marked now, whenever it comes: others forget the token, and read the end with it when it is shown next. */
function endingOf({ hash, endsAt }: Replaced, now: number): Unit {
  const text = Buffer.from(hash).toString('base64url');
  return [revokeToken(hash, endsAt), insertChange('token.revoked', { hash: text }, now)];
}

/**
 * As {@link mintMade}, and never born dead: what ended the tokens of a principal within this very second ends whatever
 * is issued in it, so that a token counts from the second after. One that counts from an earlier time cannot, and is
 * `undefined` when that time is over for its principal.
 */
export function mintAlive(
  deps: MintDeps & { readonly massRevocations: Pick<MassRevocations, 'endedUntil'> },
  order: MadeTokenOrder,
): MintedMade | undefined {
  const minted = mintMade(deps, order);
  const ended = deps.massRevocations.endedUntil(minted.record);
  if (ended < minted.record.issuedAt) return minted;
  return order.inherited === undefined ? mintMade(deps, { ...order, now: (ended + 1) * 1000 }) : undefined;
}

/**
 * No subject and no policies: mass revocations of these are forgotten once no exchanged token can be old enough for
 * them (`dueMassRevocations`), and a token that lives longer would come back to life.
 */
const OF_ITS_OWN = { issuer: MADE_BY_API, subject: '', claims: {}, policies: [] } as const;
