import { holds } from './character-set.ts';
import type { Program } from './program.ts';

/**
 * Runs a program over a whole text: at most (instructions) × (characters + 1) units of work, whatever the text is.
 */
export interface Run {
  readonly matched: boolean;
  /** Instructions looked at: what the linear bound is about. */
  readonly work: number;
}

export function run(program: Program, text: string): Run {
  const states = new States(program);
  states.enter(program.start);
  let at = 0;
  for (; at < text.length && states.isLive(); at += 1) states.advance(text.charCodeAt(at));
  // What was left unread was not taken.
  return { matched: at === text.length && states.hasMatched(), work: states.work };
}

/** The set of instructions that could come next. A class because it lives for one run, and is written to. */
class States {
  readonly #program: Program;
  /** Round in which an instruction was entered last. */
  readonly #entered: Uint32Array;
  #current: number[] = [];
  #round = 1;
  #matched = false;
  work = 0;

  constructor(program: Program) {
    this.#program = program;
    this.#entered = new Uint32Array(program.instructions.length);
  }

  isLive(): boolean {
    return this.#current.length > 0;
  }

  hasMatched(): boolean {
    return this.#matched;
  }

  /** Enters an instruction, and all that are reached from it without a character. */
  enter(first: number): void {
    const waiting = [first];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (this.#entered[at] === this.#round) continue;
      this.#entered[at] = this.#round;
      this.work += 1;
      const instruction = this.#program.instructions[at];
      if (instruction?.op === 'take') this.#current.push(at);
      else if (instruction?.op === 'split') waiting.push(instruction.second, instruction.first);
      else if (instruction?.op === 'save') waiting.push(instruction.next);
      else this.#matched = true;
    }
  }

  advance(code: number): void {
    const before = this.#current;
    this.#current = [];
    this.#matched = false;
    this.#round += 1;
    for (const at of before) {
      const instruction = this.#program.instructions[at];
      if (instruction?.op === 'take' && holds(instruction.set, code)) this.enter(instruction.next);
    }
  }
}
