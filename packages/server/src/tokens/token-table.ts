import type { Claims } from '@countersign/core';
import { HashRows } from './hash-rows.ts';
import { Interned } from './interned.ts';
import type { TokenRecord } from './model.ts';

/**
 * The tokens this process knows: a cache of storage that spares it every look-up of a known token. It decides nothing
 * (expired ones are still found, the caller looks at the time) and must never be the only place that knows of a token
 * or of its end. A token that finds no room is looked up in storage each time: slower, never wrong.
 */

export interface TokenTableBounds {
  readonly tokens: number;
  /** Characters of JSON of all distinct claim sets and holders. */
  readonly characters: number;
}

const BOUNDS: TokenTableBounds = { tokens: 4_000_000, characters: 256 * 1024 * 1024 };

/** What all tokens of one subject have in common. */
type Holder = Pick<TokenRecord, 'prefix' | 'principal' | 'organization' | 'issuer' | 'subject'>;

export class TokenTable {
  readonly #bounds: TokenTableBounds;
  readonly #rows = new HashRows();
  readonly #holders = new Interned<Holder>();
  readonly #claims = new Interned<Claims>();
  /** Epoch seconds; infinite for a row that is free. Doubles, since 32 bits of seconds end in 2106 by wrapping. */
  #expiresAt = new Float64Array(this.#rows.capacity);
  #issuedAt = new Float64Array(this.#rows.capacity);
  #holder = new Uint32Array(this.#rows.capacity);
  #claimSet = new Uint32Array(this.#rows.capacity);
  readonly #id: string[] = [];
  readonly #exchange: string[] = [];
  #sweepFrom = 0;
  #removals = 0;

  constructor(bounds: Partial<TokenTableBounds> = {}) {
    this.#bounds = { ...BOUNDS, ...bounds };
  }

  get size(): number {
    return this.#rows.size;
  }

  /**
   * How often {@link remove} has been called. Whoever read a token from storage compares it before inserting: a
   * revocation that happened meanwhile must not be undone by an older answer.
   */
  get removals(): number {
    return this.#removals;
  }

  /** Makes a token known; of two with one hash the later stands. False when there is no room. */
  insert(hash: Uint8Array, record: TokenRecord): boolean {
    const known = this.#rows.find(hash);
    if (known !== -1) this.#free(known);
    if (this.#isFull()) return false;
    const { id, exchange, issuedAt, expiresAt, claims, ...holder } = record;
    // What can throw (JSON that is too deep to be written) comes before the row exists.
    const claimSet = this.#claims.acquire(claims);
    const holderIndex = this.#holders.acquire(holder);
    const row = this.#rows.add(hash);
    this.#makeRoom();
    this.#id[row] = id;
    this.#exchange[row] = exchange;
    this.#issuedAt[row] = issuedAt;
    this.#expiresAt[row] = expiresAt;
    this.#holder[row] = holderIndex;
    this.#claimSet[row] = claimSet;
    return true;
  }

  /** The token with this hash, expired or not. */
  find(hash: Uint8Array): TokenRecord | undefined {
    const row = this.#rows.find(hash);
    if (row === -1) return undefined;
    const { prefix, principal, organization, issuer, subject } = this.#holders.get(cell(this.#holder, row));
    return {
      id: cell(this.#id, row),
      prefix,
      principal,
      ...(organization === undefined ? {} : { organization }),
      issuer,
      subject,
      claims: this.#claims.get(cell(this.#claimSet, row)),
      exchange: cell(this.#exchange, row),
      issuedAt: cell(this.#issuedAt, row),
      expiresAt: cell(this.#expiresAt, row),
    };
  }

  /** Forgets a token, so that storage is asked the next time. Whether it was known. */
  remove(hash: Uint8Array): boolean {
    // Counted whether or not it was known: an answer about it may be on its way from storage.
    this.#removals += 1;
    const row = this.#rows.find(hash);
    if (row === -1) return false;
    this.#free(row);
    return true;
  }

  /** Looks at the next `limit` rows and forgets those that are over at `now` (epoch seconds). How many it forgot. */
  sweep(now: number, limit: number): number {
    const rows = Math.min(limit, this.#rows.end);
    let forgotten = 0;
    for (let looked = 0; looked < rows; looked += 1) {
      if (this.#sweepFrom >= this.#rows.end) this.#sweepFrom = 0;
      if (cell(this.#expiresAt, this.#sweepFrom) <= now) {
        this.#free(this.#sweepFrom);
        forgotten += 1;
      }
      this.#sweepFrom += 1;
    }
    return forgotten;
  }

  #isFull(): boolean {
    const characters = this.#holders.characters + this.#claims.characters;
    return this.#rows.size >= this.#bounds.tokens || characters >= this.#bounds.characters;
  }

  #free(row: number): void {
    this.#rows.remove(row);
    this.#holders.release(cell(this.#holder, row));
    this.#claims.release(cell(this.#claimSet, row));
    this.#expiresAt[row] = Infinity;
    this.#id[row] = '';
    this.#exchange[row] = '';
  }

  /** The columns follow the rows. */
  #makeRoom(): void {
    const capacity = this.#rows.capacity;
    if (this.#expiresAt.length === capacity) return;
    this.#expiresAt = grown(this.#expiresAt, new Float64Array(capacity));
    this.#issuedAt = grown(this.#issuedAt, new Float64Array(capacity));
    this.#holder = grown(this.#holder, new Uint32Array(capacity));
    this.#claimSet = grown(this.#claimSet, new Uint32Array(capacity));
  }
}

function grown<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function cell<T>(column: ArrayLike<T>, row: number): T {
  const value = column[row];
  if (value === undefined) throw new RangeError('token table: row out of range');
  return value;
}
