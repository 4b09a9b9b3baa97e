/**
 * How deep a condition nests, told from its text alone. A parser descends once a level, so a source that nests without
 * bound is an attack on its stack: this is asked BEFORE parsing, in one pass that descends nowhere. It may take a
 * source for deeper than it is, never for shallower. Texts and comments are skipped as the parser reads them, since a
 * quote that only one of the two sees would hide brackets from the other.
 */

/** What a bracket interrupts. */
interface Level {
  /** Brackets around it, and ternaries and links of chains before those. */
  readonly floor: number;
  /** The floor and the ternaries since. */
  readonly level: number;
  /** Links of the chain under way: unary operators, selections, calls. */
  readonly chain: number;
}

const GROUND: Level = { floor: 0, level: 0, chain: 0 };

/** Levels of the deepest place: brackets, ternaries, unary operators and selections, one inside the other. */
export function nestingOf(source: string): number {
  const around: Level[] = [];
  let here = GROUND;
  let deepest = 0;
  for (let at = 0; at < source.length; at = tokenEnd(source, at)) {
    const character = source[at] ?? '';
    if (OPENING.has(character)) {
      around.push(here);
      here = inside(here);
    } else if (CLOSING.has(character)) {
      const outer = around.pop() ?? GROUND;
      here = { ...outer, chain: outer.chain + 1 };
    } else {
      here = after(here, character, source[at + 1]);
    }
    deepest = Math.max(deepest, here.level + here.chain);
  }
  return deepest;
}

const OPENING: ReadonlySet<string> = new Set('([{');
const CLOSING: ReadonlySet<string> = new Set(')]}');
/** A chain ends where an operator needs another operand. */
const ENDS_CHAIN: ReadonlySet<string> = new Set('+*/%<>=&|:');

function inside({ level, chain }: Level): Level {
  const floor = level + chain + 1;
  return { floor, level: floor, chain: 0 };
}

function after(here: Level, character: string, next: string | undefined): Level {
  const { floor, level, chain } = here;
  if (character === '.' || character === '-' || (character === '!' && next !== '='))
    return { floor, level, chain: chain + 1 };
  // The branches of a ternary lie within it, up to the end of the entry it stands in.
  if (character === '?') return { floor, level: level + chain + 1, chain: 0 };
  if (character === ',') return { floor, level: floor, chain: 0 };
  return ENDS_CHAIN.has(character) || character === '!' ? { floor, level, chain: 0 } : here;
}

/** Where the next token may begin: past the text or comment that begins here, else past this character. */
function tokenEnd(source: string, at: number): number {
  const character = source[at];
  if (character === '"' || character === "'") return textEnd(source, at, character);
  if (character !== '/' || source[at + 1] !== '/') return at + 1;
  let end = at;
  while (end < source.length && source[end] !== '\n' && source[end] !== '\r') end += 1;
  return end;
}

/** Past a text, which is raw after `r`: there a backslash is one, elsewhere it takes the next character with it. */
function textEnd(source: string, at: number, quote: string): number {
  const raw = source[at - 1] === 'r' || source[at - 1] === 'R';
  const fence = source.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote;
  let end = at + fence.length;
  while (end < source.length && !source.startsWith(fence, end)) end += !raw && source[end] === '\\' ? 2 : 1;
  return end + fence.length;
}
