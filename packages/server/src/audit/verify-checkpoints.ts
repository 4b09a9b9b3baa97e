import { checkpointsPage, parseCheckpoint } from '../storage/repositories/checkpoints.ts';
import { LOOKED_UP } from '../storage/repositories/look-up.ts';
import { linkAt } from '../storage/repositories/verification.ts';
import { createCheckpointReader, findCheckpoints, type Checkpoint } from './checkpoint.ts';
import { readRows, type Stopped, type Verification } from './verify-model.ts';

/** Checkpoints against the chains: whatever a checkpoint names is there, with the hash that it names. */

/** The newest checkpoint that fits, in epoch seconds; 0 when there is none. */
export type Verified = { readonly newest: number } | { readonly stopped: Stopped };

/** Those that storage holds. One signed by a key that is not known any more proves nothing, and breaks nothing. */
export async function verifyStoredCheckpoints(verification: Verification): Promise<Verified> {
  const read = createCheckpointReader(verification.options.keys);
  let newest = 0;
  let after = '';
  for (;;) {
    const rows = await readRows(verification.reader, checkpointsPage(after, LOOKED_UP));
    if (rows === undefined) return { stopped: 'unavailable' };
    for (const { id, signed } of rows.map(parseCheckpoint)) {
      after = id;
      const checkpoint = read(signed);
      if (checkpoint === 'unknown_key') {
        verification.count.unknownKeys += 1;
        continue;
      }
      if (checkpoint === 'invalid')
        return stop(`the stored checkpoint ${id} is not signed by the audit ring`);
      const stopped = await verifyHeads(verification, checkpoint);
      if (stopped !== undefined) return { stopped };
      verification.count.checkpoints += 1;
      newest = Math.max(newest, checkpoint.iat);
    }
    if (rows.length < LOOKED_UP) return { newest };
  }
}

/** Those that were kept elsewhere: every one has to be ours and has to fit. */
export async function verifyGivenCheckpoints(verification: Verification, given: string): Promise<Verified> {
  const read = createCheckpointReader(verification.options.keys);
  const found = findCheckpoints(given);
  if (found.length === 0) return stop('what was given holds no checkpoint');
  let newest = 0;
  for (const text of found) {
    const checkpoint = read(text);
    if (checkpoint === 'unknown_key')
      return stop('a checkpoint that was given is signed by a key that is not ours');
    if (checkpoint === 'invalid') return stop('a checkpoint that was given is not signed by the audit ring');
    const stopped = await verifyHeads(verification, checkpoint);
    if (stopped !== undefined) return { stopped };
    newest = Math.max(newest, checkpoint.iat);
  }
  return { newest };
}

async function verifyHeads(
  { reader, cut }: Verification,
  checkpoint: Checkpoint,
): Promise<Stopped | undefined> {
  for (const { writer, n, hash } of checkpoint.heads) {
    // Taken by retention, which is told; what is left of the chain begins after it.
    if (n < (cut.get(writer) ?? 0)) continue;
    const rows = await readRows(reader, linkAt(writer, n));
    if (rows === undefined) return 'unavailable';
    const [row] = rows;
    const at = { writer, n };
    if (!row) return { broken: { ...at, what: `it is gone, and checkpoint ${checkpoint.id} names it` } };
    if (row['hash'] !== hash)
      return { broken: { ...at, what: `it is not the link that checkpoint ${checkpoint.id} names` } };
  }
  return undefined;
}

function stop(what: string): { readonly stopped: Stopped } {
  return { stopped: { broken: { what } } };
}
