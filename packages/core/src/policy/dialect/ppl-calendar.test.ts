import { describe, expect, it } from 'vitest';
import type { Json } from '../../claims.ts';
import { evaluate } from '../evaluate.ts';
import { compileAccess } from './ppl.ts';

function compiled(criterion: Json) {
  return compileAccess({ policy: { allow: { or: [criterion] } } });
}

function holds(criterion: Json, time: string): boolean {
  const policy = compiled(criterion);
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  const facts = { claims: {}, request: { time: Date.parse(time) } };
  return evaluate(policy.value, facts).effect === 'allow';
}

describe('criteria of time', () => {
  it.each<[Json, string, boolean]>([
    [{ date: { after: '2026-11-18' } }, '2026-11-18T00:00:00Z', true],
    [{ date: { after: '2026-11-18' } }, '2026-11-17T23:59:59.999Z', false],
    [{ date: { before: '2026-11-18T12:00:00+02:00' } }, '2026-11-18T09:59:59Z', true],
    [{ date: { before: '2026-11-18T12:00:00+02:00' } }, '2026-11-18T10:00:00Z', false],
    [{ date: { after: '2026-11-18T12:00:00-05:30' } }, '2026-11-18T17:30:00Z', true],
    [{ date: { after: '2026-11-18T12:00:00-05:30' } }, '2026-11-18T17:29:59Z', false],
    [{ date: { after: '2026-03-29T12:00', timezone: 'Europe/Berlin' } }, '2026-03-29T10:00:00Z', true],
    [{ date: { after: '2026-03-29T12:00', timezone: 'Europe/Berlin' } }, '2026-03-29T09:59:59Z', false],
    [{ date: { after: '2026-03-29T01:59', timezone: 'Europe/Berlin' } }, '2026-03-29T00:59:00Z', true],
    [{ date: { after: '2026-03-29T01:59', timezone: 'Europe/Berlin' } }, '2026-03-29T00:58:59Z', false],
    [{ date: { after: '2028-02-29' } }, '2028-02-29T00:00:00Z', true],
    [{ day_of_week: '*' }, '2026-11-18T00:00:00Z', true],
    [{ day_of_week: 'TUE-fri' }, '2026-11-17T00:00:00Z', true],
    [{ day_of_week: 'tue-fri' }, '2026-11-16T00:00:00Z', false],
    [{ day_of_week: 'fri-mon' }, '2026-11-15T00:00:00Z', true],
    [{ day_of_week: 'fri-mon' }, '2026-11-18T00:00:00Z', false],
    [{ day_of_week: 'mon, wednesday,fri' }, '2026-11-18T00:00:00Z', true],
    [{ time_of_day: { after: '12 AM', before: '12 PM' } }, '2026-11-18T00:00:00Z', true],
    [{ time_of_day: { after: '12 AM', before: '12 PM' } }, '2026-11-18T12:00:00Z', false],
    [{ time_of_day: { after: '12:30PM' } }, '2026-11-18T12:30:00Z', true],
    [{ time_of_day: { before: '12:30 am' } }, '2026-11-18T00:30:00Z', false],
  ])('%j at %s: %s', (criterion, time, wanted) => {
    expect(holds(criterion, time)).toBe(wanted);
  });

  it.each<[Json, string]>([
    [{ date: {} }, 'expected a beginning or an end'],
    [{ date: '2026-01-01' }, 'expected an object with after, before, timezone, got a string'],
    [{ date: { after: '2026-02-29' } }, 'expected dates such as'],
    [{ date: { after: '2026-00-01' } }, 'expected dates such as'],
    [{ date: { after: '2026-12-32' } }, 'expected dates such as'],
    [{ date: { after: '2026-01-01T24:00' } }, 'expected dates such as'],
    [{ date: { after: '2026-01-01T12:00+24:00' } }, 'expected dates such as'],
    [{ date: { after: '1/2/2026' } }, 'expected dates such as'],
    [{ date: { after: 5 } }, 'expected a string, got a number'],
    [{ date: { after: '2026-01-02', before: '2026-01-01' } }, 'expected the beginning before the end'],
    [{ date: { after: '2026-01-01', timezone: 'Mars/Olympus' } }, 'a known timezone'],
    [{ date: { since: '2026-01-01' } }, 'unknown operator "since"'],
    [{ day_of_week: '' }, 'expected days such as'],
    [{ day_of_week: 'mon-' }, 'expected days such as'],
    [{ day_of_week: 'mon-wed-fri' }, 'expected days such as'],
    [{ day_of_week: 'funday' }, 'expected days such as'],
    [{ day_of_week: { timezone: 'UTC' } }, 'expected days such as'],
    [{ day_of_week: { is: 'mon', timezone: '+01:00' } }, 'IANA name'],
    [{ day_of_week: 1 }, 'expected an object'],
    [{ time_of_day: { timezone: 'UTC' } }, 'expected after, before or both'],
    [{ time_of_day: { after: '9' } }, 'expected times such as'],
    [{ time_of_day: { after: '25:00' } }, 'expected times such as'],
    [{ time_of_day: { after: '13 PM' } }, 'expected times such as'],
    [{ time_of_day: { after: '0 AM' } }, 'expected times such as'],
    [{ time_of_day: { after: '9:60' } }, 'expected times such as'],
    [{ time_of_day: { after: '9:00', before: '9:00' } }, 'two different times'],
    [{ time_of_day: { after: '9:00', timezone: 'Nowhere' } }, 'IANA name'],
  ])('refuses %j', (criterion, message) => {
    const policy = compiled(criterion);
    expect(policy.ok ? [] : policy.error.map((problem) => problem.message)).toEqual([
      expect.stringContaining(message),
    ]);
  });
});
