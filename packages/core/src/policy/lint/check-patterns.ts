import type { Json } from '../../claims.ts';
import { isExact } from './accepted.ts';
import { withClaim } from './craft.ts';
import { example, ownToken } from './example.ts';
import type { Finding, LintContext, LintedPolicy } from './model.ts';
import type { Pin } from './pins.ts';
import type { LintRule } from './rules.ts';
import { quote } from '../wording.ts';

/**
 * Patterns of the Pulumi dialect that take more than they look like. Only in an allow: where a deny takes too much,
 * nobody gets in. One finding of each sort for a pattern, at its first place.
 */
export function checkPatterns(one: LintedPolicy, context: LintContext): readonly Finding[] {
  if (one.policy.decision === 'deny') return [];
  return one.pins.flatMap((pin) => {
    if (pin.matcher.kind !== 'pulumi' || isChecked(pin, one, context)) return [];
    const characters = Array.from(pin.matcher.pattern);
    const segmented = characters.some((character) => DELIMITER.test(character));
    return LOOSE.flatMap(({ rule, isAt, instead, message }) => {
      const at = characters.findIndex((_, index) => isAt(characters, index, segmented));
      if (at < 0) return [];
      const value = loosened(characters, at, instead);
      const base = withClaim(ownToken(one, context), pin.claimPath, value);
      const shown = example(one, context, base, { fixed: new Set([pin.claim]) });
      return [{ level: 'warning' as const, rule, path: pin.path, message: message(value), ...shown }];
    });
  });
}

/** `iss` is compared in full before any policy, `aud` unless it may be anything; other conditions may be exact. */
function isChecked(pin: Pin, one: LintedPolicy, { subject }: LintContext): boolean {
  if (pin.claim === 'iss' || (pin.claim === 'aud' && subject.issuer.audiences !== 'any')) return true;
  return one.pins.some((other) => other !== pin && other.claim === pin.claim && isExact(other.matcher));
}

interface Loose {
  readonly rule: LintRule;
  readonly isAt: (characters: readonly string[], index: number, segmented: boolean) => boolean;
  /** What the character takes that nobody meant. */
  readonly instead: string;
  readonly message: (value: Json) => string;
}

const DELIMITER = /[/:]/;
const WORD = /\w/;

const LOOSE: readonly Loose[] = [
  {
    rule: 'pattern-crosses',
    // The last "*" after a delimiter is meant to take the rest.
    isAt: (characters, index, segmented) =>
      segmented &&
      characters[index] === '*' &&
      (index < characters.length - 1 || !DELIMITER.test(characters[index - 1] ?? '/')),
    instead: 'any/thing:at-all',
    message: (value) => `"*" takes "/" and ":" too, so that ${quote(value)} matches`,
  },
  {
    rule: 'pattern-dot',
    isAt: (characters, index) =>
      characters[index] === '.' &&
      WORD.test(characters[index - 1] ?? '') &&
      WORD.test(characters[index + 1] ?? ''),
    instead: 'x',
    message: (value) => `"." is any character here, so that ${quote(value)} matches`,
  },
  {
    rule: 'pattern-question',
    isAt: (characters, index) => characters[index] === '?',
    instead: '',
    message: (value) => `"?" is one character or none, so that ${quote(value)} matches`,
  },
];

/** The pattern as a value: what stands at `at` is replaced, and other wildcards take something harmless. */
function loosened(characters: readonly string[], at: number, instead: string): string {
  const harmless = (character: string): string => (character === '*' ? 'app' : character.replace('?', 'a'));
  return characters.map((character, index) => (index === at ? instead : harmless(character))).join('');
}
