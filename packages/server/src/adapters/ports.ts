/**
 * What the server takes from the world, as interfaces: time, randomness, the log. The implementations beside this
 * file are chosen in `main.ts` alone.
 */

export interface Clock {
  /** Epoch milliseconds. Never goes back within a process. */
  now(): number;
}

export interface Random {
  /** Cryptographically secure bytes. */
  bytes(length: number): Uint8Array;
}

/** Fields are an allow-list by construction: callers name each one, nobody logs an object that came from outside. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Logger {
  debug(message: string, fields?: LogFields | LazyFields): void;
  info(message: string, fields?: LogFields | LazyFields): void;
  warn(message: string, fields?: LogFields | LazyFields): void;
  error(message: string, fields?: LogFields | LazyFields): void;
}

/** Asked only when the line is written: the hot path does not pay for a line that the level leaves out. */
export type LazyFields = () => LogFields;

/** What everything else is made of. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}
