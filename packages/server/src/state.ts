import type { Decisions } from './audit/port.ts';
import type { OpenKeys } from './keys/key-ring.ts';
import type { Outside } from './open-outside.ts';
import type { ChangeFeed } from './snapshot/change-feed.ts';
import type { LiveSnapshot } from './snapshot/live-snapshot.ts';
import type { Database } from './storage/port.ts';
import type { LastUses } from './tokens/last-uses.ts';
import type { LiveTable } from './tokens/live-table.ts';
import type { MassRevocations } from './tokens/mass-revocations.ts';

/** What outlives a request, opened and filled: all that the rooms are composed of. */
export interface State {
  /** What is in force: the file and what was created over the API. */
  readonly live: LiveSnapshot;
  readonly database: Database;
  readonly keys: OpenKeys;
  readonly encryptionKeys: readonly Uint8Array[];
  readonly table: LiveTable;
  readonly massRevocations: MassRevocations;
  readonly decisions: Decisions;
  /** Issuers and identity providers, and what they said last. */
  readonly outside: Outside;
  /** When tokens are used. */
  readonly uses: LastUses;
  /** What other processes change, and how long ago this one heard. */
  readonly feed: ChangeFeed;
  /** Finishes what is queued, then closes. */
  close(): Promise<void>;
}
