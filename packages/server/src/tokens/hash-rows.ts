/**
 * Row numbers by SHA-256: open addressing over typed arrays, because a `Map` of objects takes ten times the memory and
 * four times the time at a million tokens. Rows are small numbers, given out again when freed, so that whoever keeps
 * columns beside this can index them.
 *
 * A row keeps the first 128 bits of the hash. Only values that we minted get in, so a stranger who wants to be taken
 * for one of them needs a second preimage of 128 bits.
 */

/** Power of two. */
const FIRST_CAPACITY = 64;

const WORDS = 4;

export class HashRows {
  /** Row plus one, zero where empty. Twice as many as rows: probes stay short, and one slot is always empty. */
  #slots = new Uint32Array(FIRST_CAPACITY * 2);
  #keys = new Uint32Array(FIRST_CAPACITY * WORDS);
  readonly #free: number[] = [];
  #end = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Rows there is room for: what columns beside this have to hold. */
  get capacity(): number {
    return this.#keys.length / WORDS;
  }

  /** One more than the highest row ever given out. */
  get end(): number {
    return this.#end;
  }

  /** The row of a hash, or -1. */
  find(hash: Uint8Array): number {
    if (hash.length < WORDS * 4) throw new RangeError('token table: the hash is too short');
    const first = word(hash, 0);
    for (let slot = first & this.#mask(); ; slot = (slot + 1) & this.#mask()) {
      const row = at(this.#slots, slot) - 1;
      if (row === -1 || this.#holds(row, hash)) return row;
    }
  }

  /** Gives a row to a hash that has none. */
  add(hash: Uint8Array): number {
    const row = this.#free.pop() ?? this.#end;
    if (row === this.capacity) this.#grow();
    if (row === this.#end) this.#end += 1;
    for (let index = 0; index < WORDS; index += 1) this.#keys[row * WORDS + index] = word(hash, index);
    this.#place(row);
    this.#size += 1;
    return row;
  }

  /** Takes the row from its hash; the row will be given out again. */
  remove(row: number): void {
    let hole = this.#slotOf(row);
    // What was pushed along by a collision moves back, so that no tombstones pile up in a process that runs for months.
    for (let slot = this.#next(hole); at(this.#slots, slot) !== 0; slot = this.#next(slot)) {
      const entry = at(this.#slots, slot);
      if (this.#distance(this.#home(entry - 1), slot) < this.#distance(hole, slot)) continue;
      this.#slots[hole] = entry;
      hole = slot;
    }
    this.#slots[hole] = 0;
    this.#free.push(row);
    this.#size -= 1;
  }

  #place(row: number): void {
    let slot = this.#home(row);
    while (at(this.#slots, slot) !== 0) slot = this.#next(slot);
    this.#slots[slot] = row + 1;
  }

  #slotOf(row: number): number {
    let slot = this.#home(row);
    while (at(this.#slots, slot) !== row + 1) {
      if (at(this.#slots, slot) === 0) throw new Error('token table: a row was removed that is not there');
      slot = this.#next(slot);
    }
    return slot;
  }

  /** Only ever called when every row is taken, so all of them are placed again. */
  #grow(): void {
    const keys = new Uint32Array(this.#keys.length * 2);
    keys.set(this.#keys);
    this.#keys = keys;
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let row = 0; row < this.#end; row += 1) this.#place(row);
  }

  #holds(row: number, hash: Uint8Array): boolean {
    for (let index = 0; index < WORDS; index += 1) {
      if (at(this.#keys, row * WORDS + index) !== word(hash, index)) return false;
    }
    return true;
  }

  #home(row: number): number {
    return at(this.#keys, row * WORDS) & this.#mask();
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

function at(array: Uint32Array, index: number): number {
  const value = array[index];
  if (value === undefined) throw new RangeError('token table: index out of range');
  return value;
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
