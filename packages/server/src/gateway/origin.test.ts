import type { HeaderLine } from '@countersign/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { webSocketFault, type Handshake } from './origin.ts';

const OWN = 'https://app.example';
const LISTED = 'https://pages.example:8443';

/** How somebody was identified, as a header and as the carrier that was responsible. */
const WAYS = {
  cookie: [['Cookie', '_countersign=css_x'], 'cookie'],
  'a carrier of later': [['X-Later', 'css_x'], 'x-later'],
  Basic: [['Authorization', 'bAsIc eDp5'], 'authorization'],
  nothing: [['Accept', '*/*'], undefined],
  Bearer: [['Authorization', 'Bearer csp_x'], 'authorization'],
  'our own header': [['X-Pomerium-Authorization', 'csp_x'], 'x-pomerium-authorization'],
} as const satisfies Readonly<Record<string, readonly [HeaderLine, string | undefined]>>;

type Way = keyof typeof WAYS;

interface Case {
  readonly way: Way;
  readonly origins: readonly string[];
  readonly route?: Partial<Handshake['route']>;
  readonly host?: string;
  readonly port?: number;
}

function fault({ way, origins, route, host = 'app.example', port }: Case): string | undefined {
  const [line, carrier] = WAYS[way];
  const headers: readonly HeaderLine[] = [line, ...origins.map((origin) => ['Origin', origin] as const)];
  const rules = { scheme: 'https', access: 'policy', allowWebsockets: true, ...route } as const;
  return webSocketFault({
    route: rules,
    head: { headers },
    host,
    port,
    ...(carrier !== undefined && { carrier }),
  });
}

const passes = (asked: Case): boolean => fault(asked) === undefined;
const listed = { allowedOrigins: [LISTED] };
const isPublic = { access: 'public' } as const;

describe('a page that opens a WebSocket', () => {
  const evil = ['https://evil.example'];
  it.each<
    readonly [way: Way, none: boolean, own: boolean, other: boolean, route: NonNullable<Case['route']>]
  >([
    ['cookie', false, true, false, {}],
    ['cookie', false, true, false, isPublic],
    ['cookie', false, true, false, listed],
    ['a carrier of later', false, true, false, {}],
    ['Basic', true, true, false, {}],
    ['Basic', true, true, false, isPublic],
    ['nothing', true, true, false, {}],
    ['nothing', true, true, true, isPublic],
    ['nothing', true, true, false, { ...isPublic, ...listed }],
    ['nothing', true, true, false, { ...isPublic, allowedOrigins: [] }],
    ['Bearer', true, true, true, {}],
    ['Bearer', true, true, false, listed],
    ['our own header', true, true, true, {}],
    ['our own header', true, true, false, { allowedOrigins: [] }],
  ])('identified by %s: without Origin %s, own %s, another %s, at %j', (way, none, own, other, route) => {
    expect(passes({ way, origins: [], route })).toBe(none);
    expect(passes({ way, origins: [OWN], route })).toBe(own);
    expect(passes({ way, origins: evil, route })).toBe(other);
    expect(passes({ way, origins: [LISTED], route })).toBe(
      other || route.allowedOrigins?.includes(LISTED) === true,
    );
  });

  it('never may where the route allows none', () => {
    for (const way of Object.keys(WAYS) as Way[])
      expect(fault({ way, origins: [OWN], route: { allowWebsockets: false } })).toBe(
        'the route allows no WebSockets',
      );
  });
});

describe('the origin of a route', () => {
  it.each([
    ['https://app.example', true],
    ['https://app.example:443', true],
    ['HTTPS://App.Example', true],
    [' https://app.example ', true],
    ['http://app.example', false],
    ['https://app.example:8443', false],
    ['https://app.example.', false],
    ['https://app.example/', false],
    ['https://x@app.example', false],
    ['https://sub.app.example', false],
    ['https://app.example.evil.example', false],
    ['https://notapp.example', false],
    ['https://app.example https://evil.example', false],
    ['https://evil.example, https://app.example', false],
    ['wss://app.example', false],
    ['//app.example', false],
    ['app.example', false],
    ['null', false],
    ['', false],
    ['*', false],
  ])('is compared whole: %j is it: %s', (origin, expected) => {
    expect(passes({ way: 'cookie', origins: [origin] })).toBe(expected);
  });

  it('has the scheme of the route, and host and port that were asked for', () => {
    const asked = { way: 'cookie', route: { scheme: 'http' }, host: 'a.apps.localhost' } as const;
    expect(passes({ ...asked, port: 8080, origins: ['http://a.apps.localhost:8080'] })).toBe(true);
    expect(passes({ ...asked, port: 8080, origins: ['http://a.apps.localhost'] })).toBe(false);
    expect(passes({ ...asked, port: 80, origins: ['http://a.apps.localhost'] })).toBe(true);
    expect(passes({ ...asked, port: 80, origins: ['http://b.apps.localhost'] })).toBe(false);
    const address = { way: 'cookie', host: '[2001:db8::1]', port: 8443 } as const;
    expect(passes({ ...address, origins: ['https://[2001:db8::1]:8443'] })).toBe(true);
  });

  it('is one: a second Origin is nobody’s, wherever it stands', () => {
    for (const origins of [
      [OWN, OWN],
      [OWN, LISTED],
      ['', OWN],
    ])
      expect(passes({ way: 'Bearer', origins, route: listed })).toBe(false);
  });

  it('is read from Origin in any case of the name', () => {
    const headers: readonly HeaderLine[] = [['oRIGIN', 'https://evil.example']];
    const route = { scheme: 'https', access: 'policy', allowWebsockets: true } as const;
    expect(webSocketFault({ route, head: { headers }, host: 'app.example', port: undefined })).toBe(
      'Origin is not allowed',
    );
  });

  it('beside it only what is listed passes, whatever is put together', () => {
    const part = fc.constantFrom(
      'https',
      'http',
      '://',
      ':',
      '443',
      '8443',
      'app.example',
      'pages.example',
      '.',
      '/',
      '@',
      'null',
      ' ',
      ',',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 7 }), (parts) => {
        const origin = parts.join('');
        const isOne = /^https:\/\/(?:app\.example(?::0*443)?|pages\.example:0*8443)$/.test(origin.trim());
        expect(passes({ way: 'cookie', origins: [origin], route: listed })).toBe(isOne);
      }),
      {
        numRuns: 2_000,
        examples: [
          [['https', '://', 'app.example', ':', '443']],
          [['https', '://', 'pages.example', ':', '8443']],
        ],
      },
    );
  });
});
