/**
 * Whether a request may go to another target after the first has failed. Only one of which no byte has left: whoever
 * repeats what may have arrived orders twice (RFC 9110 section 9.2.2 has the server decide whether that does harm, and
 * nobody has asked it).
 */
export interface FailedAttempt {
  readonly method: string;
  /** There was a connection, and the request was on its way to it. */
  readonly isSent: boolean;
  /** Something of the body has been read from the client: it cannot be sent a second time. */
  readonly isBodyRead: boolean;
  /** Code of the failure. */
  readonly cause: string;
}

/** RFC 9110 section 9.2.2. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** Codes of system and client library for a connection that could not be had. A certificate that does not verify is none. */
const NO_CONNECTION: ReadonlySet<string> = new Set([
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether there was no connection, and so no upstream that could have read anything. */
export function hadNoConnection({ isSent, cause }: Pick<FailedAttempt, 'isSent' | 'cause'>): boolean {
  return !isSent && NO_CONNECTION.has(cause);
}

export function mayRepeat(attempt: FailedAttempt): boolean {
  return IDEMPOTENT.has(attempt.method) && !attempt.isBodyRead && hadNoConnection(attempt);
}
