import { err, ok, type Result } from '../result.ts';
import { BOUNDS } from './bounds.ts';
import { ANY, anyNumber, atMostOnce, once, textTest, type Step, type TextTest } from './pattern-machine.ts';

/**
 * The pattern of the Pulumi dialect, kept as it is for the policies that exist: `*` any run, `?` none or one, `.`
 * exactly one character; there is no escape, so a literal dot matches anything. Anchored at both ends. Never mend its
 * looseness here: who wants exactness writes `match`.
 */

/** Compiles a Pulumi pattern; the error says what is wrong with it. The empty pattern matches the empty text. */
export function compilePulumiPattern(pattern: string): Result<TextTest, string> {
  const steps = pulumiSteps(pattern);
  if (!steps.ok) return steps;
  return ok(textTest(steps.value));
}

/** The steps of a Pulumi pattern. */
export function pulumiSteps(pattern: string): Result<readonly Step[], string> {
  const characters = Array.from(pattern);
  if (characters.length > BOUNDS.text) return err(`a pattern has at most ${BOUNDS.text} characters`);
  return ok(characters.map(stepFor));
}

function stepFor(character: string): Step {
  switch (character) {
    case '*':
      return anyNumber(ANY);
    case '?':
      return atMostOnce(ANY);
    case '.':
      return once(ANY);
    default:
      return once(character.codePointAt(0) ?? 0);
  }
}
