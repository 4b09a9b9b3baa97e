/**
 * What is said of a command line that makes no sense, without what may be a secret in it. Somebody pastes a token where
 * a file was meant, or writes `--token=…`; repeated, it would stand in the log of a CI job for good.
 */
export function withoutSecrets(text: string, args: readonly string[]): string {
  const told = args
    .flatMap(replacements)
    .filter(([value]) => value.length >= SHORTEST_SECRET)
    // The longest first: one value may hold another.
    .toSorted(([one], [other]) => other.length - one.length);
  return told.reduce((said, [value, instead]) => said.replaceAll(value, instead), withoutSurplus(text));
}

/** The shortest access token of an administrator that a server takes; all others are longer. */
const SHORTEST_SECRET = 32;

/** Parts of an argument that commander repeats, and what is said instead. */
function replacements(arg: string): readonly (readonly [string, string])[] {
  const [, flag = '', value = ''] = /^(--[^=]*=|-[^-])?(.*)$/s.exec(arg) ?? [];
  return [
    [arg, `${flag}…`],
    [value, '…'],
  ];
}

/** Of surplus arguments only words are repeated: an unquoted header or token falls apart into several. */
function withoutSurplus(text: string): string {
  return text.replace(/(but got \d+): (.*)\.\n$/s, (whole, count: string, surplus: string) =>
    surplus.split(', ').every((word) => /^[a-z][a-z-]{0,19}$/.test(word)) ? whole : `${count}.\n`,
  );
}
