import { err, ok, type Claims, type Result } from '@countersign/core';
import type { AuditEvent, DecisionRecord } from '../audit/model.ts';
import type { Unit } from '../storage/port.ts';
import { insertReplayMark } from '../storage/repositories/replay-marks.ts';
import { insertToken } from '../storage/repositories/tokens.ts';
import { mintToken, type MintedToken } from '../tokens/issue.ts';
import type { TokenRecord } from '../tokens/model.ts';
import { mintSigned } from '../tokens/signed.ts';
import type { Holder } from '../tokens/holder.ts';
import { claimsOf, sessionClaims } from './claims-of.ts';
import type { ExchangeDeps } from './model.ts';
import type { Attempt } from './refuser.ts';
import type { ReplayMark } from './replay-mark.ts';
import { withdraw } from './withdraw.ts';

/** What the new token is to be, and what the decision record adds to the attempt. */
export interface TokenOrder extends Omit<TokenRecord, 'id' | 'exchange'> {
  readonly record: Partial<DecisionRecord>;
  /** Of a subject token that may be exchanged once. */
  readonly mark?: ReplayMark | undefined;
  /** SHA-256 by which a foreign token is known that was presented as it is: nothing is minted, nobody is given anything. */
  readonly presented?: Uint8Array | undefined;
  /** `tok_…` of the session that it is a further token of: it is as old as that, and over by what ends that. */
  readonly session?: string;
  /** What is committed with it. */
  readonly also?: Unit;
  /** What has to hold, or the whole is not done: which member a person is. */
  readonly bindings?: Unit;
  /** For the trail. */
  readonly detail?: Claims;
}

/** A token that is durable; without a value where a foreign one was presented. */
export interface CommittedToken {
  readonly value: string;
  /** Undoes it all; only where a mark was used up. */
  readonly withdraw?: () => void;
}

/**
 * Mints a token and commits it together with its mark, its decision and its audit event: all or none. The table learns
 * of it after the commit, so nothing opens a route that a crash could forget.
 */
export async function commitToken(
  deps: ExchangeDeps,
  attempt: Attempt,
  order: TokenOrder,
): Promise<Result<CommittedToken, 'server.storage' | 'token.replayed'>> {
  const { record, mark, presented, session, also = NOTHING, bindings = NOTHING, detail, ...rest } = order;
  // A foreign token, and a session, was issued when it says, and a revocation may well have ended it since.
  const issuedAt = presented || session !== undefined ? rest.issuedAt : bornAfter(deps, rest);
  const token: TokenRecord = { ...rest, issuedAt, id: tokenIdOf(attempt.id), exchange: attempt.id };
  const { value, hash } = presented ? { value: '', hash: presented } : mint(deps, token, session);
  const decision: DecisionRecord = {
    kind: 'exchange',
    effect: 'allow',
    determining: [],
    ...attempt,
    ...record,
    tokenId: token.id,
  };
  const committed = await deps.decisions.acted(
    decision,
    issuedEvent(decision, token, { ...(presented && { presented: true }), ...detail }),
    [...bindings, ...markOf(mark), insertToken(hash, token, session), ...also],
  );
  if (!committed.ok) {
    // Besides marks and bindings only a foreign token may find itself in its way: two of ours never have one hash.
    const once = mark !== undefined || presented !== undefined || bindings.length > 0;
    return err(once && committed.error === 'conflict' ? 'token.replayed' : 'server.storage');
  }
  // Of a session its first use asks storage: whom it speaks as may have been refreshed since it was read here.
  if (session === undefined) deps.table.insert(hash, token);
  if (!mark || presented) return ok({ value });
  return ok({ value, withdraw: () => void withdraw(deps, hash, token, mark) });
}

/**
 * A mass revocation ends what was issued in its very second, for it cannot tell before from after. What is exchanged later in
 * that second counts from the next: else it were answered 200 and never worked.
 */
function bornAfter({ massRevocations }: ExchangeDeps, holder: Holder & Pick<TokenOrder, 'issuedAt'>): number {
  const ended = massRevocations.endedUntil(holder);
  return ended < holder.issuedAt ? holder.issuedAt : ended + 1;
}

/** One number for the exchange and what came of it: the table of live tokens keeps it once for both. */
function tokenIdOf(decisionId: string): string {
  return `tok_${decisionId.slice('dec_'.length)}`;
}

function mint(deps: ExchangeDeps, token: TokenRecord, session: string | undefined): MintedToken {
  if (token.format === 'jwt') {
    const { url } = deps.snapshot().service;
    if (session !== undefined)
      return mintSigned({ ring: deps.keys.rings.session, type: 'session+jwt' }, sessionClaims(token, url));
    return mintSigned({ ring: deps.keys.rings.access, type: 'at+jwt' }, claimsOf(token, url));
  }
  return mintToken({ random: deps.random, checksums: deps.keys.checksums }, token.prefix);
}

function markOf(mark: ReplayMark | undefined): Unit {
  return mark ? [insertReplayMark(mark.issuer, mark.mark, mark.expiresAt)] : NOTHING;
}

const NOTHING: Unit = [];

function issuedEvent(
  decision: DecisionRecord,
  { id, organization }: TokenRecord,
  detail: Claims,
): AuditEvent {
  return {
    event: 'token.issued',
    time: decision.time,
    decision: decision.id,
    token: id,
    actor: decision.principal ?? '',
    ...(organization === undefined ? {} : { organization }),
    ...(Object.keys(detail).length > 0 && { detail }),
  };
}
