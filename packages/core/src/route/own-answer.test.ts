import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalTarget } from './canonical-path.ts';
import type { Route } from './model.ts';
import {
  fixedResponse,
  MAX_RESPONSE_BODY,
  redirectAnswer,
  redirectFaults,
  type AskedFor,
  type Redirect,
} from './own-answer.ts';
import { makeRoute } from './testing/make-route.ts';

const asked: AskedFor = { scheme: 'http', host: 'a.example', port: 8080, target: '/in/x?q=1' };

const location = (redirect: Redirect, changes: Partial<Route> = {}, from = asked): string => {
  const [line] = redirectAnswer(makeRoute('a', { prefix: '/in', ...changes }), redirect, from).headers;
  return line?.[1] ?? '';
};

const faults = (redirect: Redirect, changes: Partial<Route> = {}) =>
  redirectFaults(makeRoute('a', { scheme: 'http', ...changes }), redirect).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

describe('redirect', () => {
  it.each<[Redirect, string]>([
    [{ httpsRedirect: true }, 'https://a.example/in/x?q=1'],
    [{ schemeRedirect: 'https' }, 'https://a.example/in/x?q=1'],
    [{ httpsRedirect: true, portRedirect: 8443 }, 'https://a.example:8443/in/x?q=1'],
    [{ hostRedirect: 'b.example' }, 'http://b.example/in/x?q=1'],
    [{ portRedirect: 80 }, 'http://a.example/in/x?q=1'],
    [{ portRedirect: 443 }, 'http://a.example:443/in/x?q=1'],
    [{ pathRedirect: '/out' }, 'http://a.example:8080/out?q=1'],
    [{ pathRedirect: '/out?mine' }, 'http://a.example:8080/out?mine'],
    [{ pathRedirect: '/out', stripQuery: true }, 'http://a.example:8080/out'],
    [{ prefixRewrite: '/out' }, 'http://a.example:8080/out/x?q=1'],
    [{ prefixRewrite: '/', stripQuery: true }, 'http://a.example:8080/x'],
  ])('%j leads to %s', (redirect, wanted) => {
    expect(location(redirect)).toBe(wanted);
    expect(faults(redirect)).toEqual([]);
  });

  it('is permanent unless the file says otherwise', () => {
    const route = makeRoute('a');
    expect(redirectAnswer(route, { portRedirect: 1 }, asked)).toMatchObject({ status: 301, body: '' });
    expect(redirectAnswer(route, { portRedirect: 1, responseCode: 307 }, asked)).toMatchObject({
      status: 307,
    });
  });

  it.each<[Redirect, Partial<Route>, string]>([
    [{}, {}, ': expected something to change'],
    [{ stripQuery: true, responseCode: 302 }, {}, ': expected something to change'],
    [{ httpsRedirect: true }, { scheme: 'https' }, ': expected something to change'],
    [{ schemeRedirect: 'http' }, {}, ': expected something to change'],
    [{ httpsRedirect: true, schemeRedirect: 'https' }, {}, 'scheme_redirect: excludes https_redirect'],
    [{ hostRedirect: 'b.example/x' }, {}, 'host_redirect: expected a host name'],
    [{ hostRedirect: 'u@b.example' }, {}, 'host_redirect: expected a host name'],
    [{ hostRedirect: 'B.example' }, {}, 'host_redirect: expected a host name'],
    [{ hostRedirect: 'b.example:1' }, {}, 'host_redirect: expected a host name'],
    [{ hostRedirect: 'b\r\nX: y' }, {}, 'host_redirect: expected a host name'],
    [{ portRedirect: 0 }, {}, 'port_redirect: expected a port'],
    [{ portRedirect: 65_536 }, {}, 'port_redirect: expected a port'],
    [{ portRedirect: 1.5 }, {}, 'port_redirect: expected a port'],
    [{ pathRedirect: '//evil.example' }, {}, 'path_redirect: expected a canonical path'],
    [{ pathRedirect: 'https://evil.example' }, {}, 'path_redirect: expected a canonical path'],
    [{ pathRedirect: '/a#b' }, {}, 'path_redirect: expected a canonical path'],
    [{ prefixRewrite: '/a?b' }, {}, 'prefix_rewrite: expected a canonical path'],
    [{ prefixRewrite: '/a', pathRedirect: '/b' }, {}, 'prefix_rewrite: excludes path_redirect'],
    [{ prefixRewrite: '/a' }, { regex: '/a' }, 'prefix_rewrite: needs a prefix'],
    [{ portRedirect: 1, responseCode: 200 }, {}, 'response_code: expected 301'],
    [{ portRedirect: 1, responseCode: 304 }, {}, 'response_code: expected 301'],
  ])('refuses %j', (redirect, changes, message) => {
    expect(faults(redirect, changes)).toEqual([expect.stringContaining(message)]);
  });

  it('leads to a host of the file or the one that was asked, whatever the path', () => {
    const redirects: readonly Redirect[] = [
      { httpsRedirect: true },
      { hostRedirect: 'b.example' },
      { prefixRewrite: '/' },
      { pathRedirect: '/x' },
    ];
    const target = fc
      .string({ unit: fc.constantFrom('/', '.', '@', 'b', '?', '%2E', '%C3%A4', ':') })
      .map((text) => `/${text}`);
    fc.assert(
      fc.property(target, fc.constantFrom(...redirects), (raw, redirect) => {
        const canonical = canonicalTarget(raw);
        fc.pre(canonical.ok);
        if (!canonical.ok) return;
        const written = location(redirect, { prefix: '/' }, { ...asked, target: canonical.value.target });
        expect(['a.example', 'b.example']).toContain(new URL(written).hostname);
        expect(written).toMatch(/^https?:\/\/[ab]\.example(?::8080)?\/(?!\/)[!-~]*$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('response', () => {
  it('is text, and nothing else', () => {
    expect(fixedResponse({ status: 200, body: '<b>hello' })).toEqual({
      ok: true,
      value: {
        status: 200,
        headers: [
          ['Content-Type', 'text/plain; charset=utf-8'],
          ['X-Content-Type-Options', 'nosniff'],
        ],
        body: '<b>hello',
      },
    });
    expect(fixedResponse({ status: 204, body: '' })).toMatchObject({ value: { headers: [] } });
  });

  it.each([
    [{ status: 199, body: '' }, 'status'],
    [{ status: 600, body: '' }, 'status'],
    [{ status: 200.5, body: '' }, 'status'],
    [{ status: 302, body: '' }, 'status'],
    [{ status: 204, body: 'x' }, 'body'],
    [{ status: 205, body: 'x' }, 'body'],
    [{ status: 304, body: 'x' }, 'body'],
  ])('refuses %j', (response, key) => {
    const answer = fixedResponse(response);
    expect(!answer.ok && answer.error.map(({ path }) => path)).toEqual([[key]]);
  });

  it('has a body of 64 KiB at most', () => {
    expect(fixedResponse({ status: 200, body: 'x'.repeat(MAX_RESPONSE_BODY) }).ok).toBe(true);
    expect(fixedResponse({ status: 200, body: 'x'.repeat(MAX_RESPONSE_BODY + 1) }).ok).toBe(false);
  });
});
