import { holds } from './character-set.ts';
import type { Program } from './program.ts';

/**
 * Whether a regular expression takes everything that begins with a text: the sets of instructions that could come next
 * are walked with every character, and each of them has to be at an end. Where there are too many it says no, which is
 * to say that nobody knows.
 */
export function takesAllFrom(program: Program, beginning: string): boolean {
  let first = closure(program, [program.start]);
  for (let at = 0; at < beginning.length; at += 1) first = after(program, first, beginning.charCodeAt(at));
  const seen = new Set<string>([String(first)]);
  const waiting = [first];
  for (let at = 0; at < waiting.length; at += 1) {
    const states = waiting[at] ?? [];
    if (!states.some((state) => program.instructions[state]?.op === 'match')) return false;
    for (const code of CHARACTERS) {
      const next = after(program, states, code);
      if (seen.has(String(next))) continue;
      if (seen.size >= MAX_SETS) return false;
      seen.add(String(next));
      waiting.push(next);
    }
  }
  return true;
}

/** Sets of instructions that are looked at. */
export const MAX_SETS = 64;

/** What a canonical path may hold: visible ASCII, and neither query nor fragment. */
const CHARACTERS = Array.from({ length: 0x7e - 0x20 }, (_, index) => 0x21 + index).filter(
  (code) => code !== 0x23 && code !== 0x3f,
);

function after(program: Program, states: readonly number[], code: number): readonly number[] {
  const next = states.flatMap((state) => {
    const instruction = program.instructions[state];
    return instruction?.op === 'take' && holds(instruction.set, code) ? [instruction.next] : [];
  });
  return closure(program, next);
}

/** The instructions that take a character or end, reached without one; in order, so that equal sets look equal. */
function closure(program: Program, from: readonly number[]): readonly number[] {
  const seen = new Set<number>();
  const waiting = [...from];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const instruction = program.instructions[at];
    if (instruction?.op === 'split') waiting.push(instruction.first, instruction.second);
    if (instruction?.op === 'save') waiting.push(instruction.next);
  }
  const ends = ['take', 'match'];
  return [...seen]
    .filter((at) => ends.includes(program.instructions[at]?.op ?? ''))
    .toSorted((one, other) => one - other);
}
