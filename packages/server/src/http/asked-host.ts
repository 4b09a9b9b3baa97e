import type { IncomingMessage } from 'node:http';
import { parseHostHeader, type HostAndPort } from '@countersign/core';

/**
 * Whom a request asks, and for what, before anything of it is believed. Two readers must never take one request for two:
 * what names no host, or two, is refused.
 */

/** Host and port of the request; `undefined` when it names none, or several. An absolute-form target is made relative. */
export function askedHost(incoming: IncomingMessage): HostAndPort | undefined {
  const authority = singleHost(incoming);
  const address = authority === undefined ? undefined : parseHostHeader(authority);
  return address && normalizeTarget(incoming, authority ?? '') ? address : undefined;
}

/** The one Host header; several make a request that two parties would route differently (RFC 9112 section 3.2). */
function singleHost(incoming: IncomingMessage): string | undefined {
  let found: string | undefined;
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    if (incoming.rawHeaders[at]?.toLowerCase() !== 'host') continue;
    if (found !== undefined) return undefined;
    found = incoming.rawHeaders[at + 1];
  }
  return found;
}

/** Turns an absolute-form target into origin-form when it names the same host; any other is refused. */
function normalizeTarget(incoming: IncomingMessage, authority: string): boolean {
  const target = incoming.url ?? '';
  if (target.startsWith('/')) return true;
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target);
  if (!absolute || absolute[1]?.toLowerCase() !== authority.toLowerCase()) return false;
  const rest = absolute[2] ?? '';
  incoming.url = rest.startsWith('/') ? rest : `/${rest}`;
  return true;
}

/**
 * Whether it is written in a version that we speak. The parser also takes `HTTP/0.9`, which has no head, and `HTTP/2.0`,
 * which has another frame: whoever writes one of them in this form means something else by it (RFC 9110 section 2.5).
 */
export function isSpoken({ httpVersion }: IncomingMessage): boolean {
  return httpVersion === '1.1' || httpVersion === '1.0';
}

/**
 * Whether a body is framed in a way that all parties read alike: by its length, or chunked and nothing else. The parser
 * drops any other coding in silence, and the upstream would get a body that still wears it (RFC 9112 section 6.1).
 */
export function isFramed({ headers, httpVersion }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding'];
  return coding === undefined || (coding.trim().toLowerCase() === 'chunked' && httpVersion === '1.1');
}

/**
 * Path and query of a target on the service host. A run of slashes before `api/` counts as one, there and nowhere
 * else: a client that joins a base URL with a final slash sends `//api/oauth/token`.
 */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = mark === -1 ? '' : target.slice(mark + 1);
  return { path: path.replace(/^\/+(?=api\/)/, '/'), query };
}
