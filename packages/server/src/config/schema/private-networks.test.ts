import { describe, expect, it } from 'vitest';
import { allowPrivateIssuers, opensLoopback } from './private-networks.ts';

const isAccepted = (value: unknown) => allowPrivateIssuers.safeParse(value).success;

describe('private addresses of issuers', () => {
  it.each([
    [true, true],
    [false, false],
    [
      ['IDP.internal', '10.0.0.0/8', '192.168.1.7', 'FD00::/8', '::1', '0.0.0.0/0'],
      ['idp.internal', '10.0.0.0/8', '192.168.1.7', 'fd00::/8', '::1', '0.0.0.0/0'],
    ],
  ])('are read: %j', (value, read) => expect(allowPrivateIssuers.parse(value)).toEqual(read));

  it.each([
    '',
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    '10.0.0.0/',
    'host:80',
    'host/8',
    '[::1]',
    '*.internal',
    'https://host',
    'a..b',
    '127.1',
  ])('are no such entry: %j', (entry) => expect(isAccepted([entry])).toBe(false));

  it.each(['169.254.169.254', '169.254.0.0/16', '169.254.169.0/24', 'fe80::/10', 'fe80::1', 'fd00:ec2::254'])(
    'are not opened where metadata services live: %s',
    (entry) => expect(isAccepted([entry])).toBe(false),
  );

  it('are at most 256, and an empty list is none', () => {
    const hosts = (length: number) => Array.from({ length }, (_, index) => `h${index}.internal`);
    expect([256, 257, 0].map((length) => isAccepted(hosts(length)))).toEqual([true, false, false]);
  });

  it.each<readonly [boolean | readonly string[], string, boolean]>([
    [true, 'localhost', true],
    [true, '10.0.0.1', false],
    [true, 'i.example', false],
    [false, 'localhost', false],
    [['localhost'], 'localhost', true],
    [['localhost'], 'idp.localhost', false],
    [['127.0.0.0/8'], '127.9.9.9', true],
    [['127.0.0.0/8'], 'idp.localhost', true],
    [['127.0.0.1'], '127.0.0.2', false],
    [['::1'], '[::1]', true],
    [['::1/128'], 'localhost', true],
    [['10.0.0.0/8'], 'localhost', false],
    [['10.0.0.0/8'], '10.0.0.1', false],
  ])('opened by %j let http: in at %s: %s', (allowed, host, expected) => {
    expect(opensLoopback(allowed, host)).toBe(expected);
  });
});
