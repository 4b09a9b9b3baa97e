import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newId, numberText } from '../audit/decision-id.ts';
import { exchangeId, packIds, tokenId } from './packed-id.ts';

const NUMBER = '01J0ABCDEFGHJKMNPQRSTVWXYZ';

function unpacked(words: readonly number[] | undefined): string {
  const [a = 0, b = 0, c = 0, d = 0] = words ?? [];
  return numberText(a, b, c, d);
}

describe('packed ids', () => {
  it('give back every pair of ids that has one number', () => {
    const id = fc.tuple(
      fc.integer({ min: 0, max: 2 ** 48 - 1 }),
      fc.uint8Array({ minLength: 10, maxLength: 10 }),
    );
    fc.assert(
      fc.property(id, ([ms, bytes]) => {
        const token = newId('tok', ms, bytes);
        const exchange = newId('dec', ms, bytes);
        const number = unpacked(packIds(token, exchange));
        expect([tokenId(number), exchangeId(number)]).toEqual([token, exchange]);
      }),
    );
  });

  it.each(['0'.repeat(26), `7${'Z'.repeat(25)}`, `0${'Z'.repeat(25)}`, NUMBER])(
    'give back the number %s',
    (number) => {
      expect(unpacked(packIds(`tok_${number}`, `dec_${number}`))).toBe(number);
    },
  );

  it.each([
    ['another number', `tok_${NUMBER}`, `dec_${'0'.repeat(26)}`],
    ['another prefix', `dec_${NUMBER}`, `tok_${NUMBER}`],
    ['a longer number', `tok_${NUMBER}0`, `dec_${NUMBER}0`],
    ['a shorter number', 'tok_1', 'dec_1'],
    ['a number of 129 bits', `tok_8${NUMBER.slice(1)}`, `dec_8${NUMBER.slice(1)}`],
    ['lower case', `tok_${NUMBER.toLowerCase()}`, `dec_${NUMBER.toLowerCase()}`],
    ['a letter that is none', `tok_${NUMBER.slice(0, -1)}U`, `dec_${NUMBER.slice(0, -1)}U`],
  ])('are not made of %s', (_case, token, exchange) => {
    expect(packIds(token, exchange)).toBeUndefined();
  });
});
