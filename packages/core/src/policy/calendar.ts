import { err, ok, type Result } from '../result.ts';
import type { CalendarMatcher } from './model.ts';
import { zoneOffset } from './time-zone.ts';

/**
 * Matchers of times: `now` comes in as a fact, in epoch milliseconds. Every interval holds its beginning and not its
 * end, so that "until 17:00" and "from 17:00" share no moment and miss none.
 */
interface CompiledCalendar {
  readonly expected: string;
  readonly test: (time: number) => boolean;
}

const DAY = 86_400_000;
const DAY_SECONDS = 86_400;

/** Names by number; 0 is Sunday. */
export const WEEKDAYS = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;

export function compileCalendar(matcher: CalendarMatcher): Result<CompiledCalendar, string> {
  if (matcher.kind === 'instant') return instant(matcher);
  const offset = zoneOffset(matcher.zone);
  if (!offset.ok) return offset;
  const local = (time: number): number => time + offset.value(time);
  return matcher.kind === 'weekday' ? weekday(matcher, local) : timeOfDay(matcher, local);
}

function instant({
  from = Number.NEGATIVE_INFINITY,
  until = Number.POSITIVE_INFINITY,
}: Extract<CalendarMatcher, { kind: 'instant' }>): Result<CompiledCalendar, string> {
  if (!(from < until)) return err('expected the beginning before the end');
  const bounds = [
    ...(Number.isFinite(from) ? [`is ${from} or later`] : []),
    ...(Number.isFinite(until) ? [`is before ${until}`] : []),
  ];
  // Without an end on either side it would hold always, and look like a limit.
  if (bounds.length === 0) return err('expected a beginning or an end');
  return ok({ expected: bounds.join(' and '), test: (time) => time >= from && time < until });
}

type Local = (time: number) => number;

function weekday(
  { days, zone }: Extract<CalendarMatcher, { kind: 'weekday' }>,
  local: Local,
): Result<CompiledCalendar, string> {
  const wanted = new Set(days);
  const names = days.flatMap((day) => WEEKDAYS[day] ?? []);
  if (names.length === 0 || names.length !== wanted.size) return err('expected one or more days of the week');
  return ok({
    expected: `is a ${names.join(' or ')} in ${zone}`,
    // 1970-01-01 was a Thursday.
    test: (time) => wanted.has(modulo(Math.floor(local(time) / DAY) + 4, 7)),
  });
}

function timeOfDay(
  { from, until, zone }: Extract<CalendarMatcher, { kind: 'time_of_day' }>,
  local: Local,
): Result<CompiledCalendar, string> {
  if (!isSecond(from) || !isSecond(until) || from === until)
    return err('expected two different times of day');
  const within = (second: number): boolean =>
    from < until ? second >= from && second < until : second >= from || second < until;
  return ok({
    expected: `is from ${clock(from)} to before ${clock(until)} in ${zone}`,
    test: (time) => within(Math.floor(modulo(local(time), DAY) / 1_000)),
  });
}

/** 24:00 may end an interval. */
function isSecond(second: number): boolean {
  return Number.isInteger(second) && second >= 0 && second <= DAY_SECONDS;
}

function clock(second: number): string {
  const parts = [Math.floor(second / 3_600), Math.floor(second / 60) % 60, second % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** Never negative, unlike `%`: times before 1970 are times too. */
function modulo(value: number, of: number): number {
  return ((value % of) + of) % of;
}
