/**
 * The machine under every pattern language: a row of steps, read by keeping the set of steps that could come next.
 * There is no backtracking, hence no input that makes it slow: at most (steps + 1) × (characters + 1) units of work.
 * Never build a RegExp from a pattern instead: that engine backtracks. A character is a Unicode code point.
 */

/** Any character. */
export const ANY = -1;
/** Any character that does not end a segment: not `/`, not `:`. */
export const WITHIN_SEGMENT = -2;

const SLASH = 0x2f;
const COLON = 0x3a;

export interface Step {
  /** The code point that this step takes, or {@link ANY}, or {@link WITHIN_SEGMENT}. */
  readonly takes: number;
  /** May be passed without taking a character. */
  readonly optional: boolean;
  /** May take any number of characters. A step that repeats is always optional. */
  readonly repeats: boolean;
}

/** A step that takes exactly this character, or one of this class. */
export function once(takes: number): Step {
  return { takes, optional: false, repeats: false };
}

/** A step that takes none or one. */
export function atMostOnce(takes: number): Step {
  return { takes, optional: true, repeats: false };
}

/** A step that takes any number. */
export function anyNumber(takes: number): Step {
  return { takes, optional: true, repeats: true };
}

/** Answers whether a text matches as a whole. */
export type TextTest = (text: string) => boolean;

/** The test of these steps; most patterns that people write hold no wildcard, and need no machine. */
export function textTest(steps: readonly Step[]): TextTest {
  const literal = steps.every((step) => step.takes >= 0 && !step.optional);
  if (!literal) return (text) => run(steps, text).matched;
  const wanted = String.fromCodePoint(...steps.map((step) => step.takes));
  return (text) => text === wanted;
}

export interface Run {
  /** Whether the whole text was taken by the whole pattern. */
  readonly matched: boolean;
  /** Steps looked at: what the linear bound is about. */
  readonly work: number;
}

/** Runs the steps over the text, anchored at both ends. */
export function run(steps: readonly Step[], text: string): Run {
  let current = new Uint16Array(steps.length + 1);
  let next = new Uint16Array(steps.length + 1);
  let live = enter(steps, current, 0, 0);
  let work = live;
  for (let at = 0; at < text.length && live > 0;) {
    const character = text.codePointAt(at) ?? 0;
    at += character > 0xffff ? 2 : 1;
    let count = 0;
    for (let index = 0; index < live; index += 1) {
      const state = current[index] ?? 0;
      const step = steps[state];
      work += 1;
      if (step !== undefined && accepts(step.takes, character))
        count = enter(steps, next, count, step.repeats ? state : state + 1);
    }
    [current, next, live] = [next, current, count];
  }
  // States ascend, so the final one, if it is there, is the last.
  return { matched: live > 0 && current[live - 1] === steps.length, work };
}

/**
 * Adds a state and all that can be reached from it without taking a character. States are entered in ascending
 * order and each brings its whole run of optional steps, so one at or below the last is in the set already.
 */
function enter(steps: readonly Step[], states: Uint16Array, count: number, first: number): number {
  const last = count === 0 ? -1 : (states[count - 1] ?? -1);
  if (first <= last) return count;
  let size = count;
  let state = first;
  states[size] = state;
  size += 1;
  while (steps[state]?.optional === true) {
    state += 1;
    states[size] = state;
    size += 1;
  }
  return size;
}

function accepts(takes: number, character: number): boolean {
  if (takes >= 0) return takes === character;
  return takes === ANY || (character !== SLASH && character !== COLON);
}
