import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inRange, parseAddress, parseRange } from './cidr.ts';

function within(address: string, range: string): boolean {
  const parsed = parseRange(range);
  const bytes = parseAddress(address);
  if (!parsed.ok || bytes === undefined) throw new Error(`${address} in ${range}`);
  return inRange(bytes, parsed.value);
}

describe('parseAddress', () => {
  it('reads IPv4', () => {
    expect(parseAddress('192.0.2.255')).toEqual([192, 0, 2, 255]);
  });

  it.each([
    ['::', []],
    ['::1', [1]],
    ['0:0:0:0:0:0:0:1', [1]],
    ['::102:304', [1, 2, 3, 4]],
    ['::1.2.3.4', [1, 2, 3, 4]],
  ])('reads %s', (text, end) => {
    expect(parseAddress(text)).toEqual([...Array.from({ length: 16 - end.length }, () => 0), ...end]);
  });

  it('reads capitals and a :: in the middle or at the end', () => {
    expect(parseAddress('2001:DB8::1')).toEqual(parseAddress('2001:0db8:0:0:0:0:0:1'));
    expect(parseAddress('2001:db8::')).toEqual(parseAddress('2001:db8:0:0:0:0:0:0'));
  });

  it('takes a mapped address for the IPv4 address that it is', () => {
    expect(parseAddress('::ffff:10.0.0.1')).toEqual([10, 0, 0, 1]);
    expect(parseAddress('::ffff:a00:1')).toEqual([10, 0, 0, 1]);
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.0.0',
    '10.0.0.256',
    '010.0.0.1',
    '0x0a.0.0.1',
    '10.0.0.1 ',
    '１0.0.0.1',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    '12345::',
    'fe80::1%eth0',
    '1.2.3.4::',
    '::1.2.3',
    '::1.2.3.4:5',
    'g::',
    `::${'0'.repeat(60)}1`,
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it('reads back every IPv6 address written in full', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }), (groups) => {
        fc.pre(groups[0] !== 0);
        const text = groups.map((group) => group.toString(16)).join(':');
        expect(parseAddress(text)).toEqual(groups.flatMap((group) => [group >> 8, group & 0xff]));
      }),
    );
  });
});

describe('a range', () => {
  it.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.0.0.0', '10.0.0.0/8', false],
    ['10.127.255.255', '10.0.0.0/9', true],
    ['10.128.0.0', '10.0.0.0/9', false],
    ['10.0.0.1', '10.0.0.1', true],
    ['10.0.0.2', '10.0.0.1/32', false],
    ['203.0.113.9', '0.0.0.0/0', true],
    ['10.0.0.9', '10.0.0.1/8', true],
    ['2001:db8::5', '2001:db8::/32', true],
    ['2001:db9::5', '2001:db8::/32', false],
    ['::ffff:10.1.1.1', '10.0.0.0/8', true],
    ['10.1.1.1', '::ffff:10.0.0.0/104', true],
    ['11.1.1.1', '::ffff:10.0.0.0/104', false],
    ['10.1.1.1', '::/0', false],
    ['::1', '0.0.0.0/0', false],
  ])('%s in %s: %s', (address, range, expected) => {
    expect(within(address, range)).toBe(expected);
  });

  it.each(['', '/8', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/08', '10.0.0.0/-1', '::/129', '::1/1/1', 'any'])(
    'refuses %j',
    (text) => {
      expect(parseRange(text).ok).toBe(false);
    },
  );

  it('holds exactly the addresses that share its first bits', () => {
    const word = fc.nat(0xffffffff);
    const dotted = (value: number): string =>
      [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 32 }), (address, base, bits) => {
        const shared = bits === 0 || address >>> (32 - bits) === base >>> (32 - bits);
        expect(within(dotted(address), `${dotted(base)}/${bits}`)).toBe(shared);
      }),
    );
  });
});
