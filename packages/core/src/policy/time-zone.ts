import { err, ok, type Result } from '../result.ts';

/**
 * Time zones by their IANA names. A name that is not known is refused when a policy is compiled: read as UTC it would
 * open a door at the wrong hours. The rules of the zones come with the ECMAScript engine (ECMA-402, `Intl`).
 */

/** How far a zone is ahead of UTC at a time, both in milliseconds. */
export type ZoneOffset = (time: number) => number;

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Letters first: `+01:00` is an offset, and would be an hour wrong for half of the year. */
const NAME = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;

export function zoneOffset(name: string): Result<ZoneOffset, string> {
  if (name === 'UTC') return ok(() => 0);
  const format = NAME.test(name) ? wallClock(name) : undefined;
  if (format === undefined) return err('expected the IANA name of a time zone, such as Europe/Berlin');
  return ok(onceAMinute((time) => wallTime(format, time) - time));
}

/** The engine says by exception that it does not know a zone. */
function wallClock(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
  } catch {
    return undefined;
  }
}

/** What the clock on the wall shows at a whole minute, as if it were UTC. */
function wallTime(format: Intl.DateTimeFormat, time: number): number {
  const shown = new Map(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => shown.get(name) ?? Number.NaN;
  return (
    daysSinceEpoch(part('year'), part('month'), part('day')) * DAY +
    (part('hour') * 60 + part('minute')) * MINUTE
  );
}

/** Formatting a time costs as much as a hundred tests, and offsets change at whole minutes only. */
function onceAMinute(offset: ZoneOffset): ZoneOffset {
  let known = Number.NaN;
  let ahead = 0;
  return (time) => {
    const minute = Math.floor(time / MINUTE) * MINUTE;
    if (minute !== known) [known, ahead] = [minute, offset(minute)];
    return ahead;
  };
}

/** Days from 1970-01-01 to a date of the Gregorian calendar; years begin in March, so that the leap day is the last. */
export function daysSinceEpoch(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
