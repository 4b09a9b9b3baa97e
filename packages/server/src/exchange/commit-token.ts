import { err, ok, type Result } from '@countersign/core';
import type { AuditEvent, DecisionRecord } from '../audit/model.ts';
import type { Unit } from '../storage/port.ts';
import { insertReplayMark } from '../storage/repositories/replay-marks.ts';
import { insertToken } from '../storage/repositories/tokens.ts';
import { mintToken, type MintedToken } from '../tokens/issue.ts';
import type { TokenRecord } from '../tokens/model.ts';
import { mintSigned } from '../tokens/signed.ts';
import { claimsOf } from './claims-of.ts';
import type { ExchangeDeps } from './model.ts';
import type { Attempt } from './refuser.ts';
import type { ReplayMark } from './replay-mark.ts';
import { withdraw } from './withdraw.ts';

/** What the new token is to be, and what the decision record adds to the attempt. */
export interface TokenOrder extends Omit<TokenRecord, 'id' | 'exchange'> {
  readonly record: Partial<DecisionRecord>;
  /** Of a subject token that may be exchanged once. */
  readonly mark?: ReplayMark | undefined;
}

/** A token that is durable. */
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
  const { record, mark, ...rest } = order;
  const issuedAt = bornAfter(deps, rest);
  const token: TokenRecord = { ...rest, issuedAt, id: tokenIdOf(attempt.id), exchange: attempt.id };
  const { value, hash } = mint(deps, token);
  const decision: DecisionRecord = {
    kind: 'exchange',
    effect: 'allow',
    determining: [],
    ...attempt,
    ...record,
    tokenId: token.id,
  };
  const committed = await deps.decisions.acted(decision, issuedEvent(decision, token), [
    ...markOf(mark),
    insertToken(hash, token),
  ]);
  if (!committed.ok) {
    // The mark is the only statement that may find something in its way: two tokens never have one hash.
    return err(mark && committed.error === 'conflict' ? 'token.replayed' : 'server.storage');
  }
  deps.table.insert(hash, token);
  if (!mark) return ok({ value });
  return ok({ value, withdraw: () => void withdraw(deps, hash, token, mark) });
}

/**
 * A mass revocation ends what was issued in its very second, for it cannot tell before from after. What is exchanged later in
 * that second counts from the next: else it were answered 200 and never worked.
 */
function bornAfter({ massRevocations }: ExchangeDeps, holder: Omit<TokenOrder, 'record' | 'mark'>): number {
  const ended = massRevocations.endedUntil(holder);
  return ended < holder.issuedAt ? holder.issuedAt : ended + 1;
}

/** One number for the exchange and what came of it: the table of live tokens keeps it once for both. */
function tokenIdOf(decisionId: string): string {
  return `tok_${decisionId.slice('dec_'.length)}`;
}

function mint(deps: ExchangeDeps, token: TokenRecord): MintedToken {
  if (token.format === 'jwt') {
    const { url } = deps.snapshot().service;
    return mintSigned({ ring: deps.keys.rings.access }, claimsOf(token, url));
  }
  return mintToken({ random: deps.random, checksums: deps.keys.checksums }, token.prefix);
}

function markOf(mark: ReplayMark | undefined): Unit {
  return mark ? [insertReplayMark(mark.issuer, mark.mark, mark.expiresAt)] : NOTHING;
}

const NOTHING: Unit = [];

function issuedEvent(decision: DecisionRecord, { id, organization }: TokenRecord): AuditEvent {
  return {
    event: 'token.issued',
    time: decision.time,
    decision: decision.id,
    token: id,
    actor: decision.principal ?? '',
    ...(organization === undefined ? {} : { organization }),
  };
}
