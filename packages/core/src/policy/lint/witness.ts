import type { Json } from '../../claims.ts';
import type { Matcher } from '../model.ts';
import { piecesOf } from './accepted.ts';

/**
 * Values that a matcher may accept, made from what it is written with and from a value of a real token. They are
 * guesses: whoever takes one asks the matcher. At most a few dozen, whatever the matcher.
 */

/** Longer ones would only cost. */
const LONGEST = 2_048;
const MOST = 40;

/** Candidates, the likeliest first. `undefined` stands for no such claim. */
export function candidates(matcher: Matcher, like: Json | undefined): readonly (Json | undefined)[] {
  const all = [like, ...made(matcher, like)].slice(0, MOST);
  return all.filter((value) => typeof value !== 'string' || value.length <= LONGEST);
}

function made(matcher: Matcher, like: Json | undefined): readonly (Json | undefined)[] {
  switch (matcher.kind) {
    case 'equals':
      return [matcher.value];
    case 'one_of':
      return matcher.values.slice(0, MOST);
    case 'only_element':
      return [[matcher.value]];
    case 'prefix':
      return fills([matcher.value, ''], like);
    case 'suffix':
      return fills(['', matcher.value], like);
    case 'contains':
      return fills(['', matcher.value, ''], like);
    case 'glob':
    case 'pulumi':
      // A dot takes a dot too.
      return fills(piecesOf(matcher, /[*?]/), like);
    case 'cidr':
      return matcher.ranges.slice(0, MOST).map((range) => range.split('/')[0]);
    case 'present':
      return [matcher.value ? 'mallory' : undefined];
    case 'not':
      return ['mallory', '0', 0, true, undefined];
    case 'folded':
    case 'given':
      return made(matcher.of, like);
    case 'instant':
    case 'weekday':
    case 'time_of_day':
      return [];
    case 'element':
      return made(matcher.of, undefined).flatMap((value) => (value === undefined ? [] : [[value]]));
    case 'all':
    case 'any':
      return matcher.of.slice(0, MOST).flatMap((of) => made(of, like).slice(0, MOST));
  }
}

function fills(pieces: readonly string[], like: Json | undefined): readonly string[] {
  const base = typeof like === 'string' ? like : '';
  return [
    aligned(pieces, base, true),
    aligned(pieces, base, false),
    ...['mallory', 'mallory/app', '1', ''].map((star) => pieces.join(star)),
  ];
}

/** Fills every gap with the part of `like` that stands at the same place, so that a subject stays a subject. */
function aligned(pieces: readonly string[], like: string, rest: boolean): string {
  const segments = like.split(/(?<=[/:])/);
  let [text = ''] = pieces;
  let at = delimiters(text);
  for (const [index, piece] of pieces.slice(1).entries()) {
    const last = rest && piece === '' && index === pieces.length - 2;
    text += last ? segments.slice(at).join('') : (segments[at] ?? 'mallory').replace(/[/:]$/, '');
    text += piece;
    at += delimiters(piece);
    if (text.length > LONGEST) break;
  }
  return text;
}

function delimiters(text: string): number {
  return text.split(/[/:]/).length - 1;
}
