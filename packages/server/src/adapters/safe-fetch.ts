import { lookup } from 'node:dns/promises';
import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { err, ok, type Result } from '@countersign/core';
import { classifyAddress, type AddressClass } from './special-purpose-address.ts';

/**
 * Fetches a document of an issuer: a URL that an administrator wrote, or that such a document named. It must never
 * reach what the caller could not reach anyway: no redirects, no private addresses unless they were opened, no second
 * resolution between check and connection, no answer without end.
 */
export type SafeFetch = (url: string, limits: FetchLimits) => Promise<Result<Buffer, FetchFailure>>;

export interface FetchLimits {
  /** Bytes of the body. */
  readonly size: number;
  /** Milliseconds from the call to the last byte, name resolution included. */
  readonly time: number;
}

/** What went wrong, in one word of ours: nothing that the other side said is repeated. */
export type FetchFailure =
  | 'url'
  | 'name'
  | 'address'
  | 'connection'
  | 'time'
  | 'redirect'
  | 'status'
  | 'encoding'
  | 'size';

type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>;

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export interface SafeFetchOptions {
  /** Opens loopback and private ranges, and `http:` on loopback. Metadata services stay closed. */
  readonly allowPrivate: boolean;
  /** PEM of certificate authorities to trust instead of the built-in ones. */
  readonly ca?: string;
  readonly resolve?: Resolve;
}

const MAX_URL = 2048;
const MAX_ADDRESSES = 32;
const MAX_HEADERS = 16_384;

/** A GET that answers 200 with a plain body, or a failure; never throws. */
export function createSafeFetch(options: SafeFetchOptions): SafeFetch {
  const resolve = options.resolve ?? ((host) => lookup(host, { all: true, verbatim: true }));
  // `rejectUnauthorized` is written out so that NODE_TLS_REJECT_UNAUTHORIZED=0 cannot switch certificates off.
  const agent = new HttpsAgent({
    keepAlive: false,
    maxCachedSessions: 0,
    rejectUnauthorized: true,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  return async (text, limits) => {
    const url = parseFetchUrl(text);
    if (!url) return err('url');
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), limits.time);
    try {
      const addresses = await withinTime(resolveHost(url, resolve), deadline.signal);
      if (!addresses.ok) return addresses;
      if (
        !addresses.value.every(({ address }) =>
          mayConnect(url, classifyAddress(address), options.allowPrivate),
        )
      )
        return err('address');
      return await get(url, addresses.value, limits.size, deadline.signal, agent);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Absolute `https:` or `http:`, without credentials or fragment, and without anything that a parser would repair. */
export function parseFetchUrl(text: string): URL | undefined {
  // WHATWG parsing drops tabs and line breaks and turns `\` into `/`: a URL that needs it was not meant for us.
  if (text.length > MAX_URL || !/^https?:\/\/(?!\/)[\x21-\x5b\x5d-\x7e]+$/.test(text)) return undefined;
  if (text.includes('#') || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.username === '' && url.password === '' ? url : undefined;
}

function mayConnect(url: URL, address: AddressClass, allowPrivate: boolean): boolean {
  if (url.protocol === 'http:') return allowPrivate && address === 'loopback';
  return address === 'public' || (allowPrivate && (address === 'loopback' || address === 'private'));
}

type Addresses = Result<readonly ResolvedAddress[], FetchFailure>;

async function resolveHost(url: URL, resolve: Resolve): Promise<Addresses> {
  // `new URL` has already turned 2130706433, 0x7f.1 and 017700000001 into dotted form.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  if (family !== 0) return ok([{ address: host, family }]);
  try {
    const addresses = await resolve(host);
    return addresses.length === 0 || addresses.length > MAX_ADDRESSES ? err('name') : ok(addresses);
  } catch {
    return err('name');
  }
}

/** A resolver cannot be told to stop; it can be left behind. */
function withinTime(resolving: Promise<Addresses>, signal: AbortSignal): Promise<Addresses> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => resolve(err('time')), { once: true });
    resolving.then(resolve, reject);
  });
}

type Fetched = Result<Buffer, FetchFailure>;

function get(
  url: URL,
  addresses: readonly ResolvedAddress[],
  size: number,
  signal: AbortSignal,
  agent: HttpsAgent,
): Promise<Fetched> {
  const request: RequestOptions = {
    signal,
    // The addresses that were checked are the ones that are connected to: a second answer of the resolver (DNS
    // rebinding) is never asked for. `Host`, SNI and the certificate check keep the name.
    lookup: pinned(addresses),
    maxHeaderSize: MAX_HEADERS,
    headers: { accept: 'application/json', 'accept-encoding': 'identity' },
  };
  return new Promise((resolve) => {
    const outgoing: ClientRequest =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...request, agent })
        : httpRequest(url, { ...request, agent: false });
    outgoing.on('error', () => resolve(err(signal.aborted ? 'time' : 'connection')));
    let answered = false;
    // An unasked upgrade (101) closes the request without an error and without a response.
    outgoing.on('close', () => answered || resolve(err('connection')));
    outgoing.on('response', (incoming) => {
      answered = true;
      void readAnswer(incoming, size).then((answer) => {
        resolve(!answer.ok && signal.aborted ? err('time') : answer);
        outgoing.destroy();
      });
    });
    outgoing.end();
  });
}

function pinned(addresses: readonly ResolvedAddress[]): LookupFunction {
  const [first] = addresses;
  return (_host, options, answer) => {
    if (options.all === true) answer(null, [...addresses]);
    else answer(null, first?.address ?? '', first?.family);
  };
}

async function readAnswer(incoming: IncomingMessage, size: number): Promise<Fetched> {
  const status = incoming.statusCode ?? 0;
  // A redirect leads to an address that nobody checked and to keys that the issuer did not publish at its own name.
  if (status >= 300 && status < 400) return err('redirect');
  if (status !== 200) return err('status');
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
