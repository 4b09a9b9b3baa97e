import type { IdentityProvider } from '../snapshot/model.ts';
import type { LiveSnapshot } from '../snapshot/live-snapshot.ts';
import type { Writer } from '../storage/port.ts';
import type { Presented, TokenRecord } from '../tokens/model.ts';
import type { EndDeps } from './end-session.ts';
import type { ProviderClient } from './provider-client.ts';

/** What asking a provider again needs, and what comes of it. */

export interface RefreshDeps extends EndDeps {
  readonly live: Pick<LiveSnapshot, 'world' | 'reload'>;
  readonly writer: Writer;
  readonly providerClient: Pick<ProviderClient, 'refresh'>;
  readonly standingOf: (token: TokenRecord) => Presented;
  /** Resolves after so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** `elsewhere`: another process has it, or it has ended. `away`: its provider could not be asked. */
export type Refreshed = 'refreshed' | 'ended' | 'away' | 'suspended' | 'elsewhere' | 'unavailable';

export interface Known {
  readonly provider: IdentityProvider;
  /** Of the service host, as it counts before the refresh. */
  readonly token: TokenRecord;
}

export function nowOf({ clock }: Pick<RefreshDeps, 'clock'>): number {
  return Math.floor(clock.now() / 1000);
}
