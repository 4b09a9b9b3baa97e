import { WEEKDAYS } from './calendar.ts';
import type { Matcher, Scalar } from './model.ts';
import { listed, quote } from './wording.ts';

/**
 * What a value has to be, as the end of a sentence: `is "GET" or "HEAD"`. It words what was written and decides
 * nothing; what a condition saw is for `explain`.
 */
export function matcherWords(matcher: Matcher): string {
  switch (matcher.kind) {
    case 'equals':
      return `is ${quote(matcher.value)}`;
    case 'one_of':
      return `is ${oneOf(matcher.values)}`;
    case 'prefix':
      return `begins with ${quote(matcher.value)}`;
    case 'suffix':
      return `ends with ${quote(matcher.value)}`;
    case 'contains':
      return `contains ${quote(matcher.value)}`;
    case 'glob':
    case 'pulumi':
      return `is like ${quote(matcher.pattern)}`;
    case 'cidr':
      return `is in ${oneOf(matcher.ranges)}`;
    case 'present':
      return matcher.value ? 'is there' : 'is not there';
    case 'only_element':
      return `is ${quote(matcher.value)} alone`;
    case 'element':
      return `has one that ${matcherWords(matcher.of)}`;
    case 'folded':
      return `${matcherWords(matcher.of)}, in capitals or not`;
    // That nobody can say is for whoever asks, and not for whoever reads.
    case 'given':
      return matcherWords(matcher.of);
    case 'not':
      return negatedWords(matcher.of);
    case 'all':
      return matcher.of.map(matcherWords).join(' and ');
    case 'any':
      return oneOrList(matcher.of) ?? matcher.of.map(matcherWords).join(', or ');
    case 'instant':
    case 'weekday':
    case 'time_of_day':
      return calendarWords(matcher);
  }
}

/** A claim is one value or a list of them, and is asked about as both: that is told once. */
function oneOrList([one, list, ...more]: readonly Matcher[]): string | undefined {
  if (one === undefined || more.length > 0) return undefined;
  if (list?.kind === 'only_element') return `${matcherWords(one)}, or the list of it alone`;
  const isSame = list?.kind === 'element' && matcherWords(list.of) === matcherWords(one);
  return isSame ? `${matcherWords(one)}, alone or in a list` : undefined;
}

/** `is not "x"`. What has no words of its own is said as it is: none of these sentences may sound like its opposite. */
function negatedWords(matcher: Matcher): string {
  switch (matcher.kind) {
    case 'equals':
      return `is not ${quote(matcher.value)}`;
    case 'one_of':
      return `is none of ${listed(matcher.values.map(quote), MOST)}`;
    case 'prefix':
      return `does not begin with ${quote(matcher.value)}`;
    case 'suffix':
      return `does not end with ${quote(matcher.value)}`;
    case 'contains':
      return `does not contain ${quote(matcher.value)}`;
    case 'cidr':
      return `is in none of ${listed(matcher.ranges.map(quote), MOST)}`;
    case 'present':
      return matcherWords({ ...matcher, value: !matcher.value });
    case 'element':
      return `has none that ${matcherWords(matcher.of)}`;
    case 'folded':
      return `${negatedWords(matcher.of)}, in capitals or not`;
    case 'given':
      return negatedWords(matcher.of);
    case 'not':
      return matcherWords(matcher.of);
    case 'any':
      return matcher.of.map(negatedWords).join(' and ');
    default:
      return `is not such that it ${matcherWords(matcher)}`;
  }
}

/** Values of a list in one sentence; the rest is counted. */
const MOST = 12;

function oneOf(values: readonly Scalar[]): string {
  const words = values.map(quote);
  return words.length > MOST ? `one of ${listed(words, MOST)}` : words.join(' or ');
}

function calendarWords(matcher: Extract<Matcher, { kind: 'instant' | 'weekday' | 'time_of_day' }>): string {
  switch (matcher.kind) {
    case 'instant': {
      const from = matcher.from === undefined ? [] : [`is ${moment(matcher.from)} or later`];
      const until = matcher.until === undefined ? [] : [`is before ${moment(matcher.until)}`];
      return [...from, ...until].join(' and ');
    }
    case 'weekday':
      return `is ${matcher.days.flatMap((day) => WEEKDAYS[day] ?? []).join(' or ')}, in ${matcher.zone}`;
    case 'time_of_day': {
      // One that passes midnight is two: until the day ends, and from its beginning.
      const join = matcher.from < matcher.until ? ' and ' : ', or ';
      const from = matcher.from === 0 ? [] : [`is ${clock(matcher.from)} or later`];
      const until = matcher.until === DAY_SECONDS ? [] : [`is before ${clock(matcher.until)}`];
      return `${[...from, ...until].join(join) || ANY}, in ${matcher.zone}`;
    }
  }
}

const ANY = 'is any';
const DAY_SECONDS = 86_400;

/** `2026-11-01T00:00:00Z` of epoch milliseconds. */
function moment(time: number): string {
  const second = Math.floor(time / 1000);
  const day = Math.floor(second / DAY_SECONDS);
  return `${dateOf(day)}T${clock(second - day * DAY_SECONDS)}Z`;
}

/** The proleptic Gregorian date of a number of days since 1970-01-01: eras of 400 years, years that begin in March. */
function dateOf(days: number): string {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const leaps = Math.floor(ofEra / 1_460) - Math.floor(ofEra / 36_524) + Math.floor(ofEra / 146_096);
  const year = Math.floor((ofEra - leaps) / 365);
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const written = String(era * 400 + year + (month <= 2 ? 1 : 0)).padStart(4, '0');
  return `${written}-${two(month)}-${two(day)}`;
}

/** `17:30:00` of seconds since midnight. */
function clock(seconds: number): string {
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
