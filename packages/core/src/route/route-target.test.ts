import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRoutes, type RouteTable } from './match.ts';
import type { Route } from './model.ts';
import { PATH_EXCEPTIONS, readAmbiguous, type PathException } from './path-exceptions.ts';
import { routeTarget } from './route-target.ts';
import { makeRoute } from './testing/make-route.ts';

function table(routes: readonly Route[]): RouteTable {
  const result = compileRoutes(routes);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function asked(routes: readonly Route[], target: string): string {
  const routed = routeTarget(table(routes), 'a.example', undefined, target);
  return routed.ok ? `${routed.value.route.name} ${routed.value.path} ${routed.value.target}` : routed.error;
}

const open = (...pathExceptions: PathException[]) => makeRoute('all', { pathExceptions });

describe('a canonical target', () => {
  it('goes to its route', () => {
    expect(asked([open()], '/%61?b&pomerium_session=x')).toBe('all /a /a?b');
    expect(asked([makeRoute('p', { prefix: '/p' })], '/q')).toBe('unknown-path');
    expect(asked([makeRoute('p', { host: 'b.example' })], '/q')).toBe('unknown-host');
  });
});

describe('a path exception', () => {
  it.each<[PathException, string]>([
    ['encoded_slash', '/a%2fb'],
    ['encoded_percent', '/100%25.txt'],
    ['encoded_percent', '/a%2541'],
    ['encoded_backslash', '/a%5Cb'],
    ['double_slash', '/a//b'],
    ['semicolon', '/a;v=1/b'],
    ['semicolon', '/a%3bv'],
  ])('%s opens %s, and nothing else does', (exception, target) => {
    const others = PATH_EXCEPTIONS.filter((other) => other !== exception);
    expect(asked([open(exception)], target)).toMatch(/^all /);
    expect(asked([open(...others)], target)).toBe('path.ambiguous');
    expect(asked([open()], target)).toBe('path.ambiguous');
  });

  it('leaves the path as it came, but for escapes that change nothing', () => {
    expect(asked([open('encoded_slash', 'double_slash')], '/%61//g%2fb?pomerium_session=x&c')).toBe(
      'all /a//g%2Fb /a//g%2Fb?c',
    );
  });

  const everything = open(...PATH_EXCEPTIONS);
  it.each([
    '/a/..%2fb',
    '/a/%2e%2e%2fb',
    '/a/%252e%252e/b',
    '/a/%25252e%25252e/b',
    '/a/..%5cb',
    '/a/..;/b',
    '/a/..;x=1/b',
    '/a/..%3b/b',
    '/a//../b',
    '/a/.%2f/b',
    '/a%2f..',
    '/a%252f..%252fb',
    '/..%255cb',
    '/a\\b',
    '/a%00',
    '/a%2500',
    '/a%250d%250ab',
    '/a%25c2%2585',
    '/a%25c0%25af',
    '/a%25zz/%2f%zz',
    '/a%2f%c0%af',
    '/a%2525252525252525252fb',
    '/a%2fb#c',
    '/a%2f b',
  ])('never opens %s', (target) => {
    expect(asked([everything], target)).toBe('path.ambiguous');
  });

  it('does not lead under the policy of one route to the path of another', () => {
    const routes = [
      open('double_slash', 'encoded_slash', 'semicolon'),
      makeRoute('admin', { prefix: '/admin' }),
    ];
    for (const target of ['//admin', '/admin%2fx', '/%2fadmin', '/admin;x', '/x;/%2fadmin/y'])
      expect(asked(routes, target)).toBe(
        target === '/x;/%2fadmin/y' ? 'all /x;/%2Fadmin/y /x;/%2Fadmin/y' : 'path.ambiguous',
      );
  });
});

describe('the readings of a path', () => {
  const piece = fc.constantFrom(
    'a',
    '/',
    '.',
    '..',
    ';',
    '%2f',
    '%2F',
    '%25',
    '%5c',
    '%2e',
    '%3b',
    '%00',
    '\\',
    '2f',
    '2e',
    'b',
  );

  it('hold no dot segment however it is decoded, and never an escape of a slash', () => {
    const path = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`);
    fc.assert(
      fc.property(path, (raw) => {
        const ambiguous = readAmbiguous(raw);
        if (ambiguous === undefined) return;
        let read = ambiguous.path;
        for (let layer = 0; layer < 12; layer += 1) {
          expect(read.split(/[/\\]/).map((segment) => segment.split(';')[0])).not.toContain('..');
          expect(read.split(/[/\\]/)).not.toContain('..');
          expect(read).not.toMatch(/[\0-\x1f\x7f]/);
          read = decodeURIComponent(read.replaceAll(/%(?![0-9a-fA-F]{2})/g, '%25'));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
