import { projectClaims, type ClaimPath, type Claims } from '@countersign/core';
import { numberText } from '../audit/decision-id.ts';
import { HASH_WORDS, HashRows } from './hash-rows.ts';
import type { Holder } from './holder.ts';
import { Interned } from './interned.ts';
import type { TokenRecord } from './model.ts';
import { People } from './people.ts';
import { splitHolder } from './person.ts';
import { exchangeId, ID_WORDS, packIds, tokenId } from './packed-id.ts';
import { RowStore } from './row-store.ts';

/**
 * The tokens this process knows: a cache of storage that spares it every look-up of a known token. It decides nothing
 * (expired ones are still found, the caller looks at the time) and must never be the only place that knows of a token
 * or of its end. A token that finds no room is looked up in storage each time: slower, never wrong.
 */

export interface TokenTableBounds {
  readonly tokens: number;
  /** Characters of JSON of all distinct claim sets and holders, and of ids that do not share their number. */
  readonly characters: number;
}

export interface TokenTableOptions {
  readonly bounds?: Partial<TokenTableBounds>;
  /** What is kept of a claim set: whatever routes, headers and assertions read. */
  readonly claimPaths: readonly ClaimPath[];
}

const BOUNDS: TokenTableBounds = { tokens: 4_000_000, characters: 256 * 1024 * 1024 };

/** Epoch seconds: `after` itself is outside, `upTo` within. */
export interface IssuedSpan {
  readonly after: number;
  readonly upTo: number;
}

interface Ids {
  readonly id: string;
  readonly exchange: string;
}

/** Columns of a row, in words. */
const ID = HASH_WORDS;
/** Epoch seconds; infinite for a row that is free. Doubles, since 32 bits of seconds end in 2106 by wrapping. */
const EXPIRES_AT = ID + ID_WORDS;
const ISSUED_AT = EXPIRES_AT + 2;
const HOLDER = ISSUED_AT + 2;
const CLAIM_SET = HOLDER + 1;

/** In the column of the holder: it is a person's, and the rest of the word is an index of {@link People}. */
const OF_PERSON = 0x8000_0000;

export class TokenTable {
  readonly #bounds: TokenTableBounds;
  readonly #claimPaths: readonly ClaimPath[];
  readonly #columns = new RowStore();
  readonly #rows = new HashRows(this.#columns);
  readonly #holders = new Interned<Holder>();
  readonly #people = new People();
  readonly #claims = new Interned<Claims>();
  /** Of rows whose two ids do not share their number: none that an exchange made. */
  readonly #otherIds = new Map<number, Ids>();
  #otherCharacters = 0;
  #sweepFrom = 0;
  #removals = 0;

  constructor({ bounds, claimPaths }: TokenTableOptions) {
    this.#bounds = { ...BOUNDS, ...bounds };
    this.#claimPaths = claimPaths;
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

  /** A token as the table keeps it; what a policy sees must not depend on whether a token was known or looked up. */
  kept(record: TokenRecord): TokenRecord {
    return { ...record, claims: projectClaims(record.claims, this.#claimPaths) };
  }

  /** Makes a token known; of two with one hash the later stands. False when there is no room. */
  insert(hash: Uint8Array, record: TokenRecord): boolean {
    const known = this.#rows.find(hash);
    if (known !== -1) this.#free(known);
    if (this.#isFull()) return false;
    const { id, exchange, issuedAt, expiresAt, claims, ...holder } = record;
    // What can throw (JSON that is too deep to be written) comes before the row exists.
    const claimSet = this.#claims.acquire(projectClaims(claims, this.#claimPaths));
    const holderWord = this.#acquireHolder(holder);
    const row = this.#rows.add(hash);
    this.#setIds(row, { id, exchange });
    this.#columns.setDouble(row, EXPIRES_AT, expiresAt);
    this.#columns.setDouble(row, ISSUED_AT, issuedAt);
    this.#columns.setWord(row, HOLDER, holderWord);
    this.#columns.setWord(row, CLAIM_SET, claimSet);
    return true;
  }

  /** The token with this hash, expired or not. */
  find(hash: Uint8Array): TokenRecord | undefined {
    const row = this.#rows.find(hash);
    if (row === -1) return undefined;
    const { id, exchange } = this.#otherIds.get(row) ?? this.#packedIds(row);
    return {
      ...this.#holder(this.#columns.word(row, HOLDER)),
      id,
      exchange,
      claims: this.#claims.get(this.#columns.word(row, CLAIM_SET)),
      issuedAt: this.#columns.double(row, ISSUED_AT),
      expiresAt: this.#columns.double(row, EXPIRES_AT),
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

  /**
   * How many tokens live at `now` (epoch seconds) and were issued in the span that `spanOf` gives for their holder; it
   * is asked once per holder, of people once per token. A few hundredths of a second for a million tokens.
   */
  countLive(spanOf: (holder: Holder) => IssuedSpan | undefined, now: number): number {
    const spans = new Map<number, IssuedSpan | undefined>();
    let count = 0;
    for (let row = 0; row < this.#rows.end; row += 1) {
      const expiresAt = this.#columns.double(row, EXPIRES_AT);
      if (expiresAt === Infinity || expiresAt <= now) continue;
      const span = this.#spanOf(this.#columns.word(row, HOLDER), spans, spanOf);
      const issuedAt = this.#columns.double(row, ISSUED_AT);
      if (span && issuedAt > span.after && issuedAt <= span.upTo) count += 1;
    }
    return count;
  }

  /** Looks at the next `limit` rows and forgets those that are over at `now` (epoch seconds). How many it forgot. */
  sweep(now: number, limit: number): number {
    const rows = Math.min(limit, this.#rows.end);
    let forgotten = 0;
    for (let looked = 0; looked < rows; looked += 1) {
      if (this.#sweepFrom >= this.#rows.end) this.#sweepFrom = 0;
      if (this.#columns.double(this.#sweepFrom, EXPIRES_AT) <= now) {
        this.#free(this.#sweepFrom);
        forgotten += 1;
      }
      this.#sweepFrom += 1;
    }
    return forgotten;
  }

  #acquireHolder(holder: Holder): number {
    const { common, person } = splitHolder(holder);
    const index = this.#holders.acquire(common);
    return person === undefined ? index : this.#people.add(person, index) + OF_PERSON;
  }

  #holder(word: number): Holder {
    if (word < OF_PERSON) return this.#holders.get(word);
    const index = word - OF_PERSON;
    return this.#people.holder(index, this.#holders.get(this.#people.common(index)));
  }

  #releaseHolder(word: number): void {
    const person = word < OF_PERSON ? undefined : word - OF_PERSON;
    this.#holders.release(person === undefined ? word : this.#people.common(person));
    if (person !== undefined) this.#people.release(person);
  }

  #spanOf(
    word: number,
    spans: Map<number, IssuedSpan | undefined>,
    spanOf: (holder: Holder) => IssuedSpan | undefined,
  ): IssuedSpan | undefined {
    if (!spans.has(word)) spans.set(word, spanOf(this.#holder(word)));
    return spans.get(word);
  }

  #isFull(): boolean {
    const kept = [this.#holders, this.#claims, this.#people];
    const characters = kept.reduce((sum, { characters: own }) => sum + own, this.#otherCharacters);
    return this.#rows.size >= this.#bounds.tokens || characters >= this.#bounds.characters;
  }

  #setIds(row: number, ids: Ids): void {
    const words = packIds(ids.id, ids.exchange);
    if (words) {
      for (const [index, word] of words.entries()) this.#columns.setWord(row, ID + index, word);
      return;
    }
    this.#otherIds.set(row, ids);
    this.#otherCharacters += ids.id.length + ids.exchange.length;
  }

  #packedIds(row: number): Ids {
    const columns = this.#columns;
    const number = numberText(
      columns.word(row, ID),
      columns.word(row, ID + 1),
      columns.word(row, ID + 2),
      columns.word(row, ID + 3),
    );
    return { id: tokenId(number), exchange: exchangeId(number) };
  }

  #free(row: number): void {
    this.#rows.remove(row);
    this.#releaseHolder(this.#columns.word(row, HOLDER));
    this.#claims.release(this.#columns.word(row, CLAIM_SET));
    this.#columns.setDouble(row, EXPIRES_AT, Infinity);
    const other = this.#otherIds.get(row);
    if (!other) return;
    this.#otherIds.delete(row);
    this.#otherCharacters -= other.id.length + other.exchange.length;
  }
}
