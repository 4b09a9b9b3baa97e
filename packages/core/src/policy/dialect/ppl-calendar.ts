import { isObject, type Claims, type Json } from '../../claims.ts';
import { WEEKDAYS } from '../calendar.ts';
import type { CalendarMatcher, Expression } from '../model.ts';
import type { Criterion } from '../reason.ts';
import { daysSinceEpoch, zoneOffset } from '../time-zone.ts';
import { kindOf, quote, suggestion } from '../wording.ts';
import { checked, refuse } from './claim-test.ts';
import { BARE, ofRequest, type Place, type PplCriterion } from './ppl-criterion.ts';

/**
 * The criteria of time. UTC unless `timezone` names a zone; intervals hold `after` and not `before`. What has two
 * readings is refused: an interval without end, a time that is none, a zone by its offset.
 */
export const DATE = calendarCriterion('date', ['after', 'before', 'timezone'], readDate);

/** `tue-fri`, `mon,wed`, `*`; or `{ is: …, timezone: … }`. */
export const DAY_OF_WEEK = calendarCriterion('day_of_week', [BARE, 'is', 'timezone'], readDays);

export const TIME_OF_DAY = calendarCriterion('time_of_day', ['after', 'before', 'timezone'], readTimeOfDay);

const DAY_SECONDS = 86_400;

function calendarCriterion(
  name: Criterion,
  operators: readonly string[],
  read: (value: Fields, zone: string) => CalendarMatcher | string,
): PplCriterion {
  return {
    name,
    operators,
    needs: 'time',
    read: (data, place): Expression | undefined => {
      const fields = fieldsOf(operators, data, place);
      if (fields === undefined) return undefined;
      const matcher = read(fields, fields['timezone'] ?? 'UTC');
      if (typeof matcher === 'string') return refuse(place.problems, place.path, matcher);
      return checked(matcher, place.path, place.problems) && ofRequest(name, ['time'], matcher);
    },
  };
}

type Fields = { readonly [name: string]: string };

/** The value as an object of texts, all of its keys known. */
function fieldsOf(operators: readonly string[], data: Json, { path, problems }: Place): Fields | undefined {
  const document: Json = typeof data === 'string' && operators.includes(BARE) ? { is: data } : data;
  const names = operators.filter((name) => name !== BARE);
  if (!isObject(document))
    return refuse(problems, path, `expected an object with ${names.join(', ')}, got ${kindOf(data)}`);
  const before = problems.length;
  for (const [name, value] of Object.entries(document)) {
    if (!names.includes(name))
      refuse(problems, [...path, name], `unknown operator ${quote(name)}${suggestion(name, names)}`);
    else if (typeof value !== 'string')
      refuse(problems, [...path, name], `expected a string, got ${kindOf(value)}`);
  }
  return problems.length > before ? undefined : textsOf(document);
}

function textsOf(document: Claims): Fields {
  const texts = Object.entries(document).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  return Object.fromEntries(texts);
}

function readDate(fields: Fields, zone: string): CalendarMatcher | string {
  const from = bound(fields['after'], (text) => instantOf(text, zone));
  const until = bound(fields['before'], (text) => instantOf(text, zone));
  if (from === undefined || until === undefined)
    return 'expected dates such as 2026-01-31, 2026-01-31T16:20:00 or 2026-01-31T16:20:00+01:00, and a known timezone';
  return {
    kind: 'instant',
    ...(from === 'open' ? {} : { from }),
    ...(until === 'open' ? {} : { until }),
  };
}

function readTimeOfDay(fields: Fields, zone: string): CalendarMatcher | string {
  const from = bound(fields['after'], secondOf);
  const until = bound(fields['before'], secondOf);
  if (from === undefined || until === undefined) return 'expected times such as 9:00, 16:20:30 or 4:20 PM';
  if (from === 'open' && until === 'open') return 'expected after, before or both';
  return {
    kind: 'time_of_day',
    from: from === 'open' ? 0 : from,
    until: until === 'open' ? DAY_SECONDS : until,
    zone,
  };
}

function readDays({ is }: Fields, zone: string): CalendarMatcher | string {
  const days = is === undefined ? undefined : daysOf(is);
  return days === undefined ? 'expected days such as mon-fri, sat,sun or *' : { kind: 'weekday', days, zone };
}

/** `open` when nothing is written; `undefined` when it cannot be read. */
function bound<T>(text: string | undefined, read: (text: string) => T | undefined): T | 'open' | undefined {
  return text === undefined ? 'open' : read(text);
}

/** ISO 8601 as RFC 3339 has it; the time may be left out, and so may the offset, which the zone then gives. */
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2}))?(Z|([+-])(\d{2}):(\d{2}))?)?$/;

function instantOf(text: string, zone: string): number | undefined {
  const found = INSTANT.exec(text);
  if (found === null) return undefined;
  const part = (index: number): number => Number(found[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  if (!isDate(year, month, day) || hour > 23 || minute > 59 || second > 59) return undefined;
  const local = (daysSinceEpoch(year, month, day) * DAY_SECONDS + (hour * 60 + minute) * 60 + second) * 1_000;
  if (found[7] === undefined) return inZone(local, zone);
  if (part(9) > 23 || part(10) > 59) return undefined;
  const ahead = (part(9) * 60 + part(10)) * 60_000;
  return found[8] === '-' ? local + ahead : local - ahead;
}

/** Whether the calendar has this day: one more than it has would be the first of the next month. */
function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const next = month === 12 ? daysSinceEpoch(year + 1, 1, 1) : daysSinceEpoch(year, month + 1, 1);
  return day <= next - daysSinceEpoch(year, month, 1);
}

/** Twice, since the offset that was looked up first may be that of the other side of a change of clocks. */
function inZone(local: number, zone: string): number | undefined {
  const offset = zoneOffset(zone);
  if (!offset.ok) return undefined;
  const guess = local - offset.value(local);
  return local - offset.value(guess);
}

const CLOCK = /^(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?\s?(AM|PM)?$/i;

/** Seconds since midnight. */
function secondOf(text: string): number | undefined {
  const [whole, hours = '', minutes, seconds = '0', half] = CLOCK.exec(text) ?? [];
  // A bare `9` may be an hour or a slip: hours alone need AM or PM.
  if (whole === undefined || (minutes === undefined && half === undefined)) return undefined;
  const hour = half === undefined ? Number(hours) : hourOf(Number(hours), half);
  const [minute, second] = [Number(minutes ?? 0), Number(seconds)];
  if (hour === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  return (hour * 60 + minute) * 60 + second;
}

/** 12 AM is midnight and 12 PM noon. */
function hourOf(hour: number, half: string): number | undefined {
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
}

/** Numbers of the days; a range may pass the end of the week. */
function daysOf(text: string): readonly number[] | undefined {
  if (text === '*') return WEEKDAYS.map((_, index) => index);
  const days = new Set<number>();
  for (const piece of text.split(',')) {
    const [first = '', last = first, ...more] = piece.split('-');
    const [from, to] = [dayOf(first.trim()), dayOf(last.trim())];
    if (from === undefined || to === undefined || more.length > 0) return undefined;
    for (let day = from; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === to) break;
    }
  }
  return [...days].sort((left, right) => left - right);
}

/** `tue` or `tuesday`, in capitals or not. */
function dayOf(name: string): number | undefined {
  const wanted = name.toLowerCase();
  const index = WEEKDAYS.findIndex((day) => day === wanted || day.slice(0, 3) === wanted);
  return index < 0 ? undefined : index;
}
