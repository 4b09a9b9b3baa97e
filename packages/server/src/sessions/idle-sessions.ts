import { parseUse, sessionUses } from '../storage/repositories/sessions-at-provider.ts';
import { endSession, type EndDeps } from './end-session.ts';

/**
 * Sessions that nobody has used for `session.idle` end. It must never end one that was used: when tokens are used is
 * written a minute or two later, and that much is allowed for.
 */

/** Seconds: a use is remembered for at most a window of a minute before it is written, and then those of the next are. */
export const USES_ARE_WRITTEN_WITHIN = 130;

/** Sessions looked at in one step. */
const STEP = 500;

export async function endIdleSessions(deps: EndDeps, stopped: () => boolean): Promise<void> {
  const { sessionIdle } = deps.snapshot().settings;
  if (sessionIdle === 0) return;
  const unusedSince = Math.floor(deps.clock.now() / 1000) - sessionIdle - USES_ARE_WRITTEN_WITHIN;
  let after = '';
  while (!stopped()) {
    const rows = await deps.reader.read(sessionUses(after, STEP));
    if (!rows.ok) return;
    const sessions = rows.value.map(parseUse);
    for (const { id } of sessions.filter(({ usedAt }) => usedAt <= unusedSince)) {
      const ended = await endSession(deps, id, { actor: 'server', reason: 'idle' });
      if (!ended.ok || stopped()) return;
    }
    const last = sessions.at(-1);
    if (last === undefined || sessions.length < STEP) return;
    after = last.id;
  }
}
