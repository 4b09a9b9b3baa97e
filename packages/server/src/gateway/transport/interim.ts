import type { IncomingMessage, ServerResponse } from 'node:http';
import { downstreamHeaders, headerKey, type HeaderLine, type HeaderOperations } from '@countersign/core';
import { flatList } from './request-head.ts';
import { inFrontOf } from './turn.ts';

/**
 * Interim answers of the upstream, such as 103 Early Hints: a proxy passes on what it has not asked for itself
 * (RFC 9110 section 15.2), to whoever speaks HTTP/1.1. They say what an answer may become; none of them may set
 * anything.
 */

/** Interim answers to one request that go on: an upstream must not fill a connection that nobody reads. */
export const MAX_INTERIM = 8;

/** They have no content, and a cookie would be set before there is an answer that sets it. */
const WITHHELD: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'set-cookie',
  'x-request-id',
]);

export interface InterimOptions {
  readonly sessionCookie: string;
  readonly operations?: HeaderOperations;
}

/** What of its lines goes on: nothing that the route will set in the answer. */
export function interimLines(
  received: readonly HeaderLine[],
  { sessionCookie, operations }: InterimOptions,
): readonly HeaderLine[] {
  const set = new Set(Object.keys(operations?.setResponse ?? {}).map(headerKey));
  return downstreamHeaders(received, { sessionCookie, websocket: false }).filter(([name]) => {
    const key = headerKey(name);
    return !WITHHELD.has(key) && !set.has(key);
  });
}

/** Passes interim answers to one request on. In front of an answer that waits for its turn they wait as well. */
export function createInterim(
  { httpVersion }: Pick<IncomingMessage, 'httpVersion'>,
  outgoing: ServerResponse,
  options: InterimOptions,
): (status: number, received: readonly HeaderLine[]) => void {
  let passed = 0;
  return (status, received) => {
    // One that switches protocols is none: nobody has asked for it here.
    if (httpVersion !== '1.1' || status === 101) return;
    // Before Node 24.18 there is no way to.
    if (passed >= MAX_INTERIM || !('writeInformation' in outgoing)) return;
    passed += 1;
    const lines = flatList(interimLines(received, options));
    inFrontOf(outgoing, () => outgoing.writeInformation(status, lines));
  };
}
