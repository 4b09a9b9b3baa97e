import type { SessionsDeps } from '../sessions/deps.ts';
import type { Guesses } from './guesses.ts';
import type { Pace } from './pace.ts';
import type { Database } from '../storage/port.ts';

/**
 * Device authorization (RFC 8628): a program without a browser is let in by a person who has one. It must never be let in
 * by anything but a form that the person has sent, and its token is one of the session that did so: it ends with it.
 */
export interface DeviceDeps extends SessionsDeps {
  readonly database: Pick<Database, 'write'>;
  readonly pace: Pace;
  readonly guesses: Guesses;
}

/** Seconds that a program waits for its person. */
export const DEVICE_LIFE = 600;
