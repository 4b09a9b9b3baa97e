import { isIP } from 'node:net';
import { parseHostHeader, type Forwarded, type HeaderLine } from '@countersign/core';

/**
 * Who the client is: the peer of the connection, or whom a trusted proxy names. Limits, records, policies and upstreams
 * hear of one address, and this is where it comes from. It must never believe a header that anybody but a trusted proxy
 * wrote: lists are read from the right, where the nearest proxy writes, and no further than the first stranger.
 */
export interface Client {
  /** Never a name and never empty, unless the peer has gone. */
  readonly address: string;
  /** What the trusted proxies say of the request; absent when the peer is none of them. */
  readonly forwarded?: Forwarded;
  /** A trusted proxy asks for itself: no address in what it says is a stranger's. */
  readonly asksForItself: boolean;
}

/** Proxies in a row that are looked through; a longer chain is a loop, or made up. */
const MAX_HOPS = 32;

/** Characters of a list that are looked at, from its end: what the nearest proxies wrote. */
const MAX_LIST = 4_096;

/** `rawHeaders` as node gives them: names and values in turn. `trusted`: whether an address is a trusted proxy. */
export function clientOf(
  peer: string,
  rawHeaders: readonly string[],
  trusted: (address: string) => boolean,
): Client {
  const nearest = plainAddress(peer);
  if (!trusted(nearest)) return { address: nearest, asksForItself: false };
  const chain = readChain(rawHeaders, trusted);
  // A chain without a stranger, or one that cannot be read, names nobody: then the proxy is who asks.
  const addresses = chain.ends === 'stranger' ? [...chain.addresses, nearest] : [nearest];
  return {
    address: addresses[0] ?? nearest,
    forwarded: { for: addresses, lines: keptLines(rawHeaders) },
    asksForItself: chain.ends === 'start',
  };
}

interface Chain {
  /** Client first. */
  readonly addresses: readonly string[];
  /** `start`: every address there is is a trusted proxy's. */
  readonly ends: 'stranger' | 'start' | 'unreadable';
}

function readChain(rawHeaders: readonly string[], trusted: (address: string) => boolean): Chain {
  const { entries, addressOf } = forwardedEntries(rawHeaders);
  const addresses: string[] = [];
  for (const entry of entries.toReversed()) {
    const address = addressOf(entry.trim());
    if (address === undefined) return { addresses: [], ends: 'unreadable' };
    addresses.unshift(address);
    if (!trusted(address)) return { addresses, ends: 'stranger' };
  }
  return { addresses, ends: entries.length < MAX_HOPS ? 'start' : 'unreadable' };
}

interface Entries {
  readonly entries: readonly string[];
  readonly addressOf: (entry: string) => string | undefined;
}

/**
 * `X-Forwarded-For`, which is what proxies write; `Forwarded` (RFC 7239) where there is none of it. Never both: a proxy
 * writes the one and may pass on whatever a client put into the other.
 */
function forwardedEntries(rawHeaders: readonly string[]): Entries {
  const list = valuesOf(rawHeaders, 'x-forwarded-for');
  if (list.length > 0) return { entries: lastEntries(list.join(',')), addressOf: addressIn };
  const elements = valuesOf(rawHeaders, 'forwarded');
  return {
    entries: elements.length === 0 ? [] : lastEntries(elements.join(',')),
    addressOf: addressInElement,
  };
}

function lastEntries(list: string): readonly string[] {
  const entries = list.slice(-MAX_LIST).split(',');
  // The first of a tail may be the end of another address: nobody can read it.
  if (list.length > MAX_LIST) entries[0] = '';
  return entries.slice(-MAX_HOPS);
}

/** An address, as some write it with a port (`192.0.2.1:80`, `[2001:db8::1]:80`). Not `unknown`, not `_hidden`. */
function addressIn(entry: string): string | undefined {
  const [, bracketed, dotted] = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::\d{1,5})?$/.exec(entry) ?? [];
  const address = plainAddress(bracketed ?? dotted ?? entry);
  return address.includes('%') || isIP(address) === 0 ? undefined : address;
}

/** RFC 7239 section 4: `token=value` pairs, a value being a token or a quoted string. */
const PAIR = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)|"([^"\\]*)")$/;

/** The address in `for=` of one element. Anything that is not the grammar of the whole element makes it unreadable. */
function addressInElement(element: string): string | undefined {
  let found: string | undefined;
  for (const text of element.split(';')) {
    const [, name, token, quoted] = PAIR.exec(text.trim()) ?? [];
    if (name === undefined) return undefined;
    if (name.toLowerCase() !== 'for') continue;
    if (found !== undefined) return undefined;
    found = token ?? quoted;
  }
  return found === undefined ? undefined : addressIn(found);
}

/** A dual-stack listener names IPv4 peers as `::ffff:192.0.2.1` (RFC 4291 section 2.5.5.2). */
function plainAddress(address: string): string {
  return /^::ffff:[0-9.]+$/i.test(address) ? address.slice('::ffff:'.length) : address;
}

/** What else a proxy says of the request that it got, and the form it has to have to be said again. */
const KEPT: readonly (readonly [name: string, isWellFormed: (value: string) => boolean])[] = [
  ['X-Forwarded-Proto', (value) => value === 'http' || value === 'https'],
  ['X-Forwarded-Host', (value) => parseHostHeader(value) !== undefined],
  ['X-Forwarded-Port', (value) => /^[1-9][0-9]{0,4}$/.test(value)],
  ['X-Forwarded-Prefix', (value) => /^(?:\/[A-Za-z0-9._~-]+)+$/.test(value)],
];

/** Only what came once: of two values the proxy wrote at most one. */
function keptLines(rawHeaders: readonly string[]): readonly HeaderLine[] {
  return KEPT.flatMap(([name, isWellFormed]): readonly HeaderLine[] => {
    const [value, ...others] = valuesOf(rawHeaders, name.toLowerCase());
    return value !== undefined && others.length === 0 && isWellFormed(value) ? [[name, value]] : [];
  });
}

/** In this spelling alone: what came as `X_Forwarded_For` no proxy has written. */
function valuesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? '');
  }
  return values;
}
