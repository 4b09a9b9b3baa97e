import { headerKey, isIdentityHeader } from './header-key.ts';
import { operatedLines, type HeaderOperations } from './header-operations.ts';
import { endToEndLines, WEBSOCKET_UPGRADE, writableLines, type WritableLines } from './hop-by-hop.ts';
import type { Forwarded, HeaderLine } from './model.ts';
import { setsSessionCookie, withoutSessionCookie } from './session-cookie.ts';
import { TRACE_HEADERS, type TraceContext } from './trace-context.ts';

/**
 * What crosses the gateway. First everything that only we may say is removed from what came, in every spelling; then
 * it is said. The two never mix: nothing that came can remove, repeat or shape what we set (threat 9).
 */

export interface UpstreamHeadersInput {
  /** As received. */
  readonly headers: readonly HeaderLine[];
  /** `claimHeaderKeys` of all routes. */
  readonly claimHeaders: ReadonlySet<string>;
  /** Names of the headers that carried a value of ours; the upstream must not be able to use it elsewhere. */
  readonly spentCarriers: readonly string[];
  /** Plain name of the session cookie. */
  readonly sessionCookie: string;
  /** Address of the client. */
  readonly remoteAddress: string;
  /** What trusted proxies say of the request; absent when the peer is none. */
  readonly forwarded?: Forwarded;
  /** Scheme of the route's `from`. */
  readonly scheme: 'http' | 'https';
  /** The one Host header, as it came. */
  readonly host: string;
  /** `upstreamHost` of the route; absent: the transport sets that of the upstream. */
  readonly upstreamHost?: string | undefined;
  readonly requestId: string;
  /** What the route sets and removes; refused names have been refused ({@link headerOperationFaults}). */
  readonly operations?: HeaderOperations;
  /** Assertion and claim headers; none unless the route passes identity. */
  readonly identity: WritableLines;
  /** Of the request. Absent: nothing of a trace goes on. */
  readonly trace?: TraceContext;
  /** The request becomes a WebSocket. */
  readonly websocket: boolean;
}

/**
 * Dropped, and said by us: what a trusted proxy says of them has been read ({@link Forwarded}), and goes on in one
 * spelling, so that no two readers of it hear two stories; besides `Expect`, which is between the client and us
 * (RFC 9110 section 10.1.1): who reads the body answers it.
 */
const REPLACED: ReadonlySet<string> = new Set(['host', 'forwarded', 'x-real-ip', 'x-request-id', 'expect']);

/** Header lines for the upstream. */
export function upstreamHeaders(input: UpstreamHeadersInput): readonly HeaderLine[] {
  const { setRequest, removeRequest } = input.operations ?? {};
  // In this order: what the route sets can neither shape nor remove what we say.
  return [
    ...operatedLines(receivedLines(input), setRequest, removeRequest),
    ...writableLines(seenLines(input)),
    ...input.identity,
    ...(input.websocket ? WEBSOCKET_UPGRADE : []),
  ];
}

function receivedLines(input: UpstreamHeadersInput): readonly HeaderLine[] {
  const spent = new Set(input.spentCarriers.map(headerKey));
  const lines: HeaderLine[] = [];
  for (const { key, line } of endToEndLines(input.headers)) {
    if (REPLACED.has(key) || key.startsWith('x-forwarded')) continue;
    if (spent.has(key) || isIdentityHeader(key, input.claimHeaders)) continue;
    if (isOfAnotherTrace(key, input.trace)) continue;
    const [name, value] = line;
    const kept = key === 'cookie' ? withoutSessionCookie(value, input.sessionCookie) : value;
    if (kept !== undefined) lines.push([name, kept]);
  }
  // With what came, not with what is ours: a route may remove a trace before it leaves the house.
  if (input.trace) lines.push(...writableLines(input.trace.sets));
  return lines;
}

/** What cannot be read as a trace, or is said anew. */
function isOfAnotherTrace(key: string, trace: TraceContext | undefined): boolean {
  if (trace?.passes.includes(key)) return false;
  return TRACE_HEADERS.has(key) || trace?.sets.some(([name]) => name === key) === true;
}

/** What we say of the request itself. */
function seenLines(input: UpstreamHeadersInput): readonly HeaderLine[] {
  return [
    ...(input.upstreamHost === undefined ? [] : [['Host', input.upstreamHost] as const]),
    ...forwardedLines(input),
    ['X-Request-Id', input.requestId],
  ];
}

/** Where the request came from: what trusted proxies say, and for what they do not, what we see. */
function forwardedLines({
  remoteAddress,
  scheme,
  host,
  forwarded,
}: UpstreamHeadersInput): readonly HeaderLine[] {
  const seen: readonly HeaderLine[] = [
    ['X-Forwarded-For', forwarded?.for.join(', ') ?? remoteAddress],
    ['X-Forwarded-Proto', scheme],
    ['X-Forwarded-Host', host],
  ];
  if (!forwarded) return seen;
  const said = forwarded.lines;
  return [...seen.filter(([name]) => said.every(([other]) => other !== name)), ...said];
}

export interface DownstreamHeadersOptions {
  /** Plain name of the session cookie, which an upstream must not set (sessions are fixed that way, threat 17). */
  readonly sessionCookie: string;
  /** The answer is the 101 of a WebSocket. */
  readonly websocket: boolean;
  readonly operations?: HeaderOperations;
}

/** Header lines of the upstream's answer as the client gets them. */
export function downstreamHeaders(
  lines: readonly HeaderLine[],
  { sessionCookie, websocket, operations }: DownstreamHeadersOptions,
): readonly HeaderLine[] {
  const kept = endToEndLines(lines)
    .filter(({ key, line }) => key !== 'set-cookie' || !setsSessionCookie(line[1], sessionCookie))
    .map(({ line }) => line);
  const answered = operatedLines(kept, operations?.setResponse);
  return websocket ? [...answered, ...WEBSOCKET_UPGRADE] : answered;
}
