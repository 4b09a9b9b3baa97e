import { stringEnd } from '../trust/bounded-json.ts';

/**
 * Finds members that a JSON object names more than once. `JSON.parse` silently keeps the last of them, and two
 * parsers that keep different ones disagree about what was asked (RFC 8259 section 4); so repetition has to be seen.
 */

/** Names that come more than once at the top level of `text`, which must already have parsed as an object. */
export function repeatedMembers(text: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === OPEN_BRACE || character === OPEN_BRACKET) depth += 1;
    else if (character === CLOSE_BRACE || character === CLOSE_BRACKET) depth -= 1;
    else if (character === QUOTE) {
      const end = stringEnd(text, at);
      if (depth === 1 && isName(text, end)) {
        // Escapes count: `"a"` and `"\u0061"` are one name.
        const name = JSON.parse(text.slice(at, end + 1)) as string;
        if (seen.has(name)) repeated.add(name);
        seen.add(name);
      }
      at = end;
    }
  }
  return repeated;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** A string is a member's name when a colon follows. */
function isName(text: string, end: number): boolean {
  let at = end + 1;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return text.charCodeAt(at) === COLON;
}
