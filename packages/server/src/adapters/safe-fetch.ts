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
 * Fetches a document of an issuer: a URL that an administrator wrote, or that such a document named. It must never
 * reach what the caller could not reach anyway: no redirects, no private addresses unless they were opened, no second
 * resolution between check and connection, no answer without end. Each fetch has a connection of its own, so that
 * nothing that one issuer is trusted with is ever used for another.
 */
export type SafeFetch = (
  url: string,
  limits: FetchLimits,
  trust?: ServerTrust,
) => Promise<Result<Buffer, FetchFailure>>;

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
    const fetched = await fetchUrl(findPath, url, limits, trust, sight);
    const end = fetched.ok ? { bytes: fetched.value.length } : { failure: fetched.error };
    options.observe?.({ ...sight, ...end });
    return fetched;
  };
}

type Sight = { -readonly [Member in keyof FetchSight]: FetchSight[Member] };

type Fetched = Result<Buffer, FetchFailure>;

async function fetchUrl(
  findPath: FindPath,
  text: string,
  limits: FetchLimits,
  trust: ServerTrust,
  sight: Sight,
): Promise<Fetched> {
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
    const fetched = await get(url, path.value, socket.value, { size: limits.size, signal, sight });
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

interface GetOptions {
  readonly size: number;
  readonly signal: AbortSignal;
  readonly sight: Sight;
}

function get(
  url: URL,
  { proxy }: Path,
  socket: Socket,
  { size, signal, sight }: GetOptions,
): Promise<Fetched> {
  const isSecure = url.protocol === 'https:';
  const request: RequestOptions = {
    signal,
    createConnection: () => socket,
    maxHeaderSize: MAX_HEADERS,
    headers: {
      // Node would leave out port 80 and write 443, since it has not made the connection.
      host: url.host,
      accept: 'application/json',
      'accept-encoding': 'identity',
      // Inside a tunnel the proxy is out of reach, and its credentials are nobody's business.
      ...(proxy && !isSecure ? proxyHeaders(proxy) : {}),
    },
    ...(proxy && !isSecure ? { path: url.href } : {}),
  };
  return new Promise((resolve) => {
    const outgoing = (isSecure ? httpsRequest : httpRequest)(url, request);
    outgoing.on('error', () => resolve(err(signal.aborted ? 'time' : 'connection')));
    let answered = false;
    // An unasked upgrade (101) closes the request without an error and without a response.
    outgoing.on('close', () => answered || resolve(err('connection')));
    outgoing.on('response', (incoming) => {
      answered = true;
      sight.status = incoming.statusCode ?? 0;
      void readAnswer(incoming, size).then((answer) => {
        resolve(!answer.ok && signal.aborted ? err('time') : answer);
        outgoing.destroy();
      });
    });
    outgoing.end();
  });
}

async function readAnswer(incoming: IncomingMessage, size: number): Promise<Fetched> {
  const status = incoming.statusCode ?? 0;
  // A redirect leads to an address that nobody checked and to keys that the issuer did not publish at its own name.
  if (status >= 300 && status < 400) return err('redirect');
  if (status !== 200) return err(status === 404 ? 'absent' : 'status');
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
  return ok(Buffer.concat(chunks, length));
}
