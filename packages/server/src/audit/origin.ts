import type { DecisionRecord } from './model.ts';

/** Whom a decision is asked by, in the words of its record, from the edge to the trail. */
export type Origin = Pick<DecisionRecord, 'remoteAddress' | 'trace'>;

/** Of whatever knows it among other things. */
export function originOf({ remoteAddress, trace }: Origin): Origin {
  return { remoteAddress, ...(trace && { trace }) };
}
