import type { Row } from '../storage/port.ts';
import { refreshedSessionsPage } from '../storage/repositories/browser-sessions.ts';
import { storedSessionDigest } from '../storage/repositories/covered-rows.ts';
import { LOOKED_UP, textOf } from '../storage/repositories/look-up.ts';
import type { Coverage } from './verify-coverage.ts';
import { readRows, type Stopped, type Verification } from './verify-model.ts';

/**
 * Who the holders of sessions are since their provider was last asked: whoever could write a row here would be anybody.
 * Each refreshed session is as the newest event about it says. One that is gone has ended, and its tokens with it, which
 * events of their own answer for.
 */
export async function verifySessions(
  verification: Verification,
): Promise<Coverage | { readonly stopped: Stopped }> {
  const stored = await readStored(verification);
  if (stored === undefined) return { stopped: 'unavailable' };
  const said = new Map<string, Said>();
  const settledBefore = (verification.options.now - SLACK) * 1000;
  return {
    meet(links) {
      for (const { row, payload } of links)
        for (const [id, digest] of payload?.rows.sessions ?? [])
          if (stored.has(id)) hear(said, id, digest, row.time < settledBefore ? row.id : undefined);
    },
    unmet: () => contradiction(verification, stored, said),
  };
}

/** Seconds for which a refresh may be younger than the reading of its row: by then either was meant. */
const SLACK = 60;

/** What events say of a session. Their ids sort by age, and one process at a time refreshes it. */
interface Said {
  readonly settled?: { readonly event: string; readonly digest: string };
  readonly young: readonly string[];
}

interface Stored {
  readonly digest: string;
  /** Epoch seconds. */
  readonly refreshedAt: number;
}

function hear(all: Map<string, Said>, id: string, digest: string, event: string | undefined): void {
  const known = all.get(id) ?? { young: [] };
  if (event === undefined) all.set(id, { ...known, young: [...known.young, digest] });
  else if ((known.settled?.event ?? '') < event) all.set(id, { ...known, settled: { event, digest } });
}

function contradiction(
  { options, now }: Verification,
  stored: ReadonlyMap<string, Stored>,
  all: ReadonlyMap<string, Said>,
): Stopped | undefined {
  for (const [id, { digest, refreshedAt }] of stored) {
    const said = all.get(id);
    // What an event of that time said may have been erased, and then cannot answer for the row.
    if (said === undefined && refreshedAt < now() - options.retention.audit) continue;
    if (said === undefined) return unnamed(`no event refreshed the session ${id}`);
    if (said.settled?.digest !== digest && !said.young.includes(digest))
      return unnamed(`the session ${id} is not as it was refreshed`);
  }
  return undefined;
}

async function readStored({ reader }: Verification): Promise<ReadonlyMap<string, Stored> | undefined> {
  const stored = new Map<string, Stored>();
  let after = '';
  for (;;) {
    const rows: readonly Row[] | undefined = await readRows(reader, refreshedSessionsPage(after, LOOKED_UP));
    if (rows === undefined) return undefined;
    for (const row of rows) {
      after = textOf(row, 'id');
      stored.set(after, {
        digest: storedSessionDigest(row),
        refreshedAt: Number(row['refreshed_at'] ?? Infinity),
      });
    }
    if (rows.length < LOOKED_UP) return stored;
  }
}

function unnamed(what: string): Stopped {
  return { broken: { what } };
}
