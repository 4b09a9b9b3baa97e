import type { Logger } from '../adapters/ports.ts';
import type { ExchangeDeps } from '../exchange/model.ts';
import type { Vault } from '../keys/vault.ts';
import type { Presented, TokenRecord } from '../tokens/model.ts';
import type { Presenter } from '../tokens/present.ts';

/** What sessions need besides what every issue of a token needs. */
export interface SessionsDeps extends ExchangeDeps {
  /** What a shown value is, under the configuration of now; notes that it was used. */
  readonly present: Presenter;
  /** What a stored token is, under the configuration of now, that has neither expired nor been revoked by itself. */
  readonly standingOf: (token: TokenRecord) => Presented;
  readonly vault: Vault;
  readonly logger: Logger;
}

/** Epoch seconds. */
export function nowOf({ clock }: Pick<SessionsDeps, 'clock'>): number {
  return Math.floor(clock.now() / 1000);
}
