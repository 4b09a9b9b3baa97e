import { err, ok, type Result } from '../../result.ts';
import type { CharacterSet } from './character-set.ts';
import { parseRegex } from './parse.ts';
import { REGEX_BOUNDS, type Node } from './syntax.ts';

/**
 * A regular expression as a program: a row of instructions, run by keeping the set of those that could come next
 * (Thompson's construction). Its length bounds what one character of a path can cost.
 */
export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
  /** Groups that capture. */
  readonly groups: number;
}

export type Instruction =
  | { readonly op: 'take'; readonly set: CharacterSet; readonly next: number }
  /** `first` is what is rather wanted, when both lead to the end. */
  | { readonly op: 'split'; readonly first: number; readonly second: number }
  | { readonly op: 'save'; readonly slot: number; readonly next: number }
  | { readonly op: 'match' };

export function compileRegex(text: string): Result<Program, string> {
  const parsed = parseRegex(text);
  if (!parsed.ok) return parsed;
  // Counted before anything is built: `((a{1000}){1000}){1000}` is short to write.
  if (sizeOf(parsed.value) >= REGEX_BOUNDS.program)
    return err(`a regex compiles to at most ${REGEX_BOUNDS.program} steps: repeat less`);
  const instructions: Instruction[] = [{ op: 'match' }];
  const start = build(instructions, parsed.value, 0);
  return ok({ instructions, start, groups: groupsOf(parsed.value) });
}

/** Instructions of a node, stopped from overflowing. */
function sizeOf(node: Node): number {
  switch (node.kind) {
    case 'character':
      return 1;
    case 'sequence':
      return node.of.reduce((size, part) => size + sizeOf(part), 0);
    case 'choice':
      return node.of.reduce((size, part) => size + sizeOf(part) + 1, 0);
    case 'group':
      return sizeOf(node.of) + 2;
    case 'repeat': {
      const copies = node.most ?? node.least + 1;
      return Math.min((sizeOf(node.of) + 1) * copies, Number.MAX_SAFE_INTEGER);
    }
  }
}

function groupsOf(node: Node): number {
  switch (node.kind) {
    case 'character':
      return 0;
    case 'sequence':
    case 'choice':
      return Math.max(0, ...node.of.map(groupsOf));
    case 'repeat':
      return groupsOf(node.of);
    case 'group':
      return Math.max(node.index, groupsOf(node.of));
  }
}

/** Adds the instructions of a node that go on to `next`; the answer is where they begin. */
function build(program: Instruction[], node: Node, next: number): number {
  switch (node.kind) {
    case 'character':
      return add(program, { op: 'take', set: node.set, next });
    case 'sequence':
      return node.of.reduceRight((after, part) => build(program, part, after), next);
    case 'choice': {
      const [last = next, ...others] = node.of.map((part) => build(program, part, next)).toReversed();
      return others.reduce((second, first) => add(program, { op: 'split', first, second }), last);
    }
    case 'group': {
      const close = add(program, { op: 'save', slot: node.index * 2 + 1, next });
      return add(program, { op: 'save', slot: node.index * 2, next: build(program, node.of, close) });
    }
    case 'repeat':
      return buildRepeat(program, node, next);
  }
}

function buildRepeat(
  program: Instruction[],
  { of, least, most, greedy }: Extract<Node, { kind: 'repeat' }>,
  next: number,
): number {
  const fork = (body: number): Instruction =>
    greedy ? { op: 'split', first: body, second: next } : { op: 'split', first: next, second: body };
  let start = next;
  if (most === undefined) {
    // Its place is needed before what it points to.
    start = add(program, { op: 'match' });
    program[start] = fork(build(program, of, start));
  }
  for (let more = least; more < (most ?? least); more += 1)
    start = add(program, fork(build(program, of, start)));
  for (let again = 0; again < least; again += 1) start = build(program, of, start);
  return start;
}

function add(program: Instruction[], instruction: Instruction): number {
  return program.push(instruction) - 1;
}
