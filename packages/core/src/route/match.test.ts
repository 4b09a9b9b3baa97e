import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../policy/compile.ts';
import { compileRoutes, matchRoute, type RouteTable } from './match.ts';
import type { Route } from './model.ts';

const compiled = compilePolicy([]);
const policy = compiled.ok ? compiled.value : { rules: [] };

function route(changes: Partial<Route>): Route {
  return {
    id: 'rt_1',
    name: `${changes.host ?? 'a.example'}${changes.prefix ?? '/'}`,
    scheme: 'https',
    host: 'a.example',
    prefix: '/',
    resource: 'https://a.example',
    access: 'policy',
    policy,
    policySet: 'ps_1',
    organizations: ['acme'],
    passIdentityHeaders: false,
    claimHeaders: [],
    allowWebsockets: false,
    preserveHostHeader: false,
    timeout: 30_000,
    ...changes,
  };
}

function table(routes: readonly Route[]): RouteTable {
  const result = compileRoutes(routes);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const found = (routes: readonly Route[], host: string, port: number | undefined, path: string): string => {
  const match = matchRoute(table(routes), host, port, path);
  return typeof match === 'string' ? match : match.prefix;
};

const faults = (routes: readonly Route[]) => {
  const result = compileRoutes(routes);
  return result.ok ? [] : result.error.map(({ path }) => path.join('.'));
};

describe('matchRoute', () => {
  const routes = ['/', '/a', '/a/', '/a/b', '/c/'].map((prefix) => route({ prefix }));

  it.each([
    ['/', '/'],
    ['/x', '/'],
    ['/ab', '/'],
    ['/a', '/a'],
    ['/a/', '/a/'],
    ['/a/x', '/a/'],
    ['/a/b', '/a/b'],
    ['/a/bc', '/a/'],
    ['/a/b/', '/a/b'],
    ['/a/b/c/d', '/a/b'],
    ['/c', '/'],
    ['/c/', '/c/'],
    ['/c/d', '/c/'],
    ['/A', '/'],
  ])('gives %s to the longest prefix that ends at a segment: %s', (path, prefix) => {
    expect(found(routes, 'a.example', undefined, path)).toBe(prefix);
  });

  it('tells an unknown host from an unknown path', () => {
    const only = [route({ prefix: '/a' })];
    expect(found(only, 'a.example', undefined, '/b')).toBe('unknown-path');
    expect(found(only, 'a.example', undefined, '/')).toBe('unknown-path');
    expect(found(only, 'b.example', undefined, '/a')).toBe('unknown-host');
    expect(found(only, 'x.a.example', undefined, '/a')).toBe('unknown-host');
    expect(found(only, '__proto__', undefined, '/a')).toBe('unknown-host');
    expect(found([], 'a.example', undefined, '/a')).toBe('unknown-host');
  });

  it('does not look at the port of a route that has none', () => {
    for (const port of [undefined, 80, 443, 8080]) expect(found(routes, 'a.example', port, '/a')).toBe('/a');
  });

  it('tells routes apart by port alone, and takes no port for the default one of the scheme', () => {
    const byPort = [
      route({ port: 443, name: 'secure' }),
      route({ port: 8443, name: 'other' }),
      route({ host: 'b.example', scheme: 'http', port: 80, name: 'plain' }),
    ];
    const name = (host: string, port: number | undefined): string => {
      const match = matchRoute(table(byPort), host, port, '/');
      return typeof match === 'string' ? match : match.name;
    };
    expect(name('a.example', 443)).toBe('secure');
    expect(name('a.example', undefined)).toBe('secure');
    expect(name('a.example', 8443)).toBe('other');
    expect(name('a.example', 80)).toBe('unknown-host');
    expect(name('b.example', undefined)).toBe('plain');
    expect(name('b.example', 80)).toBe('plain');
    expect(name('b.example', 443)).toBe('unknown-host');
  });

  it('prefers the longest prefix whatever the port, and of equal ones that of exactly this port', () => {
    const mixed = [
      route({ prefix: '/a/b' }),
      route({ prefix: '/a' }),
      route({ prefix: '/a', port: 8443, name: 'exact' }),
    ];
    const match = (path: string) => matchRoute(table(mixed), 'a.example', 8443, path);
    expect(match('/a/b')).toMatchObject({ prefix: '/a/b' });
    expect(match('/a/c')).toMatchObject({ name: 'exact' });
  });

  it('finds what a scan of all routes finds', () => {
    const segment = fc.constantFrom('a', 'b', 'ab');
    const slash = fc.constantFrom('', '/');
    const path = fc
      .tuple(fc.array(segment, { maxLength: 4 }), slash)
      .map(([segments, end]) => (segments.length === 0 ? '/' : `/${segments.join('/')}${end}`));
    const takes = (prefix: string, asked: string): boolean =>
      asked === prefix || asked.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 12 }), path, (prefixes, asked) => {
        const longest = prefixes
          .filter((prefix) => takes(prefix, asked))
          .sort((a, b) => b.length - a.length)[0];
        const nothing = prefixes.length === 0 ? 'unknown-host' : 'unknown-path';
        expect(
          found(
            prefixes.map((prefix) => route({ prefix })),
            'a.example',
            undefined,
            asked,
          ),
        ).toBe(longest ?? nothing);
      }),
      { numRuns: 500 },
    );
  });

  it('does as much work among 10,000 routes as its path has segments', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => route({ prefix: `/team-${index}/service` }));
    const big = table([...many, route({ host: 'b.example', prefix: '/x' })]);
    const few = table([...many.slice(-10), route({ host: 'b.example', prefix: '/x' })]);
    const stepsIn = (routes: RouteTable): number => {
      const steps = { count: 0 };
      const match = matchRoute(routes, 'a.example', undefined, '/team-9999/service/x/y', steps);
      expect(match).toMatchObject({ prefix: '/team-9999/service' });
      return steps.count;
    };
    expect(stepsIn(big)).toBe(stepsIn(few));
    expect(stepsIn(big)).toBeLessThanOrEqual(5);
  });

  it('stops where the tree knows no more of the path, however long that is', () => {
    const long = `/a${'/x'.repeat(8000)}`;
    expect(found([route({ prefix: '/a' })], 'a.example', undefined, long)).toBe('/a');
  });
});

describe('compileRoutes', () => {
  it('reports routes that tie, and only those', () => {
    expect(faults([route({}), route({ prefix: '/a' }), route({ host: 'b.example' })])).toEqual([]);
    expect(faults([route({ prefix: '/a' }), route({ prefix: '/a/' })])).toEqual([]);
    expect(faults([route({ port: 443 }), route({ port: 8443 })])).toEqual([]);
    expect(faults([route({}), route({})])).toEqual(['routes.1.from']);
    expect(faults([route({ prefix: '/a/' }), route({}), route({ prefix: '/a/' })])).toEqual([
      'routes.2.from',
    ]);
    expect(faults([route({ port: 8443 }), route({ port: 8443 })])).toEqual(['routes.1.from']);
  });

  it('reports two routes that a request without a port could not tell apart', () => {
    expect(faults([route({ port: 443 }), route({ scheme: 'http', port: 80 })])).toEqual(['routes.1.from']);
  });

  it.each([
    'A.example',
    'a.example:80',
    'a.example.',
    '',
    'a b',
    '*',
    '*.',
    '*a.example',
    'a.*.example',
    '*.*.example',
    '*.0.0.1',
    '*.[::1]',
    '*.A.example',
  ])('reports the host %j', (host) => {
    expect(faults([route({ host })])).toEqual(['routes.0.from']);
  });

  it.each(['', 'a', '/a//b', '/%61', '/a%2f', '/../a', '/a?b', '/a?', '/a;b', '/\u00e9'])(
    'reports the prefix %j',
    (prefix) => {
      expect(faults([route({ prefix })])).toEqual(['routes.0.prefix']);
    },
  );

  it.each([
    'Content-Length',
    'content_length',
    'Host',
    'Connection',
    'Transfer-Encoding',
    'Cookie',
    'X-Forwarded-For',
    'x y',
    '',
    'a\r\nb',
    'x'.repeat(129),
  ])('reports the claim header %j', (header) => {
    expect(faults([route({ claimHeaders: [{ header, claim: 'email' }] })])).toEqual([
      'routes.0.jwt_claims_headers',
    ]);
  });

  it('takes claim headers of any other name', () => {
    const claimHeaders = ['X-Pomerium-Claim-Email', 'X-Email', 'x'.repeat(128)].map((header) => ({
      header,
      claim: 'email',
    }));
    expect(faults([route({ claimHeaders })])).toEqual([]);
  });

  it('reports all problems together', () => {
    expect(faults([route({ host: 'A', prefix: 'x' }), route({}), route({})])).toEqual([
      'routes.0.from',
      'routes.0.prefix',
      'routes.2.from',
    ]);
  });
});
