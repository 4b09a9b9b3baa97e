import { describe, expect, it } from 'vitest';
import { networkSet } from './network.ts';
import { trustedProxies } from './trusted-proxies.ts';

const isAccepted = (value: unknown) => trustedProxies.safeParse(value).success;

describe('trusted proxies', () => {
  it.each([[], ['10.0.0.1'], ['10.0.0.0/8', '2001:db8::/32', '::1', '0.0.0.0/0']].map((list) => [list]))(
    'are addresses and networks: %j',
    (list) => expect(isAccepted(list)).toBe(true),
  );

  it.each(['', 'proxy.internal', '10.0.0.0/33', '::/129', '10.0.0/8', '[::1]', 'fe80::1%eth0', '*'])(
    'are no names and no halves of networks: "%s"',
    (entry) => expect(isAccepted([entry])).toBe(false),
  );

  it.each(['::ffff:10.0.0.1', '0:0:0:0:0:ffff:a00:1', '::FFFF:0:0/96'])(
    'are not written in a form that no peer has: %s',
    (entry) => expect(isAccepted([entry])).toBe(false),
  );

  it('are at most 256', () => {
    const networks = (length: number) => Array.from({ length }, (_, index) => `10.0.${index % 256}.0/24`);
    expect([256, 257].map((length) => isAccepted(networks(length)))).toEqual([true, false]);
  });
});

describe('a set of networks', () => {
  it.each([
    ['10.1.2.3', true],
    ['11.0.0.1', false],
    ['2001:db8::5', true],
    ['2001:db9::5', false],
    ['fe80::1%eth0', false],
    ['', false],
    ['10.1', false],
  ])('holds %s: %s', (address, expected) => {
    expect(networkSet(['10.0.0.0/8', '2001:db8::/32', 'fe80::/10'])(address)).toBe(expected);
  });

  it('of nothing holds nobody', () => expect(networkSet([])('127.0.0.1')).toBe(false));
});
