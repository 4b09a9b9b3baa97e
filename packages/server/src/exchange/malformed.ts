import type { DecisionRecord } from '../audit/model.ts';
import { originOf, type Origin } from '../audit/origin.ts';
import type { Decisions } from '../audit/port.ts';
import type { Clock } from '../adapters/ports.ts';
import type { Malformed } from '../http/parameter.ts';
import type { IdentifiedRefusal } from './model.ts';

/** Gives a refusal that came before any token was looked at its decision id, and records it as unproved. */
export function identify(
  deps: { readonly decisions: Decisions; readonly clock: Clock },
  origin: Origin,
  refusal: Malformed,
): IdentifiedRefusal {
  const record: DecisionRecord = {
    id: deps.decisions.newId(),
    time: deps.clock.now(),
    kind: 'exchange',
    effect: 'deny',
    code: refusal.code,
    determining: [],
    ...originOf(origin),
  };
  deps.decisions.unverified(record, {});
  return { code: refusal.code, decisionId: record.id, hint: refusal.hint };
}
