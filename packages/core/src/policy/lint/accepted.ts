import type { OwnerClaim } from '../../issuer-preset/model.ts';
import type { Matcher } from '../model.ts';

/** What can be said of everything that a matcher accepts, without asking it. Says `false` where it cannot tell. */

/** Only values that are written out. */
export function isExact(matcher: Matcher): boolean {
  return holds(
    matcher,
    () => true,
    () => false,
    () => false,
  );
}

/** Every accepted value is of one owner, as far as this claim can say it. */
export function namesOwner(matcher: Matcher, owner: OwnerClaim): boolean {
  return holds(
    matcher,
    () => true,
    (text) => owner.begins?.test(text) === true || owner.beginsWithId?.test(text) === true,
    (text) => owner.ends?.test(text) === true,
  );
}

/** Every accepted value names its owner by an id. */
export function namesOwnerById(matcher: Matcher, owner: OwnerClaim): boolean {
  const begins = (text: string): boolean => owner.beginsWithId?.test(text) === true;
  return holds(matcher, begins, begins, () => false);
}

/** Not every text passes: some of its beginning or end is given. */
export function narrows(matcher: Matcher): boolean {
  const given = (text: string): boolean => text !== '';
  return matcher.kind === 'cidr' || holds(matcher, () => true, given, given);
}

type Ask = (text: string) => boolean;

/** Whether what is asked holds of all that is accepted: of whole values, of how they begin, or of how they end. */
function holds(matcher: Matcher, whole: Ask, begin: Ask, end: Ask): boolean {
  const inside = (of: Matcher): boolean => holds(of, whole, begin, end);
  switch (matcher.kind) {
    case 'equals':
    case 'only_element':
      return whole(String(matcher.value));
    case 'one_of':
      return matcher.values.every((value) => whole(String(value)));
    case 'prefix':
      return begin(matcher.value);
    case 'suffix':
      return end(matcher.value);
    case 'glob':
    case 'pulumi':
      return ofPattern(piecesOf(matcher), whole, begin, end);
    case 'all':
      return matcher.of.some(inside);
    case 'any':
      return matcher.of.every(inside);
    case 'element':
    case 'folded':
    case 'given':
      return inside(matcher.of);
    case 'contains':
    case 'instant':
    case 'weekday':
    case 'time_of_day':
    case 'cidr':
    case 'present':
    case 'not':
      return false;
  }
}

function ofPattern(pieces: readonly string[], whole: Ask, begin: Ask, end: Ask): boolean {
  const [first = ''] = pieces;
  return pieces.length === 1 ? whole(first) : begin(first) || end(pieces.at(-1) ?? '');
}

/**
 * A dot of the Pulumi dialect beside a letter or digit is taken for a dot: that it is none is another finding. One that
 * stands alone was meant as a wildcard, and `repo:..../` names no owner.
 */
const WILDCARD = /[*?]|(?<!\w)\.(?!\w)/;

/** What a pattern has between its wildcards. */
export function piecesOf(
  matcher: Extract<Matcher, { readonly pattern: string }>,
  wildcard = WILDCARD,
): readonly string[] {
  if (matcher.kind === 'pulumi') return matcher.pattern.split(wildcard);
  const pieces = [''];
  // The glob has compiled: every backslash escapes the character that follows it.
  for (const [token] of matcher.pattern.matchAll(/\\.|\*+|[^\\*]+/gsu)) {
    if (token.startsWith('*')) pieces.push('');
    else pieces[pieces.length - 1] += token.startsWith('\\') ? token.slice(1) : token;
  }
  return pieces;
}
