import type { Reader } from '../storage/port.ts';
import { firstChainedEvent, nextWriter } from '../storage/repositories/audit-events.ts';
import { countRows } from '../storage/repositories/sweep.ts';
import { unchainedEvents } from '../storage/repositories/verification.ts';
import { walkChain } from './verify-chain.ts';
import { verifyGivenCheckpoints, verifyStoredCheckpoints, type Verified } from './verify-checkpoints.ts';
import { verifyCoverage } from './verify-coverage.ts';
import { verifyIdentities } from './verify-identities.ts';
import { verifyObjects, verifyPolicyDocuments } from './verify-objects.ts';
import {
  readRows,
  type AuditVerdict,
  type Stopped,
  type Verification,
  type VerifyOptions,
} from './verify-model.ts';
import { verifySessions } from './verify-sessions.ts';
import { verifyCoveredRows } from './verify-rows.ts';

/**
 * Verifies the trail, with the server running or not: it only reads, in short pages. It says what is proved and what
 * is not, and must never take what is missing for what was never there.
 */
export type { AuditVerdict, VerifyOptions } from './verify-model.ts';

/** Rows by which a table that retention keeps at its bound may be below it. */
const SLACK = 0.9;

export async function verifyAudit(reader: Reader, options: VerifyOptions): Promise<AuditVerdict> {
  try {
    return await verify(reader, options);
  } catch (error) {
    // Elsewhere a row that this program cannot have written is a fault; here it is the finding.
    if (error instanceof Error && error.message.startsWith('storage: '))
      return verdictOf({ broken: { what: error.message } });
    throw error;
  }
}

async function verify(reader: Reader, options: VerifyOptions): Promise<AuditVerdict> {
  const verification = await begin(reader, options);
  if (verification === undefined) return verdictOf('unavailable');
  const stopped = await verifyChains(verification);
  if (stopped !== undefined) return verdictOf(stopped);
  const stored = await verifyStoredCheckpoints(verification);
  if ('stopped' in stored) return verdictOf(stored.stopped);
  const given: Verified =
    options.since === undefined ? { newest: 0 } : await verifyGivenCheckpoints(verification, options.since);
  if ('stopped' in given) return verdictOf(given.stopped);
  const { events, erased, writers, checkpoints } = verification.count;
  return {
    ok: true,
    events,
    erased,
    writers,
    checkpoints,
    ...(given.newest === 0 ? {} : { provenUpTo: timeText(given.newest) }),
    ...(stored.newest === 0 ? {} : { signedUpTo: timeText(stored.newest) }),
    notes: notesOf(verification, stored.newest),
  };
}

async function begin(reader: Reader, options: VerifyOptions): Promise<Verification | undefined> {
  const audit = await readRows(reader, countRows('audit'));
  const decision = await readRows(reader, countRows('decision'));
  if (audit === undefined || decision === undefined) return undefined;
  const began = performance.now();
  const atLeast = Math.floor(options.retention.rows * SLACK);
  return {
    reader,
    options,
    now: () => options.now + Math.floor((performance.now() - began) / 1000),
    full: {
      audit: Number(audit[0]?.['rows']) >= atLeast,
      decision: Number(decision[0]?.['rows']) >= atLeast,
    },
    cut: new Map(),
    count: {
      events: 0,
      erased: 0,
      writers: 0,
      checkpoints: 0,
      unknownKeys: 0,
      tokensGone: 0,
      decisionsGone: 0,
      'links cut': 0,
      beforeTheChain: 0,
    },
  };
}

async function verifyChains(verification: Verification): Promise<Stopped | undefined> {
  const { reader, count } = verification;
  const first = await readRows(reader, firstChainedEvent());
  if (first === undefined) return 'unavailable';
  const firstEvent = String(first[0]?.['id'] ?? '');
  const outside = await verifyNothingOutside(verification, firstEvent);
  if (outside !== undefined) return outside;
  // Before the first event of a chain nothing is covered; without any event, nothing is.
  const from = firstEvent === '' ? '~' : firstEvent.slice('evt_'.length);
  const coverage = await verifyCoverage(verification, from);
  if ('stopped' in coverage) return coverage.stopped;
  const objects = await verifyObjects(verification);
  if ('stopped' in objects) return objects.stopped;
  const identities = await verifyIdentities(verification);
  if ('stopped' in identities) return identities.stopped;
  const sessions = await verifySessions(verification);
  if ('stopped' in sessions) return sessions.stopped;
  const documents = await verifyPolicyDocuments(verification);
  if (documents !== undefined) return documents;
  for (let writer = ''; ; count.writers += 1) {
    const next = await readRows(reader, nextWriter(writer));
    if (next === undefined) return 'unavailable';
    const name = next[0]?.['writer'];
    if (typeof name !== 'string')
      return coverage.unmet() ?? objects.unmet() ?? identities.unmet() ?? sessions.unmet();
    writer = name;
    const stopped = await walkChain(verification, writer, (links) => {
      coverage.meet(links);
      objects.meet(links);
      identities.meet(links);
      sessions.meet(links);
      return verifyCoveredRows(verification, links);
    });
    if (stopped !== undefined) return stopped;
  }
}

/** Since the chains began every event is in one; an event that is in none was taken out, or put in. */
async function verifyNothingOutside({ reader }: Verification, first: string): Promise<Stopped | undefined> {
  const rows = await readRows(reader, unchainedEvents());
  if (rows === undefined) return 'unavailable';
  const last = rows[0]?.['last'];
  if (typeof last !== 'string' || first === '' || last < first) return undefined;
  return { broken: { event: last, what: 'it is in no chain' } };
}

function notesOf({ options, count }: Verification, signed: number): readonly string[] {
  const notes: string[] = [];
  const note = (number: number, text: string): void => {
    if (number > 0) notes.push(`${number} ${text}`);
  };
  if (options.since === undefined) {
    notes.push(
      'No checkpoint from elsewhere was given: whoever can write to the database could have cut the newest events, with their rows and checkpoints, and this would not show it.',
    );
  }
  if (signed === 0) {
    notes.push(
      'No stored checkpoint is signed by a key that is known: the chains could have been written anew.',
    );
  }
  note(
    count.erased,
    'events were erased by retention: that they were recorded is proved, not what they said.',
  );
  note(
    count['links cut'],
    'links at the beginning of chains were taken by retention; nothing is proved of them.',
  );
  note(count.tokensGone, 'tokens that have ended are not stored any more.');
  note(count.decisionsGone, 'decisions are older than retention keeps them.');
  note(count.beforeTheChain, 'tokens are older than the chains, and not covered by any.');
  note(
    count.unknownKeys,
    'stored checkpoints are signed by keys that are not known any more, and prove nothing.',
  );
  return notes;
}

function verdictOf(stopped: Stopped): AuditVerdict {
  if (stopped === 'unavailable') return { ok: false, error: 'unavailable' };
  return { ok: false, broken: stopped.broken };
}

function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
