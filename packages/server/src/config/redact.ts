/**
 * What came from the environment or from a file may be a secret, wherever it was put. Messages repeat no values but
 * names, and out of those this takes everything that was brought in.
 */

/** Shorter values guard nothing, and blotting out every `a` would leave no message. */
const SHORTEST = 4;

/** The message with every value that was brought from outside replaced by `***`. */
export function redact(message: string, brought: ReadonlySet<string>): string {
  // The longest first: one value may be part of another.
  const values = [...brought].filter((value) => value.length >= SHORTEST).sort((a, b) => b.length - a.length);
  return values.reduce((text, value) => text.replaceAll(value, '***'), message);
}
