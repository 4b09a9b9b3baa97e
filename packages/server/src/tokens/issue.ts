import { hash } from 'node:crypto';
import { formatOpaque, OPAQUE_RANDOM_BYTES, type TokenPrefix } from '@countersign/core';
import type { Random } from '../adapters/ports.ts';
import type { ChecksumRing } from '../keys/port.ts';

/**
 * Access tokens: made, presented, revoked. The value is given to its holder and to nobody else: everything that is
 * kept, logged or compared is its SHA-256. (A plain hash suffices: the value has 190 random bits, nobody can guess it.)
 */

/** A value that exists only here, and what will be known of it. */
export interface MintedToken {
  readonly value: string;
  readonly hash: Uint8Array;
}

export function mintToken(
  deps: { readonly random: Random; readonly checksums: ChecksumRing },
  prefix: TokenPrefix,
): MintedToken {
  const bytes = deps.random.bytes(OPAQUE_RANDOM_BYTES);
  const value = formatOpaque(prefix, bytes, (body) => deps.checksums.checksum(body));
  return { value, hash: hashOf(value) };
}

/** SHA-256 of a whole value: what the table and storage know it by. */
export function hashOf(value: string): Uint8Array {
  // As text, one character a byte: a buffer is allocated outside of the heap each time, which takes longer than to hash.
  const text = hash('sha256', value, 'binary');
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}
