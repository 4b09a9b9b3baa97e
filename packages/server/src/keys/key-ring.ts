import { err, ok, type Result } from '@countersign/core';
import type { Clock, Logger, Random } from '../adapters/ports.ts';
import type { Database } from '../storage/port.ts';
import { insertKey, listKeys, parseKey } from '../storage/repositories/keys.ts';
import { makeKey, openStoredKeys, sealKey, type HeldKey } from './held-key.ts';
import { createLiveKeys, type LiveKeys } from './live-keys.ts';
import { RING_NAMES } from './port.ts';
import { firstRing } from './ring-state.ts';

/**
 * Opens the rings that storage holds, and makes those that it has never held. It must never replace a ring that does
 * not open: everything signed with it would stop being ours, silently, because a wrong file was mounted.
 */

/**
 * `does_not_open`: a stored key does not open with any encryption key given (exit 2, for a person to solve).
 * `unavailable`: storage did not answer.
 */
export type KeyRingFailure = 'does_not_open' | 'unavailable';

export interface KeyRingDeps {
  readonly database: Pick<Database, 'read' | 'write'>;
  /** The first seals, all open. */
  readonly encryptionKeys: readonly Uint8Array[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface OpenKeys extends LiveKeys {
  /** Takes over what storage holds by now. What cannot be used is logged, and the last good rings stay in force. */
  readonly reload: () => Promise<Result<void, 'unavailable'>>;
}

/** The rings, durable before the first use. Throws when a ring is not as this program leaves one (a fault). */
export async function openKeys(deps: KeyRingDeps): Promise<Result<OpenKeys, KeyRingFailure>> {
  const now = (): number => Math.floor(deps.clock.now() / 1000);
  const opened = await readKeys(deps);
  // Before anything is made: a key that does not open must not be joined by new ones.
  if (!opened.ok) return opened;
  const missing = RING_NAMES.filter((ring) => !opened.value.some((key) => key.ring === ring));
  const made = missing.flatMap((ring) =>
    firstRing(ring, (state) => makeKey(ring, state, deps.random, now()), now()),
  );
  if (made.length > 0) {
    const unit = made.map((key) => insertKey(sealKey(key, deps.encryptionKeys)));
    if (!(await deps.database.write(unit)).ok) return err('unavailable');
  }
  return ok(reloadable(deps, createLiveKeys([...opened.value, ...made], now)));
}

async function readKeys(deps: KeyRingDeps): Promise<Result<readonly HeldKey[], KeyRingFailure>> {
  const rows = await deps.database.read(listKeys());
  return rows.ok ? openStoredKeys(rows.value.map(parseKey), deps.encryptionKeys) : rows;
}

function reloadable(deps: KeyRingDeps, live: LiveKeys): OpenKeys {
  const reload = async (): Promise<Result<void, 'unavailable'>> => {
    const before = live.held();
    try {
      const opened = await readKeys(deps);
      if (!opened.ok && opened.error === 'unavailable') return err('unavailable');
      if (!opened.ok) throw new Error('a stored key does not open');
      // A change of this process came in between: what was read may be older than it.
      if (live.held() !== before) return await reload();
      live.swap(opened.value);
    } catch (error) {
      deps.logger.error('changed keys cannot be used; those before them stay in force', {
        reason: error instanceof Error ? error.message : 'unknown',
      });
    }
    return ok(undefined);
  };
  return { ...live, reload };
}
