import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRoutes, matchRoute, type RouteTable } from './match.ts';
import type { Route } from './model.ts';
import { MAX_HOST_PROGRAM } from './regex-routes.ts';
import { makeRoute as route } from './testing/make-route.ts';

function table(routes: readonly Route[]): RouteTable {
  const result = compileRoutes(routes);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function named(routes: readonly Route[], host: string, path: string, port?: number): string {
  const match = matchRoute(table(routes), host, port, path);
  return typeof match === 'string' ? match : match.name;
}

const faults = (routes: readonly Route[]) => {
  const result = compileRoutes(routes);
  return result.ok ? [] : result.error.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('the order of routes', () => {
  const routes = [
    route('prefix', { prefix: '/api' }),
    route('longer', { prefix: '/api/v1' }),
    route('regex', { regex: '/api/v[0-9]+/.*' }),
    route('path', { path: '/api/v1/health' }),
  ];

  it.each([
    ['/api/v1/health', 'path'],
    ['/api/v1/health/', 'regex'],
    ['/api/v1/x', 'regex'],
    ['/api/v1', 'longer'],
    ['/api/vx/x', 'prefix'],
    ['/', 'unknown-path'],
  ])('gives %s to the %s', (path, name) => {
    expect(named(routes, 'a.example', path)).toBe(name);
    expect(named(routes.toReversed(), 'a.example', path)).toBe(name);
  });

  it('holds across ports too', () => {
    const mixed = [
      route('any', { path: '/a' }),
      route('exact', { regex: '/.', port: 8443 }),
      route('prefix', { port: 8443 }),
    ];
    expect(named(mixed, 'a.example', '/a', 8443)).toBe('any');
    expect(named(mixed, 'a.example', '/b', 8443)).toBe('exact');
    expect(named(mixed, 'a.example', '/bc', 8443)).toBe('prefix');
  });
});

describe('a wildcard host', () => {
  const routes = [
    route('wild', { host: '*.b.example' }),
    route('named', { host: 'x.b.example', prefix: '/api' }),
    route('deeper', { host: '*.x.b.example' }),
  ];

  it.each([
    ['a.b.example', '/', 'wild'],
    ['x.b.example', '/api/1', 'named'],
    ['q.x.b.example', '/', 'deeper'],
    ['b.example', '/', 'unknown-host'],
    ['q.a.b.example', '/', 'unknown-host'],
    ['ab.example', '/', 'unknown-host'],
    ['*.b.example', '/', 'wild'],
    ['[::1]', '/', 'unknown-host'],
    ['localhost', '/', 'unknown-host'],
  ])('of %s and %s: %s', (host, path, name) => {
    expect(named(routes, host, path)).toBe(name);
  });

  it('gives nothing to a host that has routes of its own', () => {
    expect(named(routes, 'x.b.example', '/')).toBe('unknown-path');
  });

  it('looks at ports as others do', () => {
    const byPort = [
      route('secure', { host: '*.b.example', port: 443 }),
      route('other', { host: '*.b.example', port: 8443 }),
    ];
    expect(named(byPort, 'a.b.example', '/')).toBe('secure');
    expect(named(byPort, 'a.b.example', '/', 8443)).toBe('other');
    expect(named(byPort, 'a.b.example', '/', 80)).toBe('unknown-host');
  });
});

describe('routes by regex', () => {
  it('that take one path are refused, with the path', () => {
    expect(faults([route('a', { regex: '/v[0-9]+/x' }), route('b', { regex: '/v1/[a-z]' })])).toEqual([
      'routes.1.regex: takes "/v1/x", as route "a" does',
    ]);
  });

  it('that take none in common stand side by side, in any order', () => {
    const both = [route('a', { regex: '/v[0-9]+/.*' }), route('b', { regex: '/w/.*' })];
    expect(faults(both)).toEqual([]);
    expect(named(both, 'a.example', '/w/1')).toBe('b');
    expect(named(both.toReversed(), 'a.example', '/w/1')).toBe('b');
  });

  it('may take one path on different hosts or ports', () => {
    const regex = '/.*x';
    expect(
      faults([
        route('a', { regex }),
        route('b', { regex, host: 'b.example' }),
        route('c', { regex, host: 'c.example', port: 443 }),
        route('d', { regex, host: 'c.example', port: 8443 }),
      ]),
    ).toEqual([]);
  });

  it.each([
    ['api/.*', 'takes no path'],
    ['', 'takes no path'],
    ['[^/].*', 'takes no path'],
    ['/(?=a)', 'looking ahead'],
  ])('are refused when they are %j', (regex, message) => {
    expect(faults([route('a', { regex })])).toEqual([expect.stringContaining(message)]);
  });

  it('exclude an exact path', () => {
    expect(faults([route('a', { regex: '/a', path: '/a' })])).toEqual(['routes.0.regex: excludes path']);
  });

  it('of one host are bounded together', () => {
    // Each takes one path: its program has as many steps as that has characters, and its end.
    const one = (name: string, length: number) => route(name, { regex: `/${name}${'a'.repeat(length - 2)}` });
    const four = ['a', 'b', 'c', 'd'].map((name) => one(name, MAX_HOST_PROGRAM / 4 - 1));
    expect(faults(four)).toEqual([]);
    expect(faults([...four, one('e', 2)])).toEqual([
      `routes.4.regex: the regexes of one host compile to at most ${MAX_HOST_PROGRAM} steps together`,
    ]);
  });
});

describe('an exact path', () => {
  it('is taken as it is, and once', () => {
    expect(named([route('a', { path: '/a' })], 'a.example', '/a/')).toBe('unknown-path');
    expect(faults([route('a', { path: '/a' }), route('b', { path: '/a' })])).toEqual([
      'routes.1.from: takes the same host, port and path as route "a"',
    ]);
    expect(faults([route('a', { path: '/a' }), route('b', { prefix: '/a' })])).toEqual([]);
  });

  it.each(['a', '/a//b', '/%61', '/a%2f', '/../a', '/a;b'])('%j is refused', (path) => {
    expect(faults([route('a', { path })])).toEqual([expect.stringMatching(/^routes\.0\.path: /)]);
  });
});

const segment = fc.constantFrom('a', 'b', 'ab');
const somePath = fc
  .tuple(fc.array(segment, { maxLength: 3 }), fc.constantFrom('', '/'))
  .map(([segments, end]) => (segments.length === 0 ? '/' : `/${segments.join('/')}${end}`));
const someHost = fc.constantFrom('x.example', 'y.example', '*.example', '*.y.example', 'example');
const someRoute = fc.record({
  host: someHost,
  where: fc.oneof(
    somePath.map((path) => ({ path })),
    somePath.map((prefix) => ({ prefix })),
    fc.constantFrom('/a.*', '/b/[ab]', '/[^/]*/ab').map((regex) => ({ regex })),
  ),
});

/** What the contract says, by looking at every route. */
function scan(routes: readonly Route[], host: string, path: string): string {
  const own = routes.filter((each) => each.host === host);
  const wild = routes.filter(({ host: name }) => name.startsWith('*.') && under(name, host));
  const candidates = own.length > 0 ? own : wild;
  if (candidates.length === 0) return 'unknown-host';
  const [best] = candidates.filter((each) => takes(each, path)).sort((one, other) => rank(other) - rank(one));
  return best?.name ?? 'unknown-path';
}

function under(wildcard: string, host: string): boolean {
  const [first = '', ...rest] = host.split('.');
  return first !== '' && rest.join('.') === wildcard.slice(2);
}

function takes({ path, regex, prefix }: Route, asked: string): boolean {
  if (path !== undefined) return asked === path;
  if (regex !== undefined) return new RegExp(`^(?:${regex})$`).test(asked);
  return asked === prefix || asked.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

function rank({ path, regex, prefix }: Route): number {
  if (path !== undefined) return 3_000;
  return regex === undefined ? prefix.length : 2_000;
}

describe('matchRoute', () => {
  it('finds what a scan of all routes by the contract finds', () => {
    fc.assert(
      fc.property(
        fc.array(someRoute, { maxLength: 8 }),
        fc.constantFrom('x.example', 'y.example', 'z.example', 'q.y.example', 'example', 'a.b.example'),
        somePath,
        (written, host, path) => {
          const routes = written.map(({ host: name, where }, index) =>
            route(`r${index}`, { host: name, ...where }),
          );
          fc.pre(compileRoutes(routes).ok);
          expect(named(routes, host, path)).toBe(scan(routes, host, path));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('does the same work among 10,000 routes as among ten', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => [
      route(`p${index}`, { prefix: `/team-${index}/service` }),
      route(`e${index}`, { path: `/team-${index}/health` }),
      route(`h${index}`, { host: `h${index}.example` }),
      route(`w${index}`, { host: `*.w${index}.example` }),
    ]);
    const [few, all] = [table(many.slice(-10).flat()), table(many.flat())];
    for (const [host, path, name] of [
      ['a.example', '/team-9999/service/x', 'p9999'],
      ['a.example', '/team-9999/health', 'e9999'],
      ['h9999.example', '/', 'h9999'],
      ['q.w9999.example', '/', 'w9999'],
      ['a.example', '/nothing/at/all', undefined],
    ] as const) {
      const steps = [few, all].map((routes) => {
        const counted = { count: 0 };
        const match = matchRoute(routes, host, undefined, path, counted);
        expect(typeof match === 'string' ? undefined : match.name).toBe(name);
        return counted.count;
      });
      expect(steps[1]).toBe(steps[0]);
    }
  });

  it('does work by the length of the path and the program, however the path is made', () => {
    const routes = table([route('a', { regex: '/(?:a*)*b' }), route('b', {})]);
    const work = [100, 1_000].map((length) => {
      const steps = { count: 0 };
      matchRoute(routes, 'a.example', undefined, `/${'a'.repeat(length)}`, steps);
      return steps.count / length;
    });
    expect(work[1]).toBeLessThanOrEqual((work[0] ?? 0) * 1.1);
  });
});
