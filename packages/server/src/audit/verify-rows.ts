import type { Row } from '../storage/port.ts';
import {
  storedDecisionDigest,
  storedMadeTokenDigest,
  storedTokenDigest,
  type MassRevocationKey,
} from '../storage/repositories/covered-rows.ts';
import { findMassRevocation } from '../storage/repositories/mass-revocations.ts';
import { LOOKED_UP, textOf } from '../storage/repositories/look-up.ts';
import { decisionsById, madeTokensById, tokensByHash } from '../storage/repositories/verification.ts';
import { LONGEST_TOKEN_LIFE } from './retention-bounds.ts';
import type { ProvedLink } from './verify-chain.ts';
import { broken, readRows, type Stopped, type Verification } from './verify-model.ts';

/**
 * From events to rows: what an event answers for is there, as it was written, unless retention may have taken it.
 */
export async function verifyCoveredRows(
  verification: Verification,
  links: readonly ProvedLink[],
): Promise<Stopped | undefined> {
  return (
    (await verifyTokens(verification, links)) ??
    (await verifyNames(verification, links)) ??
    (await verifyDecisions(verification, links)) ??
    (await verifyMassRevocations(verification, links))
  );
}

async function verifyTokens(
  verification: Verification,
  links: readonly ProvedLink[],
): Promise<Stopped | undefined> {
  const issued = links.flatMap(({ row, payload }) =>
    (payload?.rows.tokens ?? []).map(([hash, digest, expiresAt]) => ({ row, hash, digest, expiresAt })),
  );
  const revoked = links.flatMap(({ row, payload }) =>
    (payload?.rows.revoked ?? []).map(([hash, at]) => ({ row, hash, at })),
  );
  const hashes = [...issued, ...revoked].map(({ hash }) => hash);
  const rows = await rowsByKey(verification, hashes, tokensByHash, 'hash');
  if (rows === undefined) return 'unavailable';
  for (const { row, hash, digest, expiresAt } of issued) {
    const token = rows.get(hash);
    if (token && storedTokenDigest(token) !== digest)
      return broken(row, 'the token that it issued was changed');
    if (token) continue;
    if (expiresAt > verification.now())
      return broken(row, 'the token that it issued lives, and its row is gone');
    verification.count.tokensGone += 1;
  }
  for (const { row, hash, at } of revoked) {
    const token = rows.get(hash);
    // Earlier is what a later event may have made of it; that one answers for the time (verify-coverage.ts).
    if (token && !(typeof token['revoked_at'] === 'number' && token['revoked_at'] <= at))
      return broken(row, 'the token that it revoked is not marked as revoked then');
  }
  return undefined;
}

/** A name stays when its token has gone, so that it is never given twice. */
async function verifyNames(
  verification: Verification,
  links: readonly ProvedLink[],
): Promise<Stopped | undefined> {
  const made = links.flatMap(({ row, payload }) =>
    (payload?.rows.made ?? []).map(([id, digest]) => ({ row, id, digest })),
  );
  const ids = made.map(({ id }) => id);
  const rows = await rowsByKey(verification, ids, madeTokensById, 'id');
  if (rows === undefined) return 'unavailable';
  for (const { row, id, digest } of made) {
    const name = rows.get(id);
    if (!name || storedMadeTokenDigest(name) !== digest)
      return broken(row, 'the name and maker of the token that it created were changed');
  }
  return undefined;
}

async function verifyDecisions(
  verification: Verification,
  links: readonly ProvedLink[],
): Promise<Stopped | undefined> {
  const taken = links.flatMap(({ row, payload }) =>
    (payload?.rows.decisions ?? []).map(([id, digest]) => ({ row, id, digest })),
  );
  const ids = taken.map(({ id }) => id);
  const rows = await rowsByKey(verification, ids, decisionsById, 'id');
  if (rows === undefined) return 'unavailable';
  const { options, now, full, count } = verification;
  const kept = (now() - options.retention.exchanges) * 1000;
  for (const { row, id, digest } of taken) {
    const decision = rows.get(id);
    if (decision && storedDecisionDigest(decision) !== digest)
      return broken(row, `its decision ${id} was changed`);
    if (decision) continue;
    if (row.time > kept && !full.decision) return broken(row, `its decision ${id} is gone`);
    count.decisionsGone += 1;
  }
  return undefined;
}

async function verifyMassRevocations(
  { reader, now }: Verification,
  links: readonly ProvedLink[],
): Promise<Stopped | undefined> {
  for (const { row, payload } of links) {
    for (const [organization, kind, value, before] of payload?.rows.massRevocations ?? []) {
      // As retention counts: no token of that time is live.
      if (before < now() - LONGEST_TOKEN_LIFE) continue;
      const rows = await readRows(reader, findMassRevocation(organization, kind, value));
      if (rows === undefined) return 'unavailable';
      const standing = Number(rows[0]?.['before'] ?? -1);
      if (standing < before) return broken(row, 'the mass revocation that it made is gone or was set back');
    }
  }
  return undefined;
}

/** What is found by its key, in as many look-ups as it takes. */
async function rowsByKey(
  { reader }: Verification,
  keys: readonly string[],
  find: (keys: readonly string[]) => Parameters<Verification['reader']['read']>[0],
  column: string,
): Promise<ReadonlyMap<string, Row> | undefined> {
  const found = new Map<string, Row>();
  for (let from = 0; from < keys.length; from += LOOKED_UP) {
    const rows = await readRows(reader, find(keys.slice(from, from + LOOKED_UP)));
    if (rows === undefined) return undefined;
    for (const row of rows) found.set(textOf(row, column), row);
  }
  return found;
}

/** For the other direction: mass revocations by what they are about. */
export function massRevocationName([organization, kind, value]: MassRevocationKey): string {
  return JSON.stringify([organization, kind, value]);
}
