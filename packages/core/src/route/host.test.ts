import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHostHeader } from './host.ts';

describe('parseHostHeader', () => {
  it.each([
    ['localhost', { host: 'localhost' }],
    ['Orders.Example', { host: 'orders.example' }],
    ['orders.example:8080', { host: 'orders.example', port: 8080 }],
    ['a_b.example', { host: 'a_b.example' }],
    ['xn--bcher-kva.example', { host: 'xn--bcher-kva.example' }],
    ['127.0.0.1:1', { host: '127.0.0.1', port: 1 }],
    ['1.example', { host: '1.example' }],
    ['[::1]', { host: '[::1]' }],
    ['[::]', { host: '[::]' }],
    ['[FE80::1]:65535', { host: '[fe80::1]', port: 65_535 }],
    ['[1:2:3:4:5:6:7:8]', { host: '[1:2:3:4:5:6:7:8]' }],
    ['[::ffff:127.0.0.1]', { host: '[::ffff:127.0.0.1]' }],
    ['[1:2:3:4:5:6:1.2.3.4]:80', { host: '[1:2:3:4:5:6:1.2.3.4]', port: 80 }],
  ])('reads %s', (value, parsed) => {
    expect(parseHostHeader(value)).toEqual(parsed);
  });

  it.each([
    '',
    ' ',
    ':',
    ':80',
    'a:',
    'a:0',
    'a:65536',
    'a:080',
    'a:8o',
    'a:80:80',
    'a:+80',
    'a: 80',
    'a b',
    ' a',
    'a ',
    'a\n',
    'a.',
    '.a',
    'a..b',
    '-a',
    'a-',
    'a,b',
    'a/b',
    'a?b',
    'a#b',
    'a%62',
    'user@a',
    'http://a',
    'a\\b',
    '*.a',
    'b\u00fccher',
    'a\0',
    '127.1',
    '1',
    '0x7f.1',
    '256.0.0.1',
    '1.2.3.04',
    '1.2.3.4.5',
    '0x7f000001',
    '[',
    ']',
    '[]',
    '[:]',
    '[:::]',
    '[1]',
    '[1:2]',
    '[::1',
    '::1',
    '[::1]x',
    '[::1]:',
    '[::1%eth0]',
    '[g::]',
    '[12345::]',
    '[1::2::3]',
    '[1:2:3:4:5:6:7:8:9]',
    '[1:2:3:4:5:6:7::8]',
    '[1.2.3.4]',
    '[1.2.3.4::]',
    '[::1.2.3]',
    '[::1.2.3.256]',
    '[v1.x]',
  ])('refuses %j', (value) => {
    expect(parseHostHeader(value)).toBeUndefined();
  });

  it('takes labels of 63 and names of 253 characters and not one more', () => {
    const label = 'a'.repeat(63);
    expect(parseHostHeader(`${label}.example`)).toBeDefined();
    expect(parseHostHeader(`${label}a.example`)).toBeUndefined();
    const longest = `${label}.${label}.${label}.${'a'.repeat(61)}`;
    expect(parseHostHeader(`${longest}:65535`)).toEqual({ host: longest, port: 65_535 });
    expect(parseHostHeader(`a${longest}`)).toBeUndefined();
  });

  it('reads a host the way a URL parser does, or not at all', () => {
    const text = fc.oneof(
      fc.string(),
      fc.domain(),
      fc.ipV4Extended(),
      fc.ipV6().map((address) => `[${address}]`),
    );
    fc.assert(
      fc.property(text, fc.option(fc.nat(70_000), { nil: undefined }), (name, port) => {
        const value = port === undefined ? name : `${name}:${port}`;
        const parsed = parseHostHeader(value);
        // Punycode is the one thing that a URL parser checks and a Host header need not.
        if (!parsed || parsed.host.includes('xn--')) return;
        const url = new URL(`ws://${value}`);
        // Addresses of six are compared as written; a parser shortens them.
        expect(parsed.host.startsWith('[') || parsed.host === url.hostname).toBe(true);
        expect(parsed.port ?? 80).toBe(Number(url.port === '' ? 80 : url.port));
      }),
      { numRuns: 300 },
    );
  });

  it('takes every domain name and every address', () => {
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((address) => `[${address}]`),
    );
    fc.assert(
      fc.property(host, (name) => {
        expect(parseHostHeader(name)?.host).toBe(name.toLowerCase());
      }),
    );
  });
});
