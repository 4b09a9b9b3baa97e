import { shared } from './character-set.ts';
import type { Program } from './program.ts';

/**
 * Whether two regular expressions take a text in common. Both programs are walked at once, pair by pair, so that it
 * costs at most the product of their lengths: exact, unlike comparing their texts.
 */

interface Pair {
  readonly one: number;
  readonly other: number;
  /** How it was reached: the pair before, and the character that was taken, if any. */
  readonly before?: Pair;
  readonly character?: string;
}

/** A text that both take, or `undefined` when there is none. */
export function commonText(one: Program, other: Program): string | undefined {
  const width = other.instructions.length;
  const seen = new Set<number>();
  const waiting: Pair[] = [{ one: one.start, other: other.start }];
  for (let at = 0; at < waiting.length; at += 1) {
    const pair = waiting[at];
    if (pair === undefined) break;
    const key = pair.one * width + pair.other;
    if (seen.has(key)) continue;
    seen.add(key);
    const left = one.instructions[pair.one];
    const right = other.instructions[pair.other];
    if (left?.op === 'match' && right?.op === 'match') return textOf(pair);
    waiting.push(...successors(pair, left, right));
  }
  return undefined;
}

type Instruction = Program['instructions'][number];

function successors(
  pair: Pair,
  left: Instruction | undefined,
  right: Instruction | undefined,
): readonly Pair[] {
  const before = pair;
  if (left?.op === 'split')
    return [left.first, left.second].map((one) => ({ one, other: pair.other, before }));
  if (left?.op === 'save') return [{ one: left.next, other: pair.other, before }];
  if (right?.op === 'split')
    return [right.first, right.second].map((other) => ({ one: pair.one, other, before }));
  if (right?.op === 'save') return [{ one: pair.one, other: right.next, before }];
  if (left?.op !== 'take' || right?.op !== 'take') return [];
  const code = shared(left.set, right.set);
  if (code < 0) return [];
  return [{ one: left.next, other: right.next, before, character: String.fromCharCode(code) }];
}

function textOf(last: Pair): string {
  const characters: string[] = [];
  for (let pair: Pair | undefined = last; pair !== undefined; pair = pair.before)
    if (pair.character !== undefined) characters.push(pair.character);
  return characters.toReversed().join('');
}
