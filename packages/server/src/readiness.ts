import { jsonAnswer, type Answer } from './http/message.ts';
import type { Database } from './storage/port.ts';

/** Milliseconds for which storage may be silent before this process says that it should get no requests. */
const MAX_STALENESS = 5_000;

/** GET /readyz: 503 only while storage has been silent too long. Issuers never affect it: their outage is theirs. */
export function readiness(database: Pick<Database, 'silentFor'>): Answer {
  const silent = database.silentFor() > MAX_STALENESS;
  return jsonAnswer(silent ? 503 : 200, { status: silent ? 'storage' : 'ready', config: 'current' });
}
