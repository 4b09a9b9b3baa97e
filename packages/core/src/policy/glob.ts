import { err, ok, type Result } from '../result.ts';
import { BOUNDS } from './bounds.ts';
import {
  ANY,
  WITHIN_SEGMENT,
  anyNumber,
  once,
  textTest,
  type Step,
  type TextTest,
} from './pattern-machine.ts';

/**
 * The glob of the native dialect: `*` any run within a segment, `**` any run across segments, `\*` and `\\` the
 * characters themselves, everything else itself. `/` and `:` end segments. Anchored at both ends.
 */

/** Compiles a glob; the error says what is wrong with it. */
export function compileGlob(pattern: string): Result<TextTest, string> {
  const steps = globSteps(pattern);
  if (!steps.ok) return steps;
  return ok(textTest(steps.value));
}

/** The steps of a glob. */
export function globSteps(pattern: string): Result<readonly Step[], string> {
  const characters = Array.from(pattern);
  if (characters.length === 0) return err('a glob cannot be empty');
  if (characters.length > BOUNDS.text) return err(`a glob has at most ${BOUNDS.text} characters`);
  const steps: Step[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '*') {
      const across = characters[at + 1] === '*';
      steps.push(anyNumber(across ? ANY : WITHIN_SEGMENT));
      if (across) at += 1;
    } else if (character === '\\') {
      at += 1;
      const escaped = characters[at];
      // A pattern such as `\d` was written by somebody who thinks of regular expressions: better refused than misread.
      if (escaped !== '*' && escaped !== '\\') return err(`"\\" escapes only "*" and "\\" (character ${at})`);
      steps.push(once(escaped.codePointAt(0) ?? 0));
    } else {
      steps.push(once(character.codePointAt(0) ?? 0));
    }
  }
  return ok(steps);
}
