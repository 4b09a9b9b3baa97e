import { ID_BYTES, newId, type IdPrefix } from '../../audit/decision-id.ts';

const FIRST = new Uint8Array(ID_BYTES);
const LAST_TIME = 2 ** 48 - 1;

/** The id before every one that is made at this time (epoch milliseconds) or later: where a range of ids begins or ends. */
export function idBound(prefix: IdPrefix, time: number): string {
  return newId(prefix, Math.floor(Math.min(LAST_TIME, Math.max(0, time))), FIRST);
}
