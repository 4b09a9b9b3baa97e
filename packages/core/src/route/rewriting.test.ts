import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalTarget } from './canonical-path.ts';
import type { Route } from './model.ts';
import { compileRewriting, upstreamHost, upstreamTarget, type Rewriting } from './rewriting.ts';
import { makeRoute } from './testing/make-route.ts';

function rewritten(changes: Partial<Route>, rewriting: Rewriting, target: string): string {
  const route = makeRoute('a', changes);
  const compiled = compileRewriting(route, rewriting);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  const result = upstreamTarget(route, compiled.value, target);
  return result.ok ? result.value : result.error;
}

const faults = (changes: Partial<Route>, rewriting: Rewriting) => {
  const compiled = compileRewriting(makeRoute('a', changes), rewriting);
  return compiled.ok ? [] : compiled.error.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('prefix_rewrite', () => {
  it.each([
    ['/in', '/out', '/in/x?q=1', '/out/x?q=1'],
    ['/in', '/out', '/in', '/out'],
    ['/in', '/', '/in/x', '/x'],
    ['/in', '/', '/in', '/'],
    ['/in', '/', '/in/', '/'],
    ['/in', '/out/', '/in/x', '/out/x'],
    ['/in/', '/out', '/in/x', '/out/x'],
    ['/in/', '/', '/in/x', '/x'],
    ['/', '/out', '/x', '/out/x'],
    ['/', '/out', '/', '/out/'],
    ['/', '/', '/x', '/x'],
  ])('of %s by %s makes of %s: %s', (prefix, prefixRewrite, target, wanted) => {
    expect(rewritten({ prefix }, { prefixRewrite }, target)).toBe(wanted);
  });

  it('leaves the query alone, whatever it holds', () => {
    expect(rewritten({ prefix: '/in' }, { prefixRewrite: '/out' }, '/in?a=//../;?b')).toBe('/out?a=//../;?b');
  });

  it.each(['', 'x', '/a//b', '/a/..', '/a?b', '/a%2fb', '/%61', '//evil.example', '/a\\b'])(
    'refuses %j',
    (to) => {
      expect(faults({}, { prefixRewrite: to })).toEqual(['prefix_rewrite: expected a canonical path']);
    },
  );

  it('needs a prefix', () => {
    for (const changes of [{ path: '/a' }, { regex: '/a' }])
      expect(faults(changes, { prefixRewrite: '/b' })).toEqual([
        'prefix_rewrite: needs a prefix: a route by path or regex has none',
      ]);
  });
});

describe('regex_rewrite', () => {
  const rewrite = (pattern: string, substitution: string): Rewriting => ({
    regexRewrite: { pattern, substitution },
  });

  it.each([
    ['^/service/([^/]+)(/.*)$', '\\2/instance/\\1', undefined],
    ['^/service/([^/]+)(/.*)$', '/x\\2/instance/\\1', '/x/v1/api/instance/shop?q'],
    ['/service/([^/]+)/v([0-9])(/.*)', '/\\1\\3', '/shop/api?q'],
    ['/.*', '/one', '/one?q'],
    ['/other/.*', '/one', '/service/shop/v1/api?q'],
    ['/service/(x)?.*', '/a\\1b', '/ab?q'],
    ['/.*', '/twice\\0', '/twice/service/shop/v1/api?q'],
  ])('%s → %s', (pattern, substitution, wanted) => {
    const asked = '/service/shop/v1/api?q';
    if (wanted === undefined)
      expect(faults({}, rewrite(pattern, substitution))).toEqual([
        'regex_rewrite: a substitution begins with "/" and holds characters of a path, and \\0 to \\9',
      ]);
    else expect(rewritten({}, rewrite(pattern, substitution), asked)).toBe(wanted);
  });

  it('refuses a path that it has made ambiguous', () => {
    expect(rewritten({}, rewrite('/a/(.*)', '/x/\\1/../y'), '/a/b')).toBe('path.ambiguous');
    expect(rewritten({}, rewrite('/a(/.*)', '/x/\\1'), '/a/b')).toBe('path.ambiguous');
    expect(rewritten({}, rewrite('/([.])/(.*)', '/x/\\1\\1/\\2'), '/./b')).toBe('path.ambiguous');
    expect(rewritten({}, rewrite('/(.)(.)', '/%2\\2\\1'), '/af')).toBe('path.ambiguous');
    expect(rewritten({}, rewrite('/a', '/%'), '/a')).toBe('path.ambiguous');
  });

  it('takes what the route has opened, and no more', () => {
    const double = rewrite('/a(/.*)', '/x/\\1');
    expect(rewritten({ pathExceptions: ['double_slash'] }, double, '/a/b')).toBe('/x//b');
    expect(rewritten({ pathExceptions: ['semicolon'] }, double, '/a/b')).toBe('path.ambiguous');
  });

  it.each([
    ['/(?=a)', '/x', 'looking ahead'],
    ['/a', 'x', 'begins with "/"'],
    ['/a', '/x?y', 'characters of a path'],
    ['/a', '/x\\', 'characters of a path'],
    ['/a', '/x\r\ny', 'characters of a path'],
    ['/(a)', '/\\2', '"\\2" stands for a group that the pattern does not have'],
  ])('refuses %s → %j', (pattern, substitution, message) => {
    expect(faults({}, rewrite(pattern, substitution))).toEqual([expect.stringContaining(message)]);
  });

  it('excludes prefix_rewrite', () => {
    expect(faults({}, { ...rewrite('/a', '/b'), prefixRewrite: '/c' })).toEqual([
      'prefix_rewrite: excludes regex_rewrite',
    ]);
  });
});

describe('the host for the upstream', () => {
  const host = (changes: Partial<Route>, rewriting: Rewriting = {}) => {
    const route = makeRoute('a', changes);
    const compiled = compileRewriting(route, rewriting);
    return compiled.ok && upstreamHost({ ...route, rewriting: compiled.value }, 'a.example:8443');
  };

  it('is that of the upstream, of the request, or of the file', () => {
    expect(host({})).toBeUndefined();
    expect(host({ preserveHostHeader: true })).toBe('a.example:8443');
    expect(host({}, { hostRewrite: 'inner.example:81' })).toBe('inner.example:81');
  });

  it.each(['', 'A.example', 'a.example\r\nX: y', 'a b', 'u@a.example', 'a.example/x', 'a.example:0'])(
    'refuses %j',
    (hostRewrite) => {
      expect(faults({}, { hostRewrite })).toEqual([
        'host_rewrite: expected a host and optional port, in lower case',
      ]);
    },
  );

  it('is rewritten or preserved, not both', () => {
    expect(faults({ preserveHostHeader: true }, { hostRewrite: 'b.example' })).toEqual([
      'host_rewrite: excludes preserve_host_header',
    ]);
  });
});

describe('whatever is rewritten', () => {
  const segment = fc.constantFrom(
    'a',
    'b.c',
    '.',
    '..',
    '%2E',
    '%2e%2e',
    '%41',
    '%C3%A4',
    '%0d%0a',
    '~',
    '',
    ';',
    '@x',
  );
  const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => `/${segments.join('/')}`);
  const rewriting = fc.oneof(
    path.map((prefixRewrite): Rewriting => ({ prefixRewrite })),
    fc
      .tuple(
        fc.constantFrom('(/[^/]*)(.*)', '/(.*)/(.*)', '/(.)(.*)', '(/.*?)(/.*)?'),
        fc.array(fc.constantFrom('\\0', '\\1', '\\2', '/', '.', 'x', '%', '2', 'F', '//', '@h'), {
          maxLength: 6,
        }),
      )
      .map(([pattern, parts]): Rewriting => ({
        regexRewrite: { pattern, substitution: `/${parts.join('')}` },
      })),
  );

  it('is a canonical path, with the query as it came', () => {
    fc.assert(
      fc.property(path, fc.constantFrom('/', '/a', '/a/'), rewriting, (raw, prefix, asked) => {
        const canonical = canonicalTarget(`${raw}?q=1`);
        const route = makeRoute('a', { prefix });
        const compiled = compileRewriting(route, asked);
        fc.pre(canonical.ok && compiled.ok);
        if (!canonical.ok || !compiled.ok) return;
        if (canonical.value.path !== prefix && !canonical.value.path.startsWith(prefix.replace(/\/?$/, '/')))
          return;
        const result = upstreamTarget(route, compiled.value, canonical.value.target);
        if (!result.ok) return;
        expect(canonicalTarget(result.value)).toMatchObject({ ok: true, value: { target: result.value } });
        expect(result.value).toMatch(/\?q=1$/);
        expect(result.value).not.toMatch(/[\0-\x20\\]|\/\/|\/\.{1,2}(?:[/?]|$)/);
        expect(new URL(result.value, 'http://upstream.example').host).toBe('upstream.example');
      }),
      { numRuns: 1_000 },
    );
  });
});
