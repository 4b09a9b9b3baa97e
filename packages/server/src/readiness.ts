import { jsonAnswer, type Answer } from './http/message.ts';
import type { Database } from './storage/port.ts';

/**
 * GET /readyz: 503 only while storage has been silent for longer than `maxStaleness` (seconds). Issuers never affect it:
 * their outage is theirs. Nor does a file that could not be reloaded: what was good stays in force, and this says so.
 */
export function readiness(
  database: Pick<Database, 'silentFor'>,
  maxStaleness: number,
  config: 'current' | 'stale',
): Answer {
  const silent = database.silentFor() > maxStaleness * 1000;
  return jsonAnswer(silent ? 503 : 200, { status: silent ? 'storage' : 'ready', config });
}
