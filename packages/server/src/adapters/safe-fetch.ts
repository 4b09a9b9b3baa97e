import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { err, ok, type Result } from '@countersign/core';
import { connectAlong } from './checked-connection.ts';
import {
  pathFinder,
  type CheckedAddress,
  type FindPath,
  type Path,
  type PathOptions,
} from './checked-path.ts';
import { proxyHeaders } from './forward-proxy.ts';
import type { SeenCertificate, ServerTrust } from './server-certificate.ts';

/**
 * Asks an issuer or an identity provider: at a URL that an administrator wrote, or that such a document named. It must never
 * reach what the caller could not reach anyway: no redirects, no private addresses unless they were opened, no second
 * resolution between check and connection, no answer without end. Each fetch has a connection of its own, so that
 * nothing that one issuer is trusted with is ever used for another.
 */
export type SafeFetch = (
  url: string,
  limits: FetchLimits,
  trust?: ServerTrust,
) => Promise<Result<Buffer, FetchFailure>>;

/** The same for endpoints of an identity provider, which are told something and answer with a status of their own. */
export type SafeCall = (
  url: string,
  call: Call,
  limits: FetchLimits,
) => Promise<Result<CallAnswer, FetchFailure>>;

export interface Call {
  /** Lower-case names: `authorization`, `accept`. They may hold a secret; it goes to the host that was checked and no other. */
  readonly headers?: Readonly<Record<string, string>>;
  /** application/x-www-form-urlencoded: then it is a POST. */
  readonly form?: string;
  /** Statuses besides 200 whose body says something (RFC 6749 section 5.2). */
  readonly alsoReads?: readonly number[];
}

export interface CallAnswer {
  readonly status: number;
  /** As it came; empty when it did not. */
  readonly contentType: string;
  readonly body: Buffer;
}

export interface FetchLimits {
  /** Bytes of the body. */
  readonly size: number;
  /** Milliseconds from the call to the last byte, name resolution included. */
  readonly time: number;
}

/** What went wrong, in one word of ours: nothing that the other side said is repeated. `absent` is 404. */
export type FetchFailure =
  | 'url'
  | 'name'
  | 'address'
  | 'proxy'
  | 'connection'
  | 'certificate'
  | 'time'
  | 'redirect'
  | 'absent'
  | 'status'
  | 'encoding'
  | 'size';

export interface SafeFetchOptions extends PathOptions {
  /** Is told of every fetch when it is over. */
  readonly observe?: (sight: FetchSight) => void;
}

/** What a fetch has seen, as far as it came. */
export interface FetchSight {
  readonly url: string;
  readonly addresses: readonly CheckedAddress[];
  readonly certificate?: SeenCertificate;
  readonly status?: number;
  /** Of the body, when it was taken. */
  readonly bytes?: number;
  readonly failure?: FetchFailure;
}

const MAX_URL = 2048;
const MAX_HEADERS = 16_384;

/** A GET that answers 200 with a plain body, or a failure; never throws. */
export function createSafeFetch(options: SafeFetchOptions): SafeFetch {
  const findPath = pathFinder(options);
  return async (url, limits, trust = {}) => {
    const sight: Sight = { url, addresses: [] };
    const fetched = await fetchUrl(findPath, url, { ...limits, trust, sight, call: {} });
    const end = fetched.ok ? { bytes: fetched.value.body.length } : { failure: fetched.error };
    options.observe?.({ ...sight, ...end });
    return fetched.ok ? ok(fetched.value.body) : fetched;
  };
}

/** A GET, or a POST of a form, under the same checks; never throws. */
export function createSafeCall(options: PathOptions): SafeCall {
  const findPath = pathFinder(options);
  return (url, call, limits) =>
    fetchUrl(findPath, url, { ...limits, trust: {}, sight: { url, addresses: [] }, call });
}

type Sight = { -readonly [Member in keyof FetchSight]: FetchSight[Member] };

type Fetched = Result<CallAnswer, FetchFailure>;

interface Fetching extends FetchLimits {
  readonly trust: ServerTrust;
  readonly sight: Sight;
  readonly call: Call;
}

async function fetchUrl(findPath: FindPath, text: string, fetching: Fetching): Promise<Fetched> {
  const { trust, sight, ...limits } = fetching;
  const url = parseFetchUrl(text);
  if (!url) return err('url');
  const deadline = new AbortController();
  const { signal } = deadline;
  const timer = setTimeout(() => deadline.abort(), limits.time);
  try {
    const path = await findPath(url, signal, (addresses) => (sight.addresses = addresses));
    if (!path.ok) return path;
    const onCertificate = (certificate: SeenCertificate) => (sight.certificate = certificate);
    const socket = await connectAlong(path.value, url, { trust, signal, onCertificate });
    if (!socket.ok) return err(signal.aborted ? 'time' : socket.error);
    const fetched = await request(url, path.value, socket.value, { ...fetching, signal });
    socket.value.destroy();
    return fetched;
  } finally {
    clearTimeout(timer);
  }
}

/** Absolute `https:` or `http:`, without credentials or fragment, and without anything that a parser would repair. */
export function parseFetchUrl(text: string): URL | undefined {
  // WHATWG parsing drops tabs and line breaks and turns `\` into `/`: a URL that needs it was not meant for us.
  if (text.length > MAX_URL || !/^https?:\/\/(?!\/)[\x21-\x5b\x5d-\x7e]+$/.test(text)) return undefined;
  if (text.includes('#') || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.username === '' && url.password === '' ? url : undefined;
}

function request(
  url: URL,
  { proxy }: Path,
  socket: Socket,
  { size, signal, sight, call }: Fetching & { readonly signal: AbortSignal },
): Promise<Fetched> {
  const isSecure = url.protocol === 'https:';
  const options: RequestOptions = {
    signal,
    method: call.form === undefined ? 'GET' : 'POST',
    createConnection: () => socket,
    maxHeaderSize: MAX_HEADERS,
    headers: {
      accept: 'application/json',
      ...call.headers,
      ...formHeaders(call),
      // Node would leave out port 80 and write 443, since it has not made the connection.
      host: url.host,
      'accept-encoding': 'identity',
      // Inside a tunnel the proxy is out of reach, and its credentials are nobody's business.
      ...(proxy && !isSecure ? proxyHeaders(proxy) : {}),
    },
    ...(proxy && !isSecure ? { path: url.href } : {}),
  };
  return new Promise((resolve) => {
    const outgoing = (isSecure ? httpsRequest : httpRequest)(url, options);
    outgoing.on('error', () => resolve(err(signal.aborted ? 'time' : 'connection')));
    let answered = false;
    // An unasked upgrade (101) closes the request without an error and without a response.
    outgoing.on('close', () => answered || resolve(err('connection')));
    outgoing.on('response', (incoming) => {
      answered = true;
      sight.status = incoming.statusCode ?? 0;
      void readAnswer(incoming, size, call.alsoReads).then((answer) => {
        resolve(!answer.ok && signal.aborted ? err('time') : answer);
        outgoing.destroy();
      });
    });
    outgoing.end(call.form);
  });
}

function formHeaders({ form }: Call): Readonly<Record<string, string | number>> {
  if (form === undefined) return {};
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(form),
  };
}

async function readAnswer(
  incoming: IncomingMessage,
  size: number,
  alsoReads: readonly number[] = [],
): Promise<Fetched> {
  const status = incoming.statusCode ?? 0;
  // A redirect leads to an address that nobody checked and to keys that the issuer did not publish at its own name.
  if (status >= 300 && status < 400) return err('redirect');
  if (status !== 200 && !alsoReads.includes(status)) return err(status === 404 ? 'absent' : 'status');
  // Compression was declined; a bomb does not ask.
  if ((incoming.headers['content-encoding'] ?? 'identity') !== 'identity') return err('encoding');
  if (Number(incoming.headers['content-length'] ?? 0) > size) return err('size');
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > size) return err('size');
      chunks.push(chunk);
    }
  } catch {
    return err('connection');
  }
  const contentType = incoming.headers['content-type'] ?? '';
  return ok({ status, contentType, body: Buffer.concat(chunks, length) });
}
