import type { Keys } from '../port.ts';
import { createSealingRing } from '../sealing-ring.ts';

/** The rings that seal what browsers carry, with secrets that are none. */
export const SEALING: Keys['sealing'] = {
  cookie: createSealingRing(new Uint8Array(32).fill(8), []),
  redirect: createSealingRing(new Uint8Array(32).fill(9), []),
};
