import type { identify } from '../exchange/malformed.ts';
import type { Snapshot } from '../snapshot/model.ts';
import type { FailureLimit } from './failure-limit.ts';
import type { Answer, ServiceRequest } from './message.ts';
import { refuseMalformed } from './refuse-malformed.ts';

/** What the token endpoints share: who has failed too often is refused before anything is read or verified. */

type OverLimitDeps = Parameters<typeof identify>[0] & {
  readonly snapshot: () => Snapshot;
  readonly failures: FailureLimit;
};

/** The 429 of an address that is over its limit. It counts nothing: waiting has to help. */
export function refuseOverLimit(deps: OverLimitDeps, request: ServiceRequest): Answer | undefined {
  const wait = deps.failures.wait(request.remoteAddress);
  if (wait === 0) return undefined;
  return refuseMalformed(deps, request, { code: 'limit.rate', hint: [] }, { 'retry-after': String(wait) });
}

/** Counts an answer that blames the client. Our own faults (5xx) are nobody's failure. */
export function countFailure(
  failures: FailureLimit,
  { remoteAddress }: ServiceRequest,
  answer: Answer,
): Answer {
  if (answer.status >= 400 && answer.status < 500) failures.failed(remoteAddress);
  return answer;
}
