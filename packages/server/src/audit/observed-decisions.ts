import type { Clock, Metrics, Tracing } from '../adapters/ports.ts';
import type { DecisionRecord } from './model.ts';
import type { Decisions } from './port.ts';

/**
 * Decisions as those see them who look on: every yes and every no comes by here, whichever entrance it was taken at, so
 * here they are counted, and exchanges get their span. Nothing that a caller said of itself goes on from here.
 */
export interface OnlookerDeps {
  readonly clock: Clock;
  readonly metrics?: Metrics;
  readonly tracing?: Tracing;
}

export function observeDecisions(decisions: Decisions, deps: OnlookerDeps): Decisions {
  if (!deps.metrics && !deps.tracing) return decisions;
  return {
    newId: () => decisions.newId(),
    find: (id) => decisions.find(id),
    changed: (event, more) => decisions.changed(event, more),
    unverified(record, seen) {
      const watched = watch(deps, record);
      decisions.unverified(watched.record, seen);
      watched.end(record);
    },
    async refused(record) {
      const watched = watch(deps, record);
      const stored = await decisions.refused(watched.record);
      watched.end(stored.ok ? record : unstored(record));
      return stored;
    },
    async acted(record, event, more) {
      const watched = watch(deps, record);
      const done = await decisions.acted(watched.record, event, more);
      // A conflict is no outcome yet: whoever meets one decides anew, and that decision comes by as well.
      const isOutcome = done.ok || done.error === 'unavailable';
      watched.end(isOutcome ? (done.ok ? record : unstored(record)) : undefined);
      return done;
    },
    passed(record) {
      count(deps, record);
      decisions.passed(record);
    },
  };
}

/** What the caller is told of a decision that could not be written. */
function unstored(record: DecisionRecord): DecisionRecord {
  return { ...record, effect: 'deny', code: 'server.storage' };
}

interface Watched {
  /** As a part of the trace that is recorded. */
  readonly record: DecisionRecord;
  /** `undefined`: nothing has come of it. */
  end(outcome: DecisionRecord | undefined): void;
}

/** A request at the gateway has its span there; an exchange has none before it is decided, and gets it for all its time. */
function watch(deps: OnlookerDeps, came: DecisionRecord): Watched {
  const { id, kind, time: at, issuerName } = came;
  const span = kind === 'exchange' ? deps.tracing?.begin({ kind, at }, { trace: came.trace }) : undefined;
  return {
    record: span?.trace ? { ...came, trace: span.trace } : came,
    end(outcome) {
      if (outcome) count(deps, outcome);
      const code = outcome?.code;
      span?.end({
        decision: id,
        ...(issuerName !== undefined && { issuer: issuerName }),
        ...(code && { code }),
      });
    },
  };
}

function count({ metrics, clock }: OnlookerDeps, record: DecisionRecord): void {
  if (!metrics) return;
  const { kind, effect, code = '', route = '', organization = '', issuer = '' } = record;
  const outcome = effect === 'allow' ? 'allowed' : 'refused';
  if (kind === 'gateway') {
    metrics.count('countersign_gateway_requests_total', { route, outcome, code });
    return;
  }
  metrics.count('countersign_exchanges_total', { organization, issuer, outcome, code });
  metrics.observe('countersign_exchange_seconds', (clock.now() - record.time) / 1000, { outcome });
}
