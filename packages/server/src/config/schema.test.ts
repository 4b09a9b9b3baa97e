import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { SECTIONS } from './schema.ts';
import {
  isLoopbackHost,
  issuerUrl,
  listenAddress,
  parseOrigin,
  routeOrigin,
  serviceUrl,
} from './schema/address.ts';
import { audiences } from './schema/issuer.ts';
import { email } from './schema/organization.ts';
import { count, duration, label, name, organizationName, size } from './schema/scalar.ts';
import { adminToken, egressProxy, encryptionKeys, limits, session, storage } from './schema/settings.ts';

const accepts = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

describe('durations and sizes', () => {
  it.each([
    ['90s', 90],
    ['15m', 900],
    ['2h', 7200],
    ['7d', 604_800],
    [45, 45],
    ['45', 45],
    ['1s', 1],
    ['30d', 2_592_000],
  ])('reads the duration %s as %s seconds', (text, seconds) => {
    expect(duration('1s', '30d').parse(text)).toBe(seconds);
  });

  it.each([
    '',
    '0s',
    '31d',
    '2592001',
    '1.5h',
    '-1s',
    '1 h',
    '1w',
    '1H',
    '1h30m',
    -1,
    1.5,
    0,
    null,
    true,
    '９s',
  ])('refuses %j as a duration from 1s to 30d', (value) => {
    expect(accepts(duration('1s', '30d'), value)).toBe(false);
  });

  it.each([
    ['64KiB', 65_536],
    ['8MiB', 8_388_608],
    ['2048B', 2048],
    ['2048', 2048],
    [1024, 1024],
  ])('reads the size %s as %s bytes', (text, bytes) => {
    expect(size('1KiB', '8MiB').parse(text)).toBe(bytes);
  });

  it.each(['1023', '9MiB', '8388609', '64kb', '64KB', '1GiB', '1.5KiB', 1023])(
    'refuses the size %j',
    (value) => {
      expect(accepts(size('1KiB', '8MiB'), value)).toBe(false);
    },
  );
});

describe('counts', () => {
  it.each([
    ['1', 1],
    [10, 10],
    ['9', 9],
  ])('are read: %s', (value, read) => expect(count(1, 10).parse(value)).toBe(read));

  it.each(['0', '11', '', '1k', ' 1', '1.0', 0, 1.5, null])('from 1 to 10 are not %j', (value) => {
    expect(accepts(count(1, 10), value)).toBe(false);
  });
});

describe('names', () => {
  it.each(['ada', 'A.b_c-9', 'x'.repeat(100)])('takes %s', (text) => expect(accepts(name, text)).toBe(true));

  it.each(['', '-a', '.', '..', 'a/b', 'a:b', 'a b', 'a\nb', 'ä', 'x'.repeat(101), 'a@b', '*'])(
    'refuses %j',
    (text) => {
      expect(accepts(name, text)).toBe(false);
    },
  );

  it('takes organizations of 1 to 40 lower-case characters', () => {
    expect(['acme', 'a-1', 'x'.repeat(40)].map((text) => accepts(organizationName, text))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['', 'Acme', 'a_b', 'x'.repeat(41)].some((text) => accepts(organizationName, text))).toBe(false);
  });

  it('takes labels of one line', () => {
    expect(accepts(label, 'Ada Löwe 🦁')).toBe(true);
    expect(['', 'a\nb', 'a\u001b[2J', 'a\u2028b', 'x'.repeat(201)].some((text) => accepts(label, text))).toBe(
      false,
    );
  });

  it('takes what looks like an email address', () => {
    expect(accepts(email, 'ada+ci@acme.example')).toBe(true);
    expect(['ada', '@a', 'a@', 'a b@c', 'a@b@c'].some((text) => accepts(email, text))).toBe(false);
  });
});

describe('addresses', () => {
  it.each([
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:65535', { host: '::1', port: 65_535 }],
  ])('listens on %s', (text, address) => expect(listenAddress.parse(text)).toEqual(address));

  it.each(['8080', ':8080', '127.0.0.1', '127.0.0.1:65536', '::1:80', '[::1]', 'a b:80', 'http://a:80'])(
    'does not listen on %j',
    (text) => expect(accepts(listenAddress, text)).toBe(false),
  );

  it.each([
    ['https://A.Example', 'https://a.example', 'a.example', 443],
    ['http://a.example:80/', 'http://a.example', 'a.example', 80],
    ['http://[::1]:9000', 'http://[::1]:9000', '[::1]', 9000],
  ])('reads the origin %s', (text, normal, host, port) => {
    expect(parseOrigin(text)).toMatchObject({ text: normal, host, port });
  });

  it.each([
    'ftp://a',
    'a.example',
    'http://',
    'http://u@a',
    'http://u:p@a',
    'http://a/p',
    'http://a?q',
    'http://a#f',
    'http://a\\b',
    'http://a b',
    'http://a:99999',
    'http://127.1.1',
    'http://a..b',
    'http:a',
  ])('reads no origin in %j', (text) => {
    const origin = parseOrigin(text);
    // `127.1.1` is an address to a URL parser; what is kept is the address that it means.
    expect(origin === undefined || /^\d+\.\d+\.\d+\.\d+$/.test(origin.host)).toBe(true);
  });

  it('takes url in its plain form alone', () => {
    expect(serviceUrl.parse('http://localhost:8080/')).toMatchObject({ text: 'http://localhost:8080' });
    expect(
      ['http://LOCALHOST', 'http://a:80', 'https://a:443'].some((text) => accepts(serviceUrl, text)),
    ).toBe(false);
  });

  it.each([
    ['https://*.Acme.example', 'https://*.acme.example', '*.acme.example', 443],
    ['http://*.localhost:8080/', 'http://*.localhost:8080', '*.localhost', 8080],
  ])('reads the wildcard %s', (text, normal, host, port) => {
    expect(routeOrigin.parse(text)).toEqual({ text: normal, scheme: text.split(':')[0], host, port });
  });

  it.each([
    'https://*',
    'https://*.',
    'https://*acme.example',
    'https://a.*.example',
    'https://*.*.example',
    'https://a*.example',
    'https://*.127.0.0.1',
    'https://*.[::1]',
    'https://*.acme.example/x',
    'https://u@*.acme.example',
  ])('takes a wildcard for one whole label alone, and not %s', (text) => {
    expect(routeOrigin.safeParse(text).error?.issues[0]?.message).toMatch(/wildcard/);
  });

  it.each(['https://a.example', 'https://a.example/', 'https://a.example/x/y', 'http://[::1]:1/x'])(
    'takes the issuer %s',
    (text) => expect(accepts(issuerUrl, text)).toBe(true),
  );

  it.each([
    'https://a.example?x',
    'https://a.example/#x',
    'https://u@a.example',
    'HTTPS://a.example',
    'https://a.example/a b',
    'https://a.example\\x',
    'https://ä.example',
    `https://a.example/${'x'.repeat(2048)}`,
    'file:///etc/passwd',
  ])('refuses the issuer %j', (text) => expect(accepts(issuerUrl, text)).toBe(false));

  it('knows this machine by its names and addresses', () => {
    expect(['localhost', 'a.localhost', '127.0.0.1', '127.9.9.9', '[::1]'].every(isLoopbackHost)).toBe(true);
    expect(['localhost.example', '127.0.0.1.example', '10.0.0.1', '[::2]'].some(isLoopbackHost)).toBe(false);
  });
});

describe('settings', () => {
  it('takes an administrator token of 32 characters and none that is shorter', () => {
    expect([32, 1024].map((length) => accepts(adminToken, 'x'.repeat(length)))).toEqual([true, true]);
    expect([31, 1025].some((length) => accepts(adminToken, 'x'.repeat(length)))).toBe(false);
    expect(accepts(adminToken, `${'x'.repeat(32)} `)).toBe(false);
  });

  it('takes one key or several', () => {
    const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');
    expect(encryptionKeys.parse(key(1))).toHaveLength(1);
    expect(encryptionKeys.parse([key(1), key(2)])).toHaveLength(2);
    expect([[], 'x', [key(1), 'x'], 5].some((value) => accepts(encryptionKeys, value))).toBe(false);
  });

  it('takes sqlite alone', () => {
    expect(storage.parse('sqlite:a b.db')).toEqual({ engine: 'sqlite', path: 'a b.db' });
    expect(
      ['', 'sqlite:', 'sqlite::other:', 'mysql://h', 'postgresql://h'].some((text) => accepts(storage, text)),
    ).toBe(false);
  });

  it('takes no cookie name with a prefix that browsers give a meaning', () => {
    expect(accepts(session, { cookie_name: '__host-x' })).toBe(false);
    expect(accepts(session, { cookie_name: '_x' })).toBe(true);
  });

  it('takes any as no entry of a list: whoever adds a name to it would believe that names count', () => {
    expect(audiences.safeParse(['mine', 'any']).error?.issues[0]?.message).toContain('any stands alone');
  });

  it.each([
    ['http://proxy.internal:3128', 'http://proxy.internal:3128/'],
    ['http://USER:word@Proxy/', 'http://USER:word@proxy/'],
    ['http://[::1]:3128', 'http://[::1]:3128/'],
  ])('takes the proxy %s', (text, url) => expect(egressProxy.parse(text)).toBe(url));

  it.each([
    'https://proxy',
    'socks5://proxy',
    'proxy:3128',
    'http://',
    'http://p/x',
    'http://p?q',
    'http://p:99999',
  ])('refuses the proxy %s', (text) => expect(accepts(egressProxy, text)).toBe(false));

  it('lets an address fail at least once a second', () => {
    expect(limits.parse({ failures_per_second_per_address: '1' })).toMatchObject({
      failuresPerSecondPerAddress: 1,
    });
    expect(
      [0, -1, 0.5, '0'].some((value) => accepts(limits, { failures_per_second_per_address: value })),
    ).toBe(false);
  });
});

it('every place that has keys is listed, so that a mistyped one finds its neighbour', () => {
  expect(Object.keys(SECTIONS)).toHaveLength(24);
  expect(Object.values(SECTIONS).every((keys) => keys.length > 0)).toBe(true);
});
