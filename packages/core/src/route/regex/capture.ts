import { holds } from './character-set.ts';
import type { Program } from './program.ts';

/**
 * What the groups of an expression took of a text that it takes as a whole; of several ways the one that RE2 prefers
 * (the first alternative, as many as possible). Each instruction is entered once a character, by whoever is preferred:
 * that is what makes it linear, and right.
 */

/** Beginnings and ends by slot. */
type Slots = readonly number[];

interface Thread {
  readonly at: number;
  readonly slots: Slots;
}

/** Texts of the groups, 0 being the whole; `undefined` when the expression does not take the text. */
export function capture(program: Program, text: string): readonly string[] | undefined {
  let threads: readonly Thread[] = entered(program, [{ at: program.start, slots: [0, text.length] }], 0);
  for (let at = 0; at < text.length && threads.length > 0; at += 1) {
    const code = text.charCodeAt(at);
    const taken = threads.flatMap((thread): readonly Thread[] => {
      const instruction = program.instructions[thread.at];
      return instruction?.op === 'take' && holds(instruction.set, code)
        ? [{ at: instruction.next, slots: thread.slots }]
        : [];
    });
    threads = entered(program, taken, at + 1);
  }
  const matched = threads.find(({ at }) => program.instructions[at]?.op === 'match');
  return matched && groupTexts(program, matched.slots, text);
}

/** The threads with all that they reach without a character, in the order of preference, each instruction once. */
function entered(program: Program, threads: readonly Thread[], position: number): readonly Thread[] {
  const seen = new Uint8Array(program.instructions.length);
  const found: Thread[] = [];
  const waiting = threads.toReversed();
  for (let thread = waiting.pop(); thread !== undefined; thread = waiting.pop()) {
    const { at, slots } = thread;
    if (seen[at] === 1) continue;
    seen[at] = 1;
    const instruction = program.instructions[at];
    if (instruction?.op === 'split')
      waiting.push({ at: instruction.second, slots }, { at: instruction.first, slots });
    else if (instruction?.op === 'save')
      waiting.push({ at: instruction.next, slots: withSlot(slots, instruction.slot, position) });
    else found.push(thread);
  }
  return found;
}

function withSlot(slots: Slots, slot: number, position: number): Slots {
  const copy = [...slots];
  while (copy.length <= slot) copy.push(-1);
  copy[slot] = position;
  return copy;
}

/** A group that took no part is empty. */
function groupTexts({ groups }: Program, slots: Slots, text: string): readonly string[] {
  return Array.from({ length: groups + 1 }, (_, group) => {
    const [start = -1, end = -1] = slots.slice(group * 2, group * 2 + 2);
    return start < 0 || end < start ? '' : text.slice(start, end);
  });
}
