import { setTimeout as wait } from 'node:timers/promises';
import {
  dueSessions,
  leaveAlone,
  parseDueSession,
  type DueSession,
} from '../storage/repositories/session-refresh.ts';
import { endIdleSessions } from './idle-sessions.ts';
import { nowOf, type RefreshDeps } from './refresh-model.ts';
import { refreshSession } from './refresh-session.ts';

/**
 * Beside the requests: sessions whose provider is to be asked again, and those that nobody uses. It must never wait for
 * a provider that is away while another could be asked, and never ask without end.
 */
export interface SessionWorker {
  /** Finishes what is under way: a provider's answer that is not stored is lost for good. */
  close(): Promise<void>;
}

export interface SessionWorkerDeps extends Omit<RefreshDeps, 'pause'> {
  /** Resolves after so many milliseconds, or at once when the signal says so; real time, but for tests. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Milliseconds between two looks, and between two about idleness. */
const LOOK = 5_000;
const LOOK_FOR_IDLE = 60_000;

/** Sessions of one look, and those of them that are asked about at once. */
export const PAGE = 64;
export const AT_ONCE = 8;

/** Seconds for which the sessions of a provider that could not be asked are left alone, and how many are at once. */
const LEAVE_ALONE = 30;
const LEFT_ALONE = 500;

export function startSessionWorker(deps: SessionWorkerDeps): SessionWorker {
  const { pause = realPause } = deps;
  const stop = new AbortController();
  const { signal } = stop;
  const stopped = (): boolean => signal.aborted;
  const refreshing = { ...deps, pause: (milliseconds: number) => pause(milliseconds, signal) };
  const every = async (milliseconds: number, look: () => Promise<unknown>): Promise<void> => {
    while (!stopped()) {
      await pause(milliseconds, signal);
      // A fault of ours must not be the end of every session's being looked after.
      if (!stopped()) await look().catch((error: unknown) => tell(deps, error));
    }
  };
  const running = Promise.all([
    every(LOOK, () => refreshDue(refreshing, stopped)),
    every(LOOK_FOR_IDLE, () => endIdleSessions(deps, stopped)),
  ]);
  return {
    async close() {
      stop.abort();
      await running;
    },
  };
}

/** Asks about all that are due, {@link AT_ONCE} at once, until none is left or storage is silent. */
export async function refreshDue(deps: RefreshDeps, stopped: () => boolean): Promise<void> {
  for (;;) {
    const rows = await deps.reader.read(dueSessions(nowOf(deps), PAGE));
    if (!rows.ok) return;
    const goesOn = await refreshAll(deps, rows.value.map(parseDueSession), stopped);
    if (!goesOn || rows.value.length < PAGE || stopped()) return;
  }
}

/** Whether storage has answered. */
async function refreshAll(
  deps: RefreshDeps,
  due: readonly DueSession[],
  stopped: () => boolean,
): Promise<boolean> {
  const away = new Set<string>();
  let silent = false;
  const queue = [...due];
  const work = async (): Promise<void> => {
    for (let session = queue.shift(); session && !silent && !stopped(); session = queue.shift()) {
      if (away.has(session.provider)) continue;
      const { id } = session;
      const refreshed = await refreshSession(deps, id).catch((error: unknown) => tell(deps, error, id));
      if (refreshed === 'away') away.add(session.provider);
      if (refreshed === 'unavailable') silent = true;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  // Else the sessions of one that is down would be all that anybody ever gets to.
  const now = nowOf(deps);
  for (const provider of away) {
    const left = await deps.writer.write([
      leaveAlone(provider, { now, until: now + LEAVE_ALONE, limit: LEFT_ALONE }),
    ]);
    silent ||= !left.ok;
  }
  return !silent;
}

/** Of a session the lease runs out, and it is tried again. */
function tell({ logger }: Pick<RefreshDeps, 'logger'>, error: unknown, token?: string): void {
  const reason = error instanceof Error ? error.message : 'unknown';
  logger.error('sessions could not be looked after', { ...(token !== undefined && { token }), reason });
}

async function realPause(milliseconds: number, signal: AbortSignal): Promise<void> {
  // Stopping is no failure of waiting.
  await wait(milliseconds, undefined, { ref: false, signal }).catch(() => undefined);
}
