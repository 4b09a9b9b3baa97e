import type { Row, SqlValue } from '../storage/port.ts';
import type { CoveredRows } from '../storage/repositories/covered-rows.ts';
import { massRevocationsPage, parseMassRevocation } from '../storage/repositories/mass-revocations.ts';
import { LOOKED_UP, textOf } from '../storage/repositories/look-up.ts';
import { decisionPage, eventPayloads, tokenPage } from '../storage/repositories/verification.ts';
import type { MassRevocation } from '../tokens/model.ts';
import type { Payload } from './sealed-event.ts';
import { readRows, type Stopped, type Verification } from './verify-model.ts';
import type { ProvedLink } from './verify-chain.ts';
import { massRevocationName } from './verify-rows.ts';

/**
 * From rows to events: no token, grant or revocation is there that no event answers for. Rows are read first and
 * events afterwards, since a row that can be read has been committed together with its event.
 */
export interface Coverage {
  /** What has to be met by an event until the chains have been walked. */
  meet(links: readonly ProvedLink[]): void;
  /** The first row that no event has met. */
  unmet(): Stopped | undefined;
}

/** A token that is marked as revoked: when, and the later of that and of when it was issued. */
interface Revocation {
  readonly at: SqlValue;
  readonly newest: number;
}

/** Rows whose event is not found by their own number; there are few, and they are kept in memory. */
const MAX_UNMET = 1_000_000;

/**
 * Looks up the event of every token and grant, and collects the revocations. `from`: number of the first event of a
 * chain; rows that are older cannot be covered.
 */
export async function verifyCoverage(
  verification: Verification,
  from: string,
): Promise<Coverage | { readonly stopped: Stopped }> {
  const revoked = new Map<string, Revocation>();
  const stopped =
    (await eachPage(verification, tokenPage, 'hash', (rows) =>
      verifyTokens(verification, from, rows, revoked),
    )) ??
    (await eachPage(verification, decisionPage, 'id', (rows) => verifyGrants(verification, from, rows)));
  if (stopped !== undefined) return { stopped };
  const massRevocations = new Map<string, number>();
  const failed = await readMassRevocations(verification, massRevocations);
  return failed === undefined ? coverage(verification, revoked, massRevocations) : { stopped: failed };
}

function coverage(
  verification: Verification,
  revoked: Map<string, Revocation>,
  massRevocations: Map<string, number>,
): Coverage {
  return {
    meet(links) {
      for (const { payload } of links) {
        for (const [hash, at] of payload?.rows.revoked ?? [])
          if (revoked.get(hash)?.at === at) revoked.delete(hash);
        for (const key of payload?.rows.massRevocations ?? []) {
          const name = massRevocationName(key);
          if (massRevocations.get(name) === key[3]) massRevocations.delete(name);
        }
      }
    },
    unmet() {
      for (const [token, { newest }] of revoked) {
        if (!isErased(verification, newest))
          return unnamed(`the token with hash ${token} is marked as revoked, and no event says so`);
      }
      for (const [name, before] of massRevocations) {
        if (!isErased(verification, before)) return unnamed(`no event made the mass revocation of ${name}`);
      }
      return undefined;
    },
  };
}

async function verifyTokens(
  verification: Verification,
  from: string,
  rows: readonly Row[],
  revoked: Map<string, Revocation>,
): Promise<Stopped | undefined> {
  const numberOf = (row: Row): string => textOf(row, 'exchange').slice('dec_'.length);
  const covered = rows.filter((row) => numberOf(row) >= from);
  verification.count.beforeTheChain += rows.length - covered.length;
  // Of before the chain: its revocation may be of before it too.
  for (const row of covered) {
    const at = row['revoked_at'] ?? null;
    if (at === null) continue;
    if (revoked.size >= MAX_UNMET) return unnamed('more tokens are marked as revoked than can be verified');
    revoked.set(textOf(row, 'hash'), { at, newest: Math.max(Number(at), Number(row['issued_at'])) });
  }
  const events = await readEvents(verification, covered.map(numberOf));
  if (events === undefined) return 'unavailable';
  const stranger = covered.find((row) => {
    const covering = events.get(numberOf(row));
    return covering !== 'erased' && !covering?.tokens?.some(([hash]) => hash === row['hash']);
  });
  return stranger && unnamed(`no event issued the token ${textOf(stranger, 'id')}`);
}

async function verifyGrants(
  verification: Verification,
  from: string,
  rows: readonly Row[],
): Promise<Stopped | undefined> {
  const numberOf = (row: Row): string => textOf(row, 'id').slice('dec_'.length);
  const grants = rows.filter(
    (row) => row['kind'] === 'exchange' && row['effect'] === 'allow' && numberOf(row) >= from,
  );
  const events = await readEvents(verification, grants.map(numberOf));
  if (events === undefined) return 'unavailable';
  const stranger = grants.find((row) => {
    const covering = events.get(numberOf(row));
    return covering !== 'erased' && !covering?.decisions?.some(([id]) => id === row['id']);
  });
  return stranger && unnamed(`no event was recorded with the decision ${textOf(stranger, 'id')}`);
}

/** What events with these numbers answer for; that they say what was chained is found on the walk. */
async function readEvents(
  { reader }: Verification,
  numbers: readonly string[],
): Promise<ReadonlyMap<string, CoveredRows | 'erased'> | undefined> {
  const rows = await readRows(reader, eventPayloads(numbers.map((number) => `evt_${number}`)));
  if (rows === undefined) return undefined;
  return new Map(
    rows.map((row) => [textOf(row, 'id').slice('evt_'.length), rowsOf(row['payload'] ?? null)] as const),
  );
}

function rowsOf(payload: Row[string]): CoveredRows | 'erased' {
  if (typeof payload !== 'string') return 'erased';
  try {
    return (JSON.parse(payload) as Payload).rows;
  } catch {
    // The walk finds it, and names the link.
    return 'erased';
  }
}

async function readMassRevocations(
  { reader }: Verification,
  into: Map<string, number>,
): Promise<Stopped | undefined> {
  let after: MassRevocation | undefined;
  do {
    const rows = await readRows(reader, massRevocationsPage(after, LOOKED_UP));
    if (rows === undefined) return 'unavailable';
    const page = rows.map(parseMassRevocation);
    for (const { organization, by, value, before } of page)
      into.set(massRevocationName([organization, by, value, before]), before);
    if (into.size > MAX_UNMET) return unnamed('there are more mass revocations than can be verified');
    after = page.length < LOOKED_UP ? undefined : page.at(-1);
  } while (after !== undefined);
  return undefined;
}

async function eachPage(
  { reader }: Verification,
  page: (after: string) => Parameters<Verification['reader']['read']>[0],
  key: string,
  verify: (rows: readonly Row[]) => Promise<Stopped | undefined>,
): Promise<Stopped | undefined> {
  let after = '';
  for (;;) {
    const rows = await readRows(reader, page(after));
    if (rows === undefined) return 'unavailable';
    const last = rows.at(-1);
    if (last === undefined) return undefined;
    const stopped = await verify(rows);
    if (stopped !== undefined) return stopped;
    after = textOf(last, key);
  }
}

/** What an event of that time (epoch seconds) said may have been erased, and then cannot answer for a row. */
function isErased({ options, now }: Verification, at: number): boolean {
  return at < now() - options.retention.audit;
}

function unnamed(what: string): Stopped {
  return { broken: { what } };
}
