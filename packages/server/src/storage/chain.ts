import { hash } from 'node:crypto';
import type { SqlValue } from './port.ts';

/**
 * The audit chain, whatever engine it is kept in: each link holds the hash of the one before, so that none can be
 * changed or taken out without changing all that follow. One chain per writing process, because only whoever commits
 * knows the order; a writer's name is never used again. Hashes are base64url, as they are stored.
 */

/** `prev` of a writer's first link: 32 zero bytes. */
export const GENESIS = 'A'.repeat(43);

const HASH_BYTES = 32;
const PLACE_BYTES = 8;

/** SHA-256 of prev (32 bytes), writer (ASCII, one length for all), n (8 bytes, big-endian) and digest (32 bytes). */
export function linkHash(prev: string, writer: string, n: number, digest: string): string {
  const bytes = Buffer.alloc(2 * HASH_BYTES + PLACE_BYTES + writer.length);
  bytes.write(prev, 0, HASH_BYTES, 'base64url');
  bytes.write(writer, HASH_BYTES, 'latin1');
  bytes.writeBigUInt64BE(BigInt(n), HASH_BYTES + writer.length);
  bytes.write(digest, HASH_BYTES + writer.length + PLACE_BYTES, HASH_BYTES, 'base64url');
  return hash('sha256', bytes, 'base64url');
}

/** Where a chain ends. */
export interface Head {
  readonly n: number;
  readonly hash: string;
}

/** The chain of one writer, as it stands in the transaction under way. */
export interface Chain {
  head(): Head;
  /** Adds a link and gives the columns `writer`, `n`, `prev` and `hash` of its row. */
  append(digest: string): readonly SqlValue[];
  /** Takes back what was added since: a unit that is undone must leave no hole. */
  reset(head: Head): void;
}

export function createChain(writer: string): Chain {
  let head: Head = { n: 0, hash: GENESIS };
  return {
    head: () => head,
    append(digest) {
      const { hash: prev } = head;
      const n = head.n + 1;
      head = { n, hash: linkHash(prev, writer, n, digest) };
      return [writer, n, prev, head.hash];
    },
    reset(to) {
      head = to;
    },
  };
}
