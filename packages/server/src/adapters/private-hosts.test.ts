import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { reachable, type AllowPrivate } from './private-hosts.ts';
import { classifyAddress } from './special-purpose-address.ts';

const may = (allow: AllowPrivate, host: string, address = host, protocol = 'https:') =>
  reachable(allow)({ protocol, host, address, class: classifyAddress(address) });

describe('private addresses', () => {
  it('are all closed without a word', () => {
    for (const address of ['127.0.0.1', '::1', '10.0.0.1', 'fd12::1']) {
      expect(may(false, address)).toBe(false);
      expect(may([], address)).toBe(false);
    }
    expect(may(false, '8.8.8.8')).toBe(true);
    expect(may([], '2606:4700::1')).toBe(true);
  });

  it('are all opened by true', () => {
    for (const address of ['127.0.0.1', '::1', '10.0.0.1', 'fd12::1']) expect(may(true, address)).toBe(true);
  });

  it.each([
    ['10.1.0.0/16', '10.1.255.255', '10.2.0.0'],
    ['10.1.2.3', '10.1.2.3', '10.1.2.4'],
    ['fd12:3456::/32', 'fd12:3456:ffff::1', 'fd12:3457::1'],
    ['fd12::7', 'fd12::7', 'fd12::8'],
    ['127.0.0.0/8', '127.9.9.9', '::1'],
    ['10.1.0.0/16', '::ffff:10.1.0.1', '::ffff:10.2.0.1'],
  ])('in a list are opened by %s: %s is, %s is not', (entry, inside, outside) => {
    expect([may([entry], inside), may([entry], outside)]).toEqual([true, false]);
  });

  it('of a host on the list are open, whatever they are; the same address under another name is not', () => {
    expect(may(['idp.internal'], 'idp.internal', '10.0.0.1')).toBe(true);
    expect(may(['idp.internal'], 'idp.internal', '127.0.0.1')).toBe(true);
    for (const host of ['other.internal', 'x.idp.internal', 'idp.internal.evil.test', 'internal', '10.0.0.1'])
      expect(may(['idp.internal'], host, '10.0.0.1')).toBe(false);
  });

  it.each([
    true,
    ['metadata.test', '169.254.0.0/16', '169.254.169.254', '0.0.0.0/0', '::/0', 'fd00:ec2::/32'],
  ])('never include a metadata service or a link-local address, with %j', (allow) => {
    for (const address of [
      '169.254.169.254',
      '169.254.170.2',
      'fd00:ec2::254',
      'fe80::1',
      '::ffff:169.254.169.254',
      '64:ff9b::a9fe:a9fe',
      '100.100.100.200',
      '0.0.0.0',
    ])
      expect([address, may(allow, 'metadata.test', address), may(allow, address)]).toEqual([
        address,
        false,
        false,
      ]);
  });

  it('are reached without encryption on loopback alone, and only where that is open', () => {
    const clear = (allow: AllowPrivate, address: string) => may(allow, address, address, 'http:');
    expect([clear(true, '127.0.0.1'), clear(true, '::1'), clear(['127.0.0.1'], '127.0.0.1')]).toEqual([
      true,
      true,
      true,
    ]);
    expect([clear(false, '127.0.0.1'), clear(['10.0.0.0/8'], '127.0.0.1')]).toEqual([false, false]);
    for (const address of ['10.0.0.1', '8.8.8.8', 'fd12::1']) {
      expect(clear(true, address)).toBe(false);
      expect(clear([`${address}/${isIP(address) === 4 ? 8 : 16}`], address)).toBe(false);
    }
  });
});
