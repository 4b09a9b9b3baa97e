import { err, ok, type RefusalCode, type Result, type TokenPrefix } from '@countersign/core';
import { newId } from '../audit/decision-id.ts';
import type { DecisionRecord } from '../audit/model.ts';
import { insertToken } from '../storage/repositories/tokens.ts';
import { mintToken } from '../tokens/issue.ts';
import type { TokenRecord } from '../tokens/model.ts';
import type { ExchangeDeps } from './model.ts';
import type { Attempt } from './refuser.ts';

/** What the new token is to be, and what the decision record adds to the attempt. */
export interface TokenOrder extends Omit<TokenRecord, 'id' | 'exchange' | 'prefix'> {
  readonly prefix: TokenPrefix;
  readonly record: Partial<DecisionRecord>;
}

/**
 * Mints a token and commits it together with its decision and its audit event: all three or none. The table learns of
 * it after the commit, so nothing opens a route that a crash could forget.
 */
export async function commitToken(
  deps: ExchangeDeps,
  attempt: Attempt,
  order: TokenOrder,
): Promise<Result<string, RefusalCode>> {
  const { record, ...rest } = order;
  const { value, hash } = mintToken({ random: deps.random, checksums: deps.keys.checksums }, order.prefix);
  const token: TokenRecord = {
    ...rest,
    id: newId('tok', attempt.time, deps.random.bytes(10)),
    exchange: attempt.id,
  };
  const decision: DecisionRecord = {
    kind: 'exchange',
    effect: 'allow',
    determining: [],
    ...attempt,
    ...record,
    tokenId: token.id,
  };
  const event = {
    event: 'token.issued' as const,
    time: attempt.time,
    decision: attempt.id,
    token: token.id,
    actor: record.principal ?? '',
    ...(token.organization === undefined ? {} : { organization: token.organization }),
  };
  const committed = await deps.decisions.acted(decision, event, [insertToken(hash, token)]);
  if (!committed.ok) return err('server.storage');
  deps.table.insert(hash, token);
  return ok(value);
}
