import { err, ok, type Result } from '@countersign/core';
import type { Unit } from '../storage/port.ts';
import {
  endSession as endStored,
  findSession,
  parseSession,
  parseSessionToken,
  tokensOfSession,
  type StoredSession,
} from '../storage/repositories/browser-sessions.ts';
import { endOfToken } from '../tokens/revoke.ts';
import { nowOf, type SessionsDeps } from './deps.ts';
import { MAX_TOKENS } from './further-token.ts';
import type { EndedSession } from './model.ts';
import { idTokenPlace } from './places.ts';

/**
 * A session ends, with every token of it and all that the provider gave: one commit. Other processes hear of each token;
 * what is open somewhere is cut within seconds.
 */
export type EndDeps = Pick<
  SessionsDeps,
  'snapshot' | 'reader' | 'decisions' | 'table' | 'vault' | 'clock' | 'logger'
>;

export interface Ending {
  /** {@link principalId} of who asked, or `server`. */
  readonly actor: string;
  readonly reason: EndReason;
}

/**
 * `signed_out`: by its holder. `revoked`: by somebody who may. `not_recognised`: the provider still knows the person, and
 * no organization does. `lost_grant`: no encryption key opens what the provider is asked with.
 */
export type EndReason =
  | 'signed_out'
  | 'revoked'
  | 'provider_refused'
  | 'provider_logout'
  | 'not_recognised'
  | 'lost_grant'
  | 'idle';

/** Times that it is read anew because a token was made for it in between. */
const ATTEMPTS = 5;

/** `undefined`: there is no such session, or it has ended already. */
export async function endSession(
  deps: EndDeps,
  id: string,
  ending: Ending,
): Promise<Result<EndedSession | undefined, 'unavailable'>> {
  for (let tries = 0; tries < ATTEMPTS; tries += 1) {
    const rows = await deps.reader.read(findSession(id));
    if (!rows.ok) return rows;
    const [row] = rows.value;
    if (!row) return ok(undefined);
    const session = parseSession(row);
    const done = await end(deps, session, ending);
    if (done === 'unavailable') return err(done);
    if (done === 'ended') return ok(endedAs(deps, session));
  }
  return err('unavailable');
}

async function end(
  deps: EndDeps,
  session: StoredSession,
  { actor, reason }: Ending,
): Promise<'ended' | 'changed' | 'unavailable'> {
  const now = nowOf(deps);
  const rows = await deps.reader.read(tokensOfSession(session.id, now, MAX_TOKENS));
  if (!rows.ok) return rows.error;
  const tokens = rows.value.map(parseSessionToken);
  const unit: Unit = [endStored(session), ...tokens.flatMap(({ hash }) => endOfToken(hash, now))];
  const written = await deps.decisions.changed(
    {
      event: 'session.ended',
      time: deps.clock.now(),
      token: session.id,
      actor,
      detail: { reason, tokens: tokens.length },
    },
    unit,
  );
  // Whatever became of the commit: if its outcome is not known, the next use has to ask storage.
  for (const { hash } of tokens) deps.table.remove(hash);
  if (written.ok) deps.logger.info('session ended', { token: session.id, reason, actor });
  if (written.ok) return 'ended';
  return written.error === 'conflict' ? 'changed' : 'unavailable';
}

/** What its holder may still want to do at the provider. */
function endedAs({ snapshot, vault }: EndDeps, { id, provider, idToken }: StoredSession): EndedSession {
  const known = snapshot().identityProvidersById.get(provider);
  const opened = idToken === undefined ? undefined : vault.open(idTokenPlace(id), idToken);
  return { ...(known && { provider: known }), ...(opened !== undefined && { idToken: opened }) };
}
