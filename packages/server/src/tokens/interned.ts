import { hash } from 'node:crypto';

/**
 * Values that many tokens share (who holds them, what was claimed), each kept once and counted, so that the last token
 * that goes takes its value with it. What is kept is a copy of its own: the JSON of a caller would keep alive the
 * body it was parsed from, and could be changed behind the table's back.
 */
export class Interned<T extends object> {
  // Found by the hash of the text, not the text: a million claim sets must not be kept twice.
  readonly #indexes = new Map<string, number>();
  readonly #slots: (Slot<T> | undefined)[] = [];
  readonly #free: number[] = [];
  #characters = 0;

  /** Distinct values. */
  get size(): number {
    return this.#indexes.size;
  }

  /** Characters of JSON of all distinct values: a measure of the memory they take. */
  get characters(): number {
    return this.#characters;
  }

  /** Index of a value, one use more. Every call needs its {@link release}. */
  acquire(value: T): number {
    const text = JSON.stringify(value);
    const key = hash('sha256', text, 'base64url');
    const index = this.#indexes.get(key) ?? this.#add(key, text);
    this.#slot(index).uses += 1;
    return index;
  }

  get(index: number): T {
    return this.#slot(index).value;
  }

  /** One use less; the last one frees the value and its index. */
  release(index: number): void {
    const slot = this.#slot(index);
    slot.uses -= 1;
    if (slot.uses > 0) return;
    this.#indexes.delete(slot.key);
    this.#slots[index] = undefined;
    this.#free.push(index);
    this.#characters -= slot.characters;
  }

  #add(key: string, text: string): number {
    const index = this.#free.pop() ?? this.#slots.length;
    this.#slots[index] = { key, value: deepFreeze(JSON.parse(text) as T), characters: text.length, uses: 0 };
    this.#indexes.set(key, index);
    this.#characters += text.length;
    return index;
  }

  #slot(index: number): Slot<T> {
    const slot = this.#slots[index];
    if (!slot) throw new Error('token table: a value was released more often than acquired');
    return slot;
  }
}

interface Slot<T> {
  readonly key: string;
  readonly value: T;
  readonly characters: number;
  uses: number;
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFreeze(member);
  }
  return Object.freeze(value);
}
