import { err, ok, type Result } from '@countersign/core';
import type { Clock, Logger, Metrics, Random } from '../adapters/ports.ts';
import type { Database, Unit, WriteFailure } from '../storage/port.ts';
import { issuedBy } from '../storage/repositories/covered-rows.ts';
import { findDecision, insertDecision, parseDecision } from '../storage/repositories/decisions.ts';
import { ID_BYTES, isId, newId, type IdPrefix } from './decision-id.ts';
import { boundedFacts, boundedRecord, decisionLogFields } from './decision-log.ts';
import { createDecisionRing, RING_BOUNDS, type RingBounds } from './decision-ring.ts';
import type { AuditEvent, DecisionRecord, UnverifiedFacts } from './model.ts';
import type { Decisions, StoredDecision } from './port.ts';
import { createRate } from './rate.ts';
import { sealEvent, SALT_BYTES } from './sealed-event.ts';

export interface DecisionsDeps {
  readonly database: Pick<Database, 'read' | 'write'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics?: Metrics;
  readonly ring?: RingBounds;
  /** Little room is left on the disk: what nobody has to have is not written any more. */
  readonly diskIsLow?: () => boolean;
}

/** A second: decisions in the ring; decisions stored of one issuer. A flood fills neither memory nor disk. */
export const RECORDED_PER_SECOND = 20;

const MAX_ISSUERS = 1000;

/** The trail of one process. */
export function createDecisions(deps: DecisionsDeps): Decisions {
  const { database, clock, random, diskIsLow = () => false } = deps;
  const ring = createDecisionRing(deps.ring ?? RING_BOUNDS);
  const storedOf = createRate(RECORDED_PER_SECOND, MAX_ISSUERS);
  const log = createDecisionLog(deps);
  const makeId = (prefix: IdPrefix): string => newId(prefix, clock.now(), random.bytes(ID_BYTES));

  /** Class (a): log and memory, both at the same bounded rate; beyond it a number on the next line. */
  const remember = (record: DecisionRecord, seen?: UnverifiedFacts): void => {
    if (!log.limited(record, seen)) return;
    ring.push({
      record: boundedRecord(record),
      ...(seen === undefined ? {} : { unverified: boundedFacts(seen) }),
    });
  };

  return {
    newId: () => makeId('dec'),
    unverified: remember,
    async refused(record) {
      const isLow = diskIsLow();
      if (isLow || !storedOf.take(record.issuer ?? '', clock.now())) {
        deps.metrics?.count('countersign_decisions_not_stored_total', { reason: isLow ? 'disk' : 'rate' });
        remember(record);
        return ok(undefined);
      }
      const written = await database.write([insertDecision(record)]);
      log.stored(record, written);
      return written.ok ? written : err('unavailable');
    },
    async acted(record, event: AuditEvent, more: Unit) {
      const rows = [...more, insertDecision(record)];
      const id = eventOf(record.id);
      const written = await database.write([...rows, sealEvent(id, event, rows, random.bytes(SALT_BYTES))]);
      log.stored(record, written);
      return written;
    },
    async changed(event, more) {
      const issued = issuedBy(more);
      const id = issued === undefined ? makeId('evt') : eventOf(issued);
      const written = await database.write([...more, sealEvent(id, event, more, random.bytes(SALT_BYTES))]);
      // A conflict is no failure: whoever asked finds it done already.
      if (!written.ok && written.error === 'unavailable') log.failed(id, written.error);
      return written;
    },
    passed: (record) => log.always(record),
    find: (id) => find(id, ring.find(id), database),
  };
}

/** The event has the number of its decision, and of the token it issues: from either the other is found by its key. */
function eventOf(decision: string): string {
  return `evt_${decision.slice('dec_'.length)}`;
}

async function find(
  id: string,
  remembered: StoredDecision | undefined,
  database: Pick<Database, 'read'>,
): Promise<Result<StoredDecision | undefined, 'unavailable'>> {
  if (remembered || !isId('dec', id)) return ok(remembered);
  const rows = await database.read(findDecision(id));
  if (!rows.ok) return rows;
  const [row] = rows.value;
  return ok(row && { record: parseDecision(row) });
}

interface DecisionLog {
  always(record: DecisionRecord): void;
  stored(record: DecisionRecord, written: Result<void, WriteFailure>): void;
  /** Of what was not recorded nothing has come about; at a bounded rate. */
  failed(id: string, reason: WriteFailure): void;
  /** At a bounded rate; false when it is to be left out, and has been counted. */
  limited(record: DecisionRecord, seen?: UnverifiedFacts): boolean;
}

function createDecisionLog({ logger, clock, diskIsLow = () => false }: DecisionsDeps): DecisionLog {
  const unproved = createRate(RECORDED_PER_SECOND, 1);
  const failures = createRate(RECORDED_PER_SECOND, 1);
  let unrecorded = 0;

  const always = (record: DecisionRecord): void =>
    logger.info(messageOf(record), () => decisionLogFields(record));
  const failed = (id: string, reason: WriteFailure): void => {
    if (!failures.take('', clock.now())) return;
    logger.warn('a decision could not be recorded', { decision: id, reason });
  };
  return {
    always,
    failed,
    stored(record, written) {
      // The line of a decision that was not recorded must not read as if it had been taken.
      if (written.ok) always(record);
      else failed(record.id, written.error);
    },
    limited(record, seen) {
      if (!unproved.take('', clock.now())) {
        unrecorded += 1;
        return false;
      }
      if (diskIsLow()) {
        // In memory it costs no disk; the line would.
        unrecorded += 1;
        return true;
      }
      const fields = decisionLogFields(record, seen);
      logger.info(messageOf(record), unrecorded === 0 ? fields : { ...fields, unrecorded });
      unrecorded = 0;
      return true;
    },
  };
}

function messageOf(record: DecisionRecord): string {
  return `${record.kind} ${record.effect === 'allow' ? 'allowed' : 'refused'}`;
}
