import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkSet } from '../config/schema/network.ts';
import { clientOf } from './client-address.ts';

const PROXY = '10.0.0.1';
const trusted = networkSet(['10.0.0.0/8', '2001:db8:1::/48']);
const from = (peer: string, ...lines: readonly (readonly [string, string])[]) =>
  clientOf(peer, lines.flat(), trusted);
const addressOf = (list: string): string => from(PROXY, ['X-Forwarded-For', list]).address;

describe('the address of a client', () => {
  it.each([
    ['X-Forwarded-For', '192.0.2.7'],
    ['Forwarded', 'for=192.0.2.7'],
    ['X-Forwarded-Host', 'evil.example'],
  ])('is the peer, whatever %s says, when the peer is no trusted proxy', (name, value) => {
    expect(from('198.51.100.9', [name, value])).toEqual({ address: '198.51.100.9', asksForItself: false });
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['203.0.113.5, 192.0.2.7', '192.0.2.7'],
    ['203.0.113.5, 192.0.2.7, 10.1.2.3, 10.0.0.9', '192.0.2.7'],
    ['203.0.113.5,192.0.2.7,2001:db8:1::5', '192.0.2.7'],
    ['garbage, 192.0.2.7', '192.0.2.7'],
    ['192.0.2.7:4711', '192.0.2.7'],
    ['[2001:db8::7]:4711', '2001:db8::7'],
    ['2001:db8::7', '2001:db8::7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
  ])('is the right-most that is no trusted proxy: %s', (list, address) => {
    expect(addressOf(list)).toBe(address);
  });

  it.each([
    '',
    'unknown',
    '_hidden',
    '192.0.2.7, ',
    '192.0.2.7, 10.0.0.2, nonsense',
    '192.0.2.256',
    '192.0.2.7:port',
    'fe80::1%eth0',
    'for=192.0.2.7',
    '10.0.0.2, 10.0.0.3',
  ])('is the peer when the chain names nobody: "%s"', (list) => {
    expect(addressOf(list)).toBe(PROXY);
  });

  it.each([
    ['for=192.0.2.7', '192.0.2.7'],
    ['For="[2001:db8::7]:4711";proto=https', '2001:db8::7'],
    ['for=203.0.113.5, proto=http;for=192.0.2.7;by=10.0.0.1, for=10.0.0.2', '192.0.2.7'],
    ['for="evil, for=192.0.2.7', '192.0.2.7'],
    ['for=192.0.2.7;for=203.0.113.5', PROXY],
    ['host="x, for=203.0.113.5;a=";proto=http', PROXY],
    ['proto=http', PROXY],
    ['for=unknown', PROXY],
  ])('is read out of Forwarded (RFC 7239): %s', (value, address) => {
    expect(from(PROXY, ['Forwarded', value]).address).toBe(address);
  });

  it('is never read out of Forwarded beside X-Forwarded-For: the proxy wrote one of them', () => {
    const lines = [
      ['Forwarded', 'for=203.0.113.5'],
      ['X-Forwarded-For', '192.0.2.7'],
    ] as const;
    expect(from(PROXY, ...lines).address).toBe('192.0.2.7');
  });

  it('is read from all lines in their order, in this spelling alone', () => {
    const lines = [
      ['X-Forwarded-For', '203.0.113.5'],
      ['x-forwarded-for', '192.0.2.7'],
      ['X_Forwarded_For', '203.0.113.6'],
    ] as const;
    expect(from(PROXY, ...lines).address).toBe('192.0.2.7');
  });

  it('is looked for behind 31 trusted proxies and not behind 32', () => {
    const behind = (proxies: number) =>
      ['192.0.2.7', ...Array.from({ length: proxies }, () => PROXY)].join(',');
    expect([31, 32].map((proxies) => addressOf(behind(proxies)))).toEqual(['192.0.2.7', PROXY]);
    expect(from(PROXY, ['X-Forwarded-For', behind(32)]).asksForItself).toBe(false);
  });

  it('is not moved by however much a client writes before it', () => {
    for (const length of [4_000, 4_096, 30_000]) {
      expect(addressOf(`${'9'.repeat(length)}, 192.0.2.7`)).toBe('192.0.2.7');
      expect(addressOf(`${','.repeat(length)}192.0.2.7`)).toBe('192.0.2.7');
    }
  });

  it('is never half an address, where a list is cut', () => {
    const cut = `192.0.2.7,203.0.113.50${' '.repeat(4_096 - '3.0.113.50'.length)}`;
    expect(from(PROXY, ['X-Forwarded-For', cut])).toMatchObject({ address: PROXY, asksForItself: false });
  });
});

describe('what goes on to an upstream', () => {
  it('begins with the client: what stands left of it nobody vouches for', () => {
    const { forwarded } = from(PROXY, ['X-Forwarded-For', '203.0.113.5, 192.0.2.7, 10.0.0.2']);
    expect(forwarded?.for).toEqual(['192.0.2.7', '10.0.0.2', PROXY]);
  });

  it.each([
    ['X-Forwarded-Proto', 'https', true],
    ['X-Forwarded-Proto', 'https, http', false],
    ['X-Forwarded-Host', 'shop.example:8443', true],
    ['X-Forwarded-Host', 'a.example, b.example', false],
    ['X-Forwarded-Host', 'user@a.example', false],
    ['X-Forwarded-Port', '8443', true],
    ['X-Forwarded-Port', '0', false],
    ['X-Forwarded-Prefix', '/shop', true],
    ['X-Forwarded-Prefix', '//evil.example', false],
    ['X-Forwarded-User', 'ada', false],
    ['X_Forwarded_Proto', 'https', false],
  ])('of a trusted proxy: %s: %s (%s)', (name, value, isKept) => {
    expect(from(PROXY, [name, value]).forwarded?.lines).toEqual(isKept ? [[name, value]] : []);
  });

  it('is nothing that came twice', () => {
    const lines = [
      ['X-Forwarded-Proto', 'http'],
      ['X-Forwarded-Proto', 'https'],
    ] as const;
    expect(from(PROXY, ...lines).forwarded?.lines).toEqual([]);
  });
});

describe('a trusted proxy', () => {
  it.each([
    [[], true],
    [[['X-Forwarded-For', '10.0.0.2']], true],
    [[['X-Forwarded-For', '192.0.2.7, 10.0.0.2']], false],
    [[['X-Forwarded-For', 'nonsense']], false],
    [[['Forwarded', 'for=192.0.2.7']], false],
  ] as const)('asks for itself with %j: %s', (lines, expected) => {
    expect(from(PROXY, ...lines).asksForItself).toBe(expected);
  });
});

const anyLine = fc.tuple(
  fc.constantFrom('X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'X_Forwarded_For', 'X-Forwarded-Host', 'Via'),
  fc.oneof(
    fc.string({ maxLength: 80 }),
    fc
      .array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('10.0.0.2'), fc.constant('for=10.0.0.2')))
      .map(String),
  ),
);

describe('for any headers', () => {
  it('a stranger is who he is', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.array(anyLine, { maxLength: 8 }), (peer, lines) => {
        fc.pre(!trusted(peer));
        expect(from(peer, ...lines)).toEqual({ address: peer, asksForItself: false });
      }),
    );
  });

  it('whatever a client sends through a trusted proxy, its address is the one that the proxy wrote', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.array(anyLine, { maxLength: 8 }), (client, lines) => {
        fc.pre(!trusted(client));
        const { address, forwarded, asksForItself } = from(PROXY, ...lines, ['X-Forwarded-For', client]);
        expect({ address, first: forwarded?.for[0], asksForItself }).toEqual({
          address: client,
          first: client,
          asksForItself: false,
        });
      }),
    );
  });
});
