import type { IncomingMessage } from 'node:http';
import { headerKey, isIdentityHeader, type HeaderLine, type HeaderOperations } from '@countersign/core';

/**
 * Trailers of an answer, which come when its body is over. They go on to clients that have said they read them
 * (RFC 9110 section 6.5.1), and only those that nothing is decided by. Those of a request go nowhere: what comes after
 * the decision has not been decided on, and some readers lay trailers over the headers that were.
 */

/**
 * RFC 9110 section 6.5.1: what frames, routes, modifies, authenticates or says how to read the content; besides what a
 * reader who mixes both would do something with that was meant for a head.
 */
const NEVER: ReadonlySet<string> = new Set(
  [
    'connection content-length keep-alive te trailer transfer-encoding upgrade',
    'cache-control expect host max-forwards pragma range',
    'authentication-info authorization cookie set-cookie www-authenticate',
    'content-disposition content-encoding content-location content-range content-type',
    'age clear-site-data date expires location refresh retry-after vary warning',
    'content-security-policy forwarded link referrer-policy strict-transport-security',
    'x-content-type-options x-frame-options x-real-ip x-request-id',
  ].flatMap((names) => names.split(' ')),
);

const NEVER_BEGINNING = ['access-control-', 'cross-origin-', 'proxy-', 'x-forwarded'] as const;

/** Whether a field may stand behind the body. `operations`: what the route says of such a field stands in the head. */
function maySay(name: string, operations: HeaderOperations | undefined): boolean {
  const key = headerKey(name);
  if (NEVER.has(key) || NEVER_BEGINNING.some((beginning) => key.startsWith(beginning))) return false;
  if (isIdentityHeader(key, NO_CLAIM_HEADERS)) return false;
  return Object.keys(operations?.setResponse ?? {}).every((set) => headerKey(set) !== key);
}

/** Claims stand in requests alone. */
const NO_CLAIM_HEADERS: ReadonlySet<string> = new Set();

/** The lines of the trailers that go on. */
export function trailerLines(
  received: readonly HeaderLine[],
  operations?: HeaderOperations,
): readonly HeaderLine[] {
  return received.filter(([name]) => maySay(name, operations));
}

/** The line that announces them (RFC 9110 section 6.6.2), of the upstream's own announcement; none where none goes on. */
export function announcement(
  received: readonly HeaderLine[],
  operations?: HeaderOperations,
): readonly HeaderLine[] {
  const names = received
    .filter(([name]) => name.toLowerCase() === 'trailer')
    .flatMap(([, value]) => value.split(','))
    .map((name) => name.trim())
    .filter((name) => TOKEN.test(name) && maySay(name, operations));
  return names.length === 0 ? [] : [['Trailer', names.join(', ')]];
}

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Whether the client reads trailers. Of an answer without a body, and in HTTP/1.0, there is no place for them, and
 * node:http throws where they are announced all the same.
 */
export function takesTrailers({ headers, httpVersion, method }: IncomingMessage): boolean {
  if (httpVersion !== '1.1' || method === 'HEAD') return false;
  return String(headers['te'] ?? '')
    .split(',')
    .some((option) => /^\s*trailers\s*(?:;|$)/i.test(option));
}
