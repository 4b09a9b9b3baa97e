import { err, ok, type Result } from '@countersign/core';
import type { Clock, Logger, Random } from '../adapters/ports.ts';
import { ID_BYTES, newId } from '../audit/decision-id.ts';
import type { AuditEvent } from '../audit/model.ts';
import type { Writer } from '../storage/port.ts';
import { insertAuditEvent } from '../storage/repositories/audit-events.ts';
import { revokeToken as markRevoked } from '../storage/repositories/tokens.ts';
import type { TokenRecord } from './model.ts';
import type { TokenTable } from './token-table.ts';

export interface RevokeDeps {
  readonly database: Writer;
  readonly table: Pick<TokenTable, 'remove'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * Ends a token: the mark and its audit event in one commit. Ending it twice is a success with one event (RFC 7009
 * section 2.2: the client's purpose is reached already). `actor` is the {@link principalId} of who asked.
 */
export async function revokeToken(
  deps: RevokeDeps,
  hash: Uint8Array,
  token: TokenRecord,
  actor: string,
): Promise<Result<void, 'unavailable'>> {
  const time = deps.clock.now();
  const event: AuditEvent = {
    event: 'token.revoked',
    time,
    decision: token.exchange,
    token: token.id,
    actor,
    ...(token.organization === undefined ? {} : { organization: token.organization }),
  };
  const written = await deps.database.write([
    markRevoked(hash, Math.floor(time / 1000)),
    insertAuditEvent(newId('evt', time, deps.random.bytes(ID_BYTES)), event),
  ]);
  // Whatever became of the commit: if its outcome is not known, the next use has to ask storage.
  deps.table.remove(hash);
  if (written.ok) deps.logger.info('token revoked', { token: token.id, exchange: token.exchange, actor });
  return written.ok || written.error === 'conflict' ? ok(undefined) : err('unavailable');
}
