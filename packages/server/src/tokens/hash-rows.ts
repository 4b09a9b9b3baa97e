import { cell, type RowStore } from './row-store.ts';

/**
 * Row numbers by SHA-256: open addressing over typed arrays, because a `Map` of objects takes ten times the memory and
 * four times the time at a million tokens. Rows are small numbers, given out again when freed; their first four words
 * are the key, the rest belongs to whoever keeps columns in the same store.
 *
 * A row keeps the first 128 bits of the hash. Only values that we minted get in, so a stranger who wants to be taken
 * for one of them needs a second preimage of 128 bits.
 */

/** Columns of a row that are used here. */
export const HASH_WORDS = 4;

/** Power of two. */
const FIRST_SLOTS = 128;

/** Where a free row keeps the number of the next free one, plus one: its key has no other use. */
const NEXT_FREE = 0;

export class HashRows {
  readonly #store: RowStore;
  /** Row plus one, zero where empty. Twice as many as rows: probes stay short, and one slot is always empty. */
  #slots = new Uint32Array(FIRST_SLOTS);
  /** Plus one; zero when no row is free. */
  #firstFree = 0;
  #end = 0;
  #size = 0;

  constructor(store: RowStore) {
    this.#store = store;
  }

  get size(): number {
    return this.#size;
  }

  /** One more than the highest row ever given out. */
  get end(): number {
    return this.#end;
  }

  /** The row of a hash, or -1. */
  find(hash: Uint8Array): number {
    if (hash.length < HASH_WORDS * 4) throw new RangeError('token table: the hash is too short');
    const mask = this.#mask();
    for (let slot = word(hash, 0) & mask; ; slot = (slot + 1) & mask) {
      const row = cell(this.#slots, slot) - 1;
      if (row === -1 || this.#holds(row, hash)) return row;
    }
  }

  /** Gives a row to a hash that has none. */
  add(hash: Uint8Array): number {
    const row = this.#takeFree() ?? this.#append();
    for (let index = 0; index < HASH_WORDS; index += 1) this.#store.setWord(row, index, word(hash, index));
    this.#place(row);
    this.#size += 1;
    return row;
  }

  /** Takes the row from its hash; the row will be given out again. */
  remove(row: number): void {
    let hole = this.#slotOf(row);
    // What was pushed along by a collision moves back, so that no tombstones pile up in a process that runs for months.
    for (let slot = this.#next(hole); cell(this.#slots, slot) !== 0; slot = this.#next(slot)) {
      const entry = cell(this.#slots, slot);
      if (this.#distance(this.#home(entry - 1), slot) < this.#distance(hole, slot)) continue;
      this.#slots[hole] = entry;
      hole = slot;
    }
    this.#slots[hole] = 0;
    this.#store.setWord(row, NEXT_FREE, this.#firstFree);
    this.#firstFree = row + 1;
    this.#size -= 1;
  }

  #takeFree(): number | undefined {
    if (this.#firstFree === 0) return undefined;
    const row = this.#firstFree - 1;
    this.#firstFree = this.#store.word(row, NEXT_FREE);
    return row;
  }

  #append(): number {
    if (this.#end === this.#store.capacity) this.#store.grow();
    if (this.#end * 2 === this.#slots.length) this.#spread();
    this.#end += 1;
    return this.#end - 1;
  }

  /** Only ever called when no row is free, so all of them are placed again. */
  #spread(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let row = 0; row < this.#end; row += 1) this.#place(row);
  }

  #place(row: number): void {
    let slot = this.#home(row);
    while (cell(this.#slots, slot) !== 0) slot = this.#next(slot);
    this.#slots[slot] = row + 1;
  }

  #slotOf(row: number): number {
    let slot = this.#home(row);
    while (cell(this.#slots, slot) !== row + 1) {
      if (cell(this.#slots, slot) === 0) throw new Error('token table: a row was removed that is not there');
      slot = this.#next(slot);
    }
    return slot;
  }

  #holds(row: number, hash: Uint8Array): boolean {
    for (let index = 0; index < HASH_WORDS; index += 1) {
      if (this.#store.word(row, index) !== word(hash, index)) return false;
    }
    return true;
  }

  #home(row: number): number {
    return this.#store.word(row, 0) & this.#mask();
  }

  #next(slot: number): number {
    return (slot + 1) & this.#mask();
  }

  /** Steps from one slot on to another, around the end. */
  #distance(from: number, to: number): number {
    return (to - from) & this.#mask();
  }

  #mask(): number {
    return this.#slots.length - 1;
  }
}

/** Four bytes of the hash as one number. */
function word(hash: Uint8Array, index: number): number {
  const from = index * 4;
  return (
    ((byte(hash, from) << 24) |
      (byte(hash, from + 1) << 16) |
      (byte(hash, from + 2) << 8) |
      byte(hash, from + 3)) >>>
    0
  );
}

function byte(hash: Uint8Array, index: number): number {
  return hash[index] ?? 0;
}
