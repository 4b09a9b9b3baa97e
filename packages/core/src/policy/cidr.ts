import { err, ok, type Result } from '../result.ts';

/**
 * IP addresses and ranges, read by hand because `core` has no `node:net`. Strict on purpose: an octet with a leading
 * zero is octal to some and decimal to others, and a zone (`%eth0`) means nothing here; both are refused. An
 * IPv4-mapped IPv6 address IS its IPv4 address, so that `::ffff:10.0.0.1` does not slip past a rule on 10.0.0.0/8.
 */

/** 4 or 16 bytes. */
export type Address = readonly number[];

/** A range: all addresses of the same family that share the first `bits` bits. */
export interface Range {
  readonly address: Address;
  readonly bits: number;
}

/** Longest text of an address: eight groups, the last two dotted. */
const LONGEST = 45;
const MAPPED_BITS = 96;

/** The bytes of an address; 4 for IPv4 and for mapped IPv4; `undefined` when the text is no address. */
export function parseAddress(text: string): Address | undefined {
  const address = parseAnyFamily(text);
  return address !== undefined && isMapped(address) ? address.slice(12) : address;
}

/** Reads `ADDRESS/BITS`, or an address alone for itself. Bits of the address beyond `BITS` are ignored. */
export function parseRange(text: string): Result<Range, string> {
  const slash = text.indexOf('/');
  const address = parseAnyFamily(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return err('expected an IPv4 or IPv6 range such as 10.0.0.0/8');
  const width = address.length * 8;
  const bits = slash < 0 ? width : decimal(text.slice(slash + 1), width);
  if (bits === undefined) return err(`expected a prefix length of 0 to ${width} after "/"`);
  if (isMapped(address) && bits >= MAPPED_BITS)
    return ok({ address: address.slice(12), bits: bits - MAPPED_BITS });
  return ok({ address, bits });
}

/** Whether an address lies in a range. Families never mix: `::/0` holds no IPv4 address. */
export function inRange(address: Address, range: Range): boolean {
  if (address.length !== range.address.length) return false;
  for (let index = 0; index * 8 < range.bits; index += 1) {
    const kept = Math.min(8, range.bits - index * 8);
    const mask = (0xff << (8 - kept)) & 0xff;
    if ((((address[index] ?? 0) ^ (range.address[index] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}

function parseAnyFamily(text: string): Address | undefined {
  if (text.length > LONGEST) return undefined;
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

/** RFC 4291 section 2.5.5.2: ten zero bytes, two of ones, the IPv4 address. */
function isMapped(address: Address): boolean {
  return (
    address.length === 16 && address.every((byte, index) => index > 11 || byte === (index < 10 ? 0 : 0xff))
  );
}

function parseV4(text: string): Address | undefined {
  const octets = text.split('.').map((part) => decimal(part, 255));
  return octets.length === 4 && octets.every((octet) => octet !== undefined) ? octets : undefined;
}

function parseV6(text: string): Address | undefined {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const front = groups(head, tail === undefined);
  if (tail === undefined) return front?.length === 16 ? front : undefined;
  const back = groups(tail, true);
  if (front === undefined || back === undefined) return undefined;
  const zeros = 16 - front.length - back.length;
  // `::` stands for at least one group (RFC 4291 section 2.2).
  return zeros >= 2 ? [...front, ...Array.from({ length: zeros }, () => 0), ...back] : undefined;
}

/** Bytes of colon-separated groups; only the end of an address may be dotted. */
function groups(text: string, mayEndDotted: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (mayEndDotted && index === parts.length - 1 && part.includes('.')) {
      const dotted = parseV4(part);
      if (dotted === undefined) return undefined;
      bytes.push(...dotted);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return undefined;
      const group = Number.parseInt(part, 16);
      bytes.push(group >> 8, group & 0xff);
    }
  }
  return bytes;
}

function decimal(text: string, largest: number): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(text)) return undefined;
  const value = Number(text);
  return value <= largest ? value : undefined;
}
