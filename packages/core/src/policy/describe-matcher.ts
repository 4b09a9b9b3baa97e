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
      return `is in ${listed(matcher.ranges.map(quote), MOST)}`;
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
      return `does not fit: ${matcherWords(matcher.of)}`;
    case 'all':
      return matcher.of.map(matcherWords).join(' and ');
    case 'any':
      return [...new Set(matcher.of.map(matcherWords))].join(', or ');
    case 'instant':
    case 'weekday':
    case 'time_of_day':
      return calendarWords(matcher);
  }
}

/** Values of a list in one sentence; the rest is counted. */
const MOST = 12;

function oneOf(values: readonly Scalar[]): string {
  const words = values.map(quote);
  return words.length > MOST ? `one of ${listed(words, MOST)}` : words.join(' or ');
}

function calendarWords(
  matcher: Extract<Matcher, { kind: 'instant' | 'weekday' | 'time_of_day' }>,
): string {
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
      const join = matcher.from < matcher.until ? 'and' : 'or';
      return `is ${clock(matcher.from)} or later ${join} before ${clock(matcher.until)}, in ${matcher.zone}`;
    }
  }
}

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
  return `${era * 400 + year + (month <= 2 ? 1 : 0)}-${two(month)}-${two(day)}`;
}

/** `17:30:00` of seconds since midnight. */
function clock(seconds: number): string {
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
