import type { Surroundings } from './adapters/ports.ts';
import { createVault } from './keys/vault.ts';
import type { State } from './state.ts';
import { startSessionWorker, type SessionWorker } from './sessions/session-worker.ts';
import { standing } from './snapshot/standing.ts';

type Opened = Pick<
  State,
  'live' | 'database' | 'table' | 'massRevocations' | 'encryptionKeys' | 'decisions' | 'outside'
>;

/** What keeps sessions true beside the requests, on what this process knows. */
export function openSessionWorker(opened: Opened, { clock, logger }: Surroundings): SessionWorker {
  const { live, database, table, massRevocations, decisions, outside } = opened;
  return startSessionWorker({
    live,
    snapshot: live.current,
    reader: database,
    writer: database,
    decisions,
    table,
    vault: createVault(opened.encryptionKeys),
    clock,
    logger,
    providerClient: outside.providerClient,
    standingOf: (token) =>
      massRevocations.covers(token)
        ? { state: 'revoked' }
        : standing(live.current(), { state: 'live', token }, massRevocations),
  });
}
