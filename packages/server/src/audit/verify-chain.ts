import { GENESIS, linkHash } from '../storage/chain.ts';
import { chainPage, parseAuditRow, type AuditRow } from '../storage/repositories/audit-events.ts';
import { LOOKED_UP } from '../storage/repositories/look-up.ts';
import { eventDigest, readPayload, type Payload } from './sealed-event.ts';
import { broken, readRows, type Stopped, type Verification } from './verify-model.ts';

/** One chain, link by link: its places without a gap, its hashes, and that each row says what was chained. */

/** A link that is in its place, with what it says; without, once it has been erased. */
export interface ProvedLink {
  readonly row: AuditRow;
  readonly payload?: Payload;
}

/** Milliseconds by which events of one chain may be out of the order of their times: they are as old as their requests. */
const DISORDER = 10 * 60_000;

interface Walk {
  readonly n: number;
  readonly hash: string;
  /** Largest time that is proved of the links so far, in milliseconds. */
  readonly time: number;
}

/** Walks the chain of a writer and hands what it has proved, a page at a time, to `each`. */
export async function walkChain(
  verification: Verification,
  writer: string,
  each: (links: readonly ProvedLink[]) => Promise<Stopped | undefined>,
): Promise<Stopped | undefined> {
  let walk: Walk = { n: 0, hash: GENESIS, time: 0 };
  for (;;) {
    const rows = await readRows(verification.reader, chainPage(writer, walk.n, LOOKED_UP));
    if (rows === undefined) return 'unavailable';
    const links: ProvedLink[] = [];
    for (const row of rows.map(parseAuditRow)) {
      const start = walk.n === 0 ? startOf(verification, row) : walk;
      if ('stopped' in start) return start.stopped;
      const next = proveLink(verification, row, start);
      if ('stopped' in next) return next.stopped;
      walk = next.walk;
      links.push(next.link);
    }
    const stopped = await each(links);
    if (stopped !== undefined) return stopped;
    if (rows.length < LOOKED_UP) return undefined;
  }
}

/** Where a chain begins: with its first link or, when retention has cut it, with the first that was left. */
function startOf(verification: Verification, row: AuditRow): Walk | { readonly stopped: Stopped } {
  const n = row.n ?? 0;
  if (n === 1) return { n: 0, hash: GENESIS, time: 0 };
  if (!verification.full.audit) {
    return { stopped: broken(row, 'the links before it are gone, and retention did not take them') };
  }
  verification.cut.set(row.writer ?? '', n);
  verification.count['links cut'] += n - 1;
  return { n: n - 1, hash: row.prev ?? '', time: 0 };
}

function proveLink(
  verification: Verification,
  row: AuditRow,
  walk: Walk,
): { readonly walk: Walk; readonly link: ProvedLink } | { readonly stopped: Stopped } {
  const stop = (what: string) => ({ stopped: broken(row, what) });
  const { writer, digest, salt, payload: text } = row;
  const n = walk.n + 1;
  if (row.n !== n) return stop(`the link before it, ${n}, is gone`);
  if (writer === null || digest === null) return stop('it holds no digest');
  if (row.prev !== walk.hash) return stop('it does not follow from the link before it');
  // A base64url text can be changed in its last character without changing the bytes: then it is not as it was written.
  if (row.hash !== linkHash(walk.hash, writer, n, digest) || !isHash(digest))
    return stop('its hash is not that of its members');
  verification.count.events += 1;
  if (salt === null && text === null) {
    const early = erasedEarly(verification, row, walk);
    if (early) return stop('what it says is gone, before retention may take it');
    verification.count.erased += 1;
    return { walk: { ...walk, n, hash: row.hash }, link: { row } };
  }
  if (salt === null || text === null || eventDigest(salt, text) !== digest)
    return stop('what it says is not what was chained');
  const payload = readPayload({ ...row, payload: text });
  if (!payload) return stop('its columns do not say what was chained');
  return { walk: { n, hash: row.hash, time: Math.max(walk.time, row.time) }, link: { row, payload } };
}

/** The row's own time is not proved any more, so an older link that is younger than retention speaks against it too. */
function erasedEarly({ options, now }: Verification, row: AuditRow, walk: Walk): boolean {
  const erasable = (now() - options.retention.audit) * 1000;
  return row.time > erasable || walk.time > erasable + DISORDER;
}

function isHash(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}
