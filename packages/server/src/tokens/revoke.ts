import { err, ok, type Result } from '@countersign/core';
import type { Clock, Logger } from '../adapters/ports.ts';
import type { Decisions } from '../audit/port.ts';
import type { Unit } from '../storage/port.ts';
import { insertChange } from '../storage/repositories/changes.ts';
import { insertMassRevocation } from '../storage/repositories/mass-revocations.ts';
import { revokeToken as markRevoked } from '../storage/repositories/tokens.ts';
import { concerns, type MassRevocations } from './mass-revocations.ts';
import { EVERYWHERE, type MassRevocation, type TokenRecord } from './model.ts';
import type { TokenTable } from './token-table.ts';

/**
 * Ends tokens. The deed, the row by which other processes hear of it, and the audit event are one commit: whoever is
 * told that a token is over can rely on everybody hearing it.
 */
export interface RevokeDeps {
  readonly decisions: Pick<Decisions, 'changed'>;
  readonly table: Pick<TokenTable, 'remove'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface RevokeManyDeps extends Omit<RevokeDeps, 'table'> {
  readonly table: Pick<TokenTable, 'countLive'>;
  readonly massRevocations: Pick<MassRevocations, 'add' | 'endedUntil'>;
}

/**
 * Ends a token. Ending it twice is a success with one event (RFC 7009 section 2.2: the client's purpose is reached
 * already). `actor` is the {@link principalId} of who asked.
 */
export async function revokeToken(
  deps: RevokeDeps,
  hash: Uint8Array,
  token: TokenRecord,
  actor: string,
): Promise<Result<void, 'unavailable'>> {
  const time = deps.clock.now();
  const at = Math.floor(time / 1000);
  const event = {
    event: 'token.revoked' as const,
    time,
    decision: token.exchange,
    token: token.id,
    actor,
    ...(token.organization === undefined ? {} : { organization: token.organization }),
  };
  const written = await deps.decisions.changed(event, endOfToken(hash, at));
  // Whatever became of the commit: if its outcome is not known, the next use has to ask storage.
  deps.table.remove(hash);
  if (written.ok) deps.logger.info('token revoked', { token: token.id, exchange: token.exchange, actor });
  return written.ok || written.error === 'conflict' ? ok(undefined) : err('unavailable');
}

/** The deed and the row by which other processes hear of it, for one commit with an event. `at` in epoch seconds. */
export function endOfToken(hash: Uint8Array, at: number): Unit {
  return [
    markRevoked(hash, at),
    insertChange('token.revoked', { hash: Buffer.from(hash).toString('base64url') }, at),
  ];
}

/**
 * Ends every token that a mass revocation is about, however many: one row. Gives how many live ones this process knew.
 * A commit whose outcome is not known is heard of through the change feed, if it was made.
 */
export async function revokeMany(
  deps: RevokeManyDeps,
  revocation: MassRevocation,
  actor: string,
): Promise<Result<{ readonly revoked: number }, 'unavailable'>> {
  const time = deps.clock.now();
  const at = Math.floor(time / 1000);
  const { organization, by, value, before } = revocation;
  // What an earlier one has ended is not ended again.
  const revoked = deps.table.countLive(
    (holder) =>
      concerns(revocation, holder)
        ? { after: deps.massRevocations.endedUntil(holder), upTo: before }
        : undefined,
    at,
  );
  const detail = { by, value, before, revoked };
  const written = await deps.decisions.changed(
    {
      event: 'tokens.revoked',
      time,
      actor,
      detail,
      ...(organization === EVERYWHERE ? {} : { organization }),
    },
    [
      insertMassRevocation(revocation, at),
      insertChange('tokens.revoked', { organization, by, value, before }, at),
    ],
  );
  if (!written.ok) return err('unavailable');
  deps.massRevocations.add(revocation);
  // Not the value: it may be somebody's `sub`, and logs travel further than storage.
  deps.logger.info('tokens revoked', { organization, by, before, revoked, actor });
  return ok({ revoked });
}
