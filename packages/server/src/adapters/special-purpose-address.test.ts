import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyAddress } from './special-purpose-address.ts';

describe('the class of an address', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '198.17.255.255',
  ])('%s is public', (address) => {
    expect(classifyAddress(address)).toBe('public');
  });

  it.each([
    '198.20.0.0',
    '192.88.98.255',
    '192.88.100.0',
    '223.255.255.255',
    '192.0.1.0',
    '169.253.255.255',
    '11.0.0.0',
  ])('%s, right beside a range, is public', (address) => {
    expect(classifyAddress(address)).toBe('public');
  });

  it.each(['2606:4700:4700::1111', '2a00:1450::1', '2001:4860:4860::8888', '2001:200::1', '2003::1'])(
    '%s is public',
    (address) => {
      expect(classifyAddress(address)).toBe('public');
    },
  );

  it.each(['127.0.0.1', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f00:1'])(
    '%s is loopback',
    (address) => {
      expect(classifyAddress(address)).toBe('loopback');
    },
  );

  it.each([
    ['10.0.0.0', '10.255.255.255'],
    ['172.16.0.0', '172.31.255.255'],
    ['192.168.0.0', '192.168.255.255'],
    ['100.64.0.0', '100.127.255.255'],
    ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['::ffff:10.0.0.1', '::ffff:c0a8:1'],
  ])('%s to %s is private', (first, last) => {
    expect([classifyAddress(first), classifyAddress(last)]).toEqual(['private', 'private']);
  });

  it.each([
    ['this network', '0.0.0.0', '0.255.255.255'],
    ['link-local', '169.254.0.0', '169.254.255.255'],
    ['IETF protocol assignments', '192.0.0.0', '192.0.0.255'],
    ['documentation 1', '192.0.2.0', '192.0.2.255'],
    ['documentation 2', '198.51.100.0', '198.51.100.255'],
    ['documentation 3', '203.0.113.0', '203.0.113.255'],
    ['AS112', '192.31.196.0', '192.31.196.255'],
    ['AS112 direct', '192.175.48.0', '192.175.48.255'],
    ['AMT', '192.52.193.0', '192.52.193.255'],
    ['6to4 relays', '192.88.99.0', '192.88.99.255'],
    ['benchmarking', '198.18.0.0', '198.19.255.255'],
    ['multicast', '224.0.0.0', '239.255.255.255'],
    ['reserved and broadcast', '240.0.0.0', '255.255.255.255'],
    ['unspecified and IPv4-compatible', '::', '::127.0.0.1'],
    ['mapped link-local', '::ffff:169.254.169.254', '::ffff:a9fe:a9fe'],
    ['mapped reserved', '::ffff:0.0.0.0', '::ffff:255.255.255.255'],
    ['NAT64 to private', '64:ff9b::10.0.0.1', '64:ff9b::c0a8:1'],
    ['NAT64 to loopback and metadata', '64:ff9b::127.0.0.1', '64:ff9b::169.254.169.254'],
    ['local NAT64', '64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
    ['discard', '100::', '100:0:0:1::'],
    ['Teredo', '2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['benchmarking and ORCHID', '2001:2::', '2001:20::'],
    ['protocol assignments', '2001:1::1', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['documentation', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['documentation 2', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['6to4', '2002::', '2002:7f00:1::'],
    ['AS112 v6', '2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff'],
    ['SRv6', '5f00::', '5f00::1'],
    ['link-local v6', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['site-local', 'fec0::', 'feff::1'],
    ['multicast v6', 'ff00::', 'ff02::1'],
    ['not yet assigned', '4000::', 'f000::1'],
  ])('%s is never opened', (_name, first, last) => {
    expect([classifyAddress(first), classifyAddress(last)]).toEqual(['never', 'never']);
  });

  it.each([
    '169.254.169.254',
    '169.254.170.2',
    '169.254.170.23',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd20:ce::254',
  ])('%s, a metadata service, is never opened', (address) => {
    expect(classifyAddress(address)).toBe('never');
  });

  it('of NAT64 is public where the IPv4 address inside is', () => {
    expect(classifyAddress('64:ff9b::8.8.8.8')).toBe('public');
    expect(classifyAddress('64:ff9b::808:808')).toBe('public');
  });

  it.each([
    '',
    'localhost',
    '1.2.3',
    '010.0.0.1',
    '1.2.3.4.5',
    '0x7f.0.0.1',
    'fe80::1%eth0',
    '[::1]',
    '::1 ',
  ])('of "%s", which is no address, is never', (text) => {
    expect(classifyAddress(text)).toBe('never');
  });

  it('does not depend on how an IPv6 address is written', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
        expect(classifyAddress(address)).toBe(classifyAddress(canonical));
      }),
    );
  });

  it('of a mapped address is that of the IPv4 address', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(classifyAddress(`::ffff:${address}`)).toBe(classifyAddress(address));
      }),
    );
  });
});
