import { ok, type Result } from '@countersign/core';
import type { Clock } from '../adapters/ports.ts';
import type { Reader } from '../storage/port.ts';
import { massRevocationsPage, parseMassRevocation } from '../storage/repositories/mass-revocations.ts';
import { liveTokensPage, parseToken } from '../storage/repositories/tokens.ts';
import type { MassRevocations } from './mass-revocations.ts';
import type { MassRevocation } from './model.ts';
import type { TokenTable } from './token-table.ts';

/** Rows of one read: short enough that others get their turn in between. */
export const LOAD_PAGE = 1000;

/** What is put into the table at start. */
export interface Loaded {
  readonly tokens: number;
  /** False when the table had no room for the rest; they are looked up in storage when they come. */
  readonly complete: boolean;
}

/** Fills the table with the live tokens, before the process listens, so that a restart is no storm on storage. */
export async function loadLiveTokens(
  reader: Reader,
  table: Pick<TokenTable, 'insert'>,
  clock: Clock,
): Promise<Result<Loaded, 'unavailable'>> {
  const now = Math.floor(clock.now() / 1000);
  let tokens = 0;
  let after: Uint8Array | undefined;
  for (;;) {
    const page = await reader.read(liveTokensPage(after, now, LOAD_PAGE));
    if (!page.ok) return page;
    for (const row of page.value) {
      const { hash, record } = parseToken(row);
      if (!table.insert(hash, record)) return ok({ tokens, complete: false });
      tokens += 1;
      after = hash;
    }
    if (page.value.length < LOAD_PAGE) return ok({ tokens, complete: true });
  }
}

/** Every mass revocation there is: before the process listens, or one that it does not know would let a token in. */
export async function loadMassRevocations(
  reader: Reader,
  massRevocations: Pick<MassRevocations, 'add'>,
): Promise<Result<void, 'unavailable'>> {
  let after: MassRevocation | undefined;
  for (;;) {
    const page = await reader.read(massRevocationsPage(after, LOAD_PAGE));
    if (!page.ok) return page;
    for (const row of page.value) {
      after = parseMassRevocation(row);
      massRevocations.add(after);
    }
    if (page.value.length < LOAD_PAGE) return ok(undefined);
  }
}
