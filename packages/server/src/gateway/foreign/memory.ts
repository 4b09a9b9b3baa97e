import { hashOf } from '../../tokens/issue.ts';
import { createBoundedCache } from '../bounded-cache.ts';
import type { Recognised } from './model.ts';

/**
 * What is remembered of foreign tokens, by their SHA-256: which session one has, or for a short while that it has none.
 * Forgetting costs a verification and nothing else. The two are apart, so that a flood of bad ones pushes out no good one.
 */
export interface Memory {
  known(key: string): Known | undefined;
  remember(key: string, known: Known): void;
  /** What was said of it in the last seconds. */
  refused(key: string, now: number): Refused | undefined;
  refuse(key: string, refused: Omit<Refused, 'until'>, now: number): void;
  /** Entries of both, for the tests of the bounds. */
  size(): { readonly known: number; readonly refused: number };
}

interface Under {
  /** Of the snapshot that it was decided under. */
  readonly generation: number;
  /** Id of the issuer or identity provider. */
  readonly source: string;
}

export interface Known extends Under {
  /** Of its session. */
  readonly hash: Uint8Array;
}

export interface Refused extends Under {
  readonly answer: Recognised;
  /** Epoch milliseconds. */
  readonly until: number;
}

/** Sessions that are known, about 300 bytes each. */
const MAX_KNOWN = 16_384;

const MAX_REFUSED = 4_096;

/** Milliseconds: whoever repeats a bad token costs nothing, and a token that was mended elsewhere soon works. */
const REFUSED_FOR = 5_000;

export function createMemory({ known: most = MAX_KNOWN, refused: mostRefused = MAX_REFUSED } = {}): Memory {
  const sessions = createBoundedCache<Known>(most);
  const refusals = createBoundedCache<Refused>(mostRefused);
  return {
    known: (key) => sessions.get(key),
    remember: (key, known) => sessions.set(key, known),
    refused: (key, now) => {
      const refused = refusals.get(key);
      return refused && now < refused.until ? refused : undefined;
    },
    refuse: (key, refused, now) => refusals.set(key, { ...refused, until: now + REFUSED_FOR }),
    size: () => ({ known: sessions.size(), refused: refusals.size() }),
  };
}

/** The value itself is never kept. */
export function keyOf(value: string): string {
  return Buffer.from(hashOf(value)).toString('latin1');
}
