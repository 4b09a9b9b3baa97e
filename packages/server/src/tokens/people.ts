import { joinHolder } from './person.ts';
import type { Holder } from './holder.ts';

/** Holders that are put together at once: whoever sends one request after another is not read anew for each. */
const HOT = 4096;

/**
 * Tokens of people: for each what is theirs (see {@link joinHolder}), a text that all tokens of a session share, and the
 * index of what they have in common with others. Texts are counted, so that the last token that goes takes its own along.
 */
export class People {
  readonly #texts = new CountedTexts();
  /** By index: text of the person, common holder. */
  readonly #persons: number[] = [];
  readonly #commons: number[] = [];
  readonly #free: number[] = [];
  /** By index: what is put together, and the list of which those are. */
  readonly #joined: (Holder | undefined)[] = [];
  #hot: number[] = [];

  get characters(): number {
    return this.#texts.characters;
  }

  /** Index of one token's holder. Every call needs its {@link release}. */
  add(person: string, common: number): number {
    const index = this.#free.pop() ?? this.#persons.length;
    // Grown by one at a time, so that the engine keeps it a dense array.
    if (index === this.#joined.length) this.#joined.push(undefined);
    this.#persons[index] = this.#texts.acquire(person);
    this.#commons[index] = common;
    return index;
  }

  common(index: number): number {
    return this.#commons[index] ?? -1;
  }

  holder(index: number, common: Holder): Holder {
    return this.#joined[index] ?? this.#join(index, common);
  }

  release(index: number): void {
    this.#joined[index] = undefined;
    this.#texts.release(this.#persons[index] ?? -1);
    this.#free.push(index);
  }

  #join(index: number, common: Holder): Holder {
    if (this.#hot.length >= HOT) {
      for (const cold of this.#hot) this.#joined[cold] = undefined;
      this.#hot = [];
    }
    const holder = joinHolder(common, this.#texts.text(this.#persons[index] ?? -1));
    this.#joined[index] = holder;
    this.#hot.push(index);
    return holder;
  }
}

/** Texts that several share, each kept once: in a table of a hundred thousand, an object for each would weigh more. */
class CountedTexts {
  readonly #indexes = new Map<string, number>();
  readonly #texts: (string | undefined)[] = [];
  readonly #uses: number[] = [];
  readonly #free: number[] = [];
  characters = 0;

  acquire(text: string): number {
    const index = this.#indexes.get(text) ?? this.#add(text);
    this.#uses[index] = (this.#uses[index] ?? 0) + 1;
    return index;
  }

  text(index: number): string {
    const text = this.#texts[index];
    if (text === undefined) throw new Error('token table: a person was released more often than acquired');
    return text;
  }

  release(index: number): void {
    const text = this.text(index);
    const uses = (this.#uses[index] ?? 0) - 1;
    this.#uses[index] = uses;
    if (uses > 0) return;
    this.#indexes.delete(text);
    this.#texts[index] = undefined;
    this.#free.push(index);
    this.characters -= text.length;
  }

  #add(text: string): number {
    const index = this.#free.pop() ?? this.#texts.length;
    this.#texts[index] = text;
    this.#uses[index] = 0;
    this.#indexes.set(text, index);
    this.characters += text.length;
    return index;
  }
}
