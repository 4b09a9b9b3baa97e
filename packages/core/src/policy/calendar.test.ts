import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCalendar } from './calendar.ts';
import { compileMatcher } from './matcher.ts';
import type { CalendarMatcher } from './model.ts';
import { daysSinceEpoch, zoneOffset } from './time-zone.ts';

function test(matcher: CalendarMatcher): (time: string) => boolean {
  const compiled = compileCalendar(matcher);
  if (!compiled.ok) throw new Error(compiled.error);
  return (time) => compiled.value.test(Date.parse(time));
}

const HOUR = 3_600;

describe('time of day', () => {
  it('holds its beginning and not its end, to the millisecond', () => {
    const office = test({ kind: 'time_of_day', from: 9 * HOUR, until: 17 * HOUR, zone: 'UTC' });
    expect(office('2026-11-18T08:59:59.999Z')).toBe(false);
    expect(office('2026-11-18T09:00:00Z')).toBe(true);
    expect(office('2026-11-18T16:59:59.999Z')).toBe(true);
    expect(office('2026-11-18T17:00:00Z')).toBe(false);
  });

  it('may pass midnight', () => {
    const night = test({ kind: 'time_of_day', from: 22 * HOUR, until: 6 * HOUR, zone: 'UTC' });
    expect(
      ['21:59', '22:00', '23:59', '00:00', '05:59', '06:00'].map((time) => night(`2026-11-18T${time}Z`)),
    ).toEqual([false, true, true, true, true, false]);
  });

  it('follows a zone through summer and winter', () => {
    const office = test({ kind: 'time_of_day', from: 9 * HOUR, until: 17 * HOUR, zone: 'Europe/Berlin' });
    expect(office('2026-01-15T08:00:00Z')).toBe(true);
    expect(office('2026-01-15T07:59:59Z')).toBe(false);
    expect(office('2026-07-15T07:00:00Z')).toBe(true);
    expect(office('2026-07-15T15:00:00Z')).toBe(false);
  });

  it('knows zones that are no whole hours away, in any order of asking', () => {
    const noon = test({ kind: 'time_of_day', from: 12 * HOUR, until: 13 * HOUR, zone: 'Asia/Kathmandu' });
    expect(noon('2026-11-18T06:15:00Z')).toBe(true);
    expect(noon('2026-11-18T06:14:59Z')).toBe(false);
    expect(noon('2026-11-18T07:14:59Z')).toBe(true);
    expect(noon('2026-11-18T06:14:00Z')).toBe(false);
  });

  it.each([
    [9, 9],
    [-1, 9],
    [0, 86_401],
    [0.5, 9],
  ])('refuses %d to %d', (from, until) => {
    expect(compileCalendar({ kind: 'time_of_day', from, until, zone: 'UTC' }).ok).toBe(false);
  });
});

describe('a day of the week', () => {
  it('begins at midnight of its zone', () => {
    const friday = { kind: 'weekday', days: [5], zone: 'America/New_York' } as const;
    expect(test(friday)('2026-11-20T04:59:59Z')).toBe(false);
    expect(test(friday)('2026-11-20T05:00:00Z')).toBe(true);
    expect(test(friday)('2026-11-21T04:59:59Z')).toBe(true);
    expect(test(friday)('2026-11-21T05:00:00Z')).toBe(false);
  });

  it('is right before 1970 too', () => {
    expect(test({ kind: 'weekday', days: [3], zone: 'UTC' })('1969-12-31T23:59:59Z')).toBe(true);
  });

  it.each([[[]], [[7]], [[1, 1]]])('refuses %j', (days) => {
    expect(compileCalendar({ kind: 'weekday', days, zone: 'UTC' }).ok).toBe(false);
  });
});

describe('an instant', () => {
  it('needs a beginning or an end, in their order', () => {
    expect(compileCalendar({ kind: 'instant' }).ok).toBe(false);
    expect(compileCalendar({ kind: 'instant', from: 5, until: 5 }).ok).toBe(false);
    expect(compileCalendar({ kind: 'instant', from: Number.NaN }).ok).toBe(false);
    expect(compileCalendar({ kind: 'instant', from: 5, until: 6 }).ok).toBe(true);
  });
});

describe('a zone', () => {
  it.each(['Mars/Olympus', '+01:00', '', 'UTC; DROP', `Europe/${'x'.repeat(99)}`, '__proto__'])(
    'refuses %j',
    (zone) => {
      expect(zoneOffset(zone).ok).toBe(false);
      expect(compileCalendar({ kind: 'weekday', days: [1], zone }).ok).toBe(false);
    },
  );

  it.each(['Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Etc/UTC', 'Asia/Kathmandu'])(
    'tells the offset of %s as its clock shows it',
    (timeZone) => {
      const offset = zoneOffset(timeZone);
      const clock = new Intl.DateTimeFormat('sv-SE', {
        timeZone,
        dateStyle: 'short',
        timeStyle: 'medium',
      });
      const time = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2040, 0, 1) });
      fc.assert(
        fc.property(time, (at) => {
          const shown = Date.parse(`${clock.format(at).replace(' ', 'T')}Z`);
          expect(offset.ok && Math.floor((at + offset.value(at)) / 1000) * 1000).toBe(shown);
        }),
        { numRuns: 50 },
      );
    },
  );
});

describe('days since 1970', () => {
  it('are those of the calendar', () => {
    const year = fc.integer({ min: 1970, max: 9999 });
    const day = fc.integer({ min: 1, max: 28 });
    fc.assert(
      fc.property(year, fc.integer({ min: 1, max: 12 }), day, (y, m, d) => {
        expect(daysSinceEpoch(y, m, d)).toBe(Date.UTC(y, m - 1, d) / 86_400_000);
      }),
    );
  });
});

describe('a time', () => {
  it('that is none cannot be compared', () => {
    const compiled = compileMatcher({ kind: 'instant', from: 5 }, []);
    expect(compiled.ok && ['5', null, true, [5]].map((value) => compiled.value.test(value))).toEqual([
      'error',
      'error',
      'error',
      'error',
    ]);
    expect(compiled.ok && compiled.value.test(undefined)).toBe(false);
  });
});
