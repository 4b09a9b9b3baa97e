import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ID_BYTES, isId, newId } from './decision-id.ts';

const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const bytes = fc.uint8Array({ minLength: ID_BYTES, maxLength: ID_BYTES });

describe('newId', () => {
  it('agrees with the ULID layout on known values', () => {
    expect(newId('dec', 0, new Uint8Array(10))).toBe('dec_00000000000000000000000000');
    expect(newId('evt', 2 ** 48 - 1, new Uint8Array(10).fill(255))).toBe('evt_7ZZZZZZZZZZZZZZZZZZZZZZZZZ');
    // The example of the ULID specification: 1469918176385 is 01ARYZ6S41.
    expect(newId('tok', 1_469_918_176_385, new Uint8Array(10))).toBe('tok_01ARYZ6S410000000000000000');
    expect(newId('req', 1, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 33))).toBe(
      'req_00000000010000000000000011',
    );
  });

  it('sorts by time as text, and keeps every bit of both parts apart', () => {
    fc.assert(
      fc.property(time, time, bytes, bytes, (t1, t2, b1, b2) => {
        const [one, two] = [newId('dec', t1, b1), newId('dec', t2, b2)];
        expect(t1 === t2 || one < two === t1 < t2).toBe(true);
        expect(one === two).toBe(t1 === t2 && Buffer.from(b1).equals(Buffer.from(b2)));
        expect(isId('dec', one)).toBe(true);
      }),
    );
  });

  it.each([-1, 2 ** 48, 1.5, Number.NaN])('has no id for the time %s', (ms) => {
    expect(() => newId('dec', ms, new Uint8Array(10))).toThrow(RangeError);
  });

  it('has no id for other than ten random bytes', () => {
    expect(() => newId('dec', 0, new Uint8Array(9))).toThrow(RangeError);
    expect(() => newId('dec', 0, new Uint8Array(11))).toThrow(RangeError);
  });
});

describe('isId', () => {
  const id = 'dec_01ARYZ6S410000000000000000';
  it.each([
    ['another prefix', `tok${id.slice(3)}`],
    ['a letter Crockford leaves out', `${id.slice(0, -1)}U`],
    ['lower case', id.toLowerCase()],
    ['one character less', id.slice(0, -1)],
    ['one character more', `${id}0`],
    ['more than 48 bits of time', `dec_8${id.slice(5)}`],
    ['a line feed', `${id}\n`],
  ])('refuses %s', (_case, text) => {
    expect(isId('dec', id)).toBe(true);
    expect(isId('dec', text)).toBe(false);
  });
});
