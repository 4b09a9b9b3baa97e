import type { IncomingMessage } from 'node:http';
import { traceContext, type HeaderLine, type RequestHead } from '@countersign/core';
import { clientOf } from '../../http/client-address.ts';
import { headerLines } from '../../http/header-lines.ts';

/**
 * From node:http to the words of the gateway. Header lines are taken raw: the merged `headers` object has already
 * dropped and joined repetitions, and what a decision does not see it cannot refuse. `trusted`: whether an address is a
 * trusted proxy.
 */
export function requestHead(incoming: IncomingMessage, trusted: (address: string) => boolean): RequestHead {
  const { address, forwarded } = clientOf(incoming.socket.remoteAddress ?? '', incoming.rawHeaders, trusted);
  const headers = headerLines(incoming.rawHeaders);
  const trace = traceContext(headers);
  return {
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    headers,
    remoteAddress: address,
    ...(forwarded && { forwarded }),
    ...(trace && { trace }),
  };
}

/** The flat list that node and undici take. */
export function flatList(lines: readonly HeaderLine[]): string[] {
  const flat: string[] = [];
  for (const [name, value] of lines) flat.push(name, value);
  return flat;
}

/**
 * Whether a request asks for a WebSocket (RFC 6455 section 4.1). Meant for node's `shouldUpgradeCallback`: any other
 * `Upgrade` is ignored, as RFC 9110 section 7.8 lets a server do, because some HTTP clients offer `h2c` unasked. In
 * HTTP/1.0 there is none (same section).
 */
export function isWebSocketUpgrade(incoming: IncomingMessage): boolean {
  const isWebSocket = incoming.headers.upgrade?.trim().toLowerCase() === 'websocket';
  return isWebSocket && incoming.method === 'GET' && incoming.httpVersion === '1.1' && !hasBody(incoming);
}

/** Whether a body follows the head (RFC 9112 section 6.3). */
export function hasBody(incoming: IncomingMessage): boolean {
  const { 'transfer-encoding': coding, 'content-length': length } = incoming.headers;
  return coding !== undefined || (length !== undefined && Number(length) !== 0);
}
