import { describe, expect, it } from 'vitest';
import { route } from './route.ts';

const base = { name: 'r', from: 'https://r.example', allow_any_authenticated_user: true };
const to = 'http://127.0.0.1:9';

const problems = (given: object) => {
  const parsed = route.safeParse({ ...base, ...given });
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('where a route leads', () => {
  const redirect = { https_redirect: true };
  const response = { status: 200, body: 'ok' };

  it('is an upstream, a redirect or a response', () => {
    expect(route.parse({ ...base, to })).toMatchObject({ to: { targets: [{ host: '127.0.0.1', port: 9 }] } });
    expect(route.parse({ ...base, response })).toMatchObject({ response });
    const written = {
      scheme_redirect: 'http',
      host_redirect: 'b.example',
      port_redirect: 8443,
      prefix_rewrite: '/b',
      response_code: 308,
      strip_query: true,
    };
    expect(route.parse({ ...base, redirect: written })).toMatchObject({
      redirect: {
        schemeRedirect: 'http',
        hostRedirect: 'b.example',
        portRedirect: 8443,
        prefixRewrite: '/b',
        responseCode: 308,
        stripQuery: true,
      },
    });
    expect(route.parse({ ...base, redirect: { ...redirect, path_redirect: '/b?c' } }).redirect).toEqual({
      httpsRedirect: true,
      pathRedirect: '/b?c',
    });
  });

  it.each([
    [{}, ['to: expected one of to, redirect and response']],
    [{ to, redirect }, ['redirect: excludes to']],
    [{ to, response }, ['response: excludes to']],
    [{ redirect, response }, ['response: excludes redirect']],
    [{ to, redirect, response }, ['redirect: excludes to', 'response: excludes to']],
  ])('is one of them: %j', (given, messages) => {
    expect(problems(given)).toEqual(messages);
  });

  it.each([
    { prefix_rewrite: '/b' },
    { host_rewrite: 'b.example' },
    { preserve_host_header: true },
    { set_request_headers: { 'X-A': 'b' } },
    { remove_request_headers: ['X-A'] },
    { pass_identity_headers: true },
    { allow_websockets: true },
    { timeout: '30s' },
    { idle_timeout: '30s' },
  ])('is an upstream where the route says %j', (given) => {
    const [key] = Object.keys(given);
    expect(problems({ to, ...given })).toEqual([]);
    expect(problems({ redirect, ...given })).toEqual([
      `${key}: needs to: a route with redirect has no service behind it`,
    ]);
    expect(problems({ response, ...given })).toEqual([
      `${key}: needs to: a route with response has no service behind it`,
    ]);
  });

  it.each([
    [{ redirect: { https_redirect: false } }, 'redirect.https_redirect'],
    [{ redirect: { strip_query: false } }, 'redirect.strip_query'],
    [{ redirect: { scheme_redirect: 'ftp' } }, 'redirect.scheme_redirect'],
    [{ redirect: { port_redirect: 0 } }, 'redirect.port_redirect'],
    [{ redirect: { response_code: 200 } }, 'redirect.response_code'],
    [{ redirect: { location: '/' } }, 'redirect'],
    [{ response: { body: 'x' } }, 'response.status'],
    [{ response: { status: 199 } }, 'response.status'],
    [{ response: { status: 200, headers: {} } }, 'response'],
  ])('refuses %j', (given, path) => {
    expect(problems(given)).toEqual([expect.stringMatching(new RegExp(`^${path}: `))]);
  });
});

describe('what a route changes', () => {
  it('is read as it is written', () => {
    const given = {
      to,
      description: 'Orders – by hand',
      path_exceptions: ['encoded_slash', 'semicolon'],
      prefix_rewrite: '/v2',
      host_rewrite: 'inner.example',
      set_request_headers: { 'X-A': 'b' },
      remove_request_headers: ['X-B'],
      set_response_headers: { 'X-C': 'd' },
      basic_challenge: true,
      pass_identity_headers: true,
      assertion: 'per_request',
      idle_timeout: '5m',
    };
    expect(route.parse({ ...base, ...given })).toMatchObject({
      description: 'Orders – by hand',
      pathExceptions: ['encoded_slash', 'semicolon'],
      rewriting: { prefixRewrite: '/v2', hostRewrite: 'inner.example' },
      headerOperations: { setRequest: { 'X-A': 'b' }, removeRequest: ['X-B'], setResponse: { 'X-C': 'd' } },
      basicChallenge: true,
      assertion: 'per_request',
      idleTimeout: 300,
    });
  });

  it('is nothing by default', () => {
    expect(route.parse({ ...base, to })).toEqual({
      name: 'r',
      from: expect.objectContaining({ host: 'r.example' }),
      to: { targets: [expect.objectContaining({ host: '127.0.0.1', weight: 1 })], balancing: 'round_robin' },
      prefix: '/',
      rewriting: {},
      headerOperations: {},
      access: { anyAuthenticated: true },
      basicChallenge: false,
      assertion: 'per_session',
      passIdentityHeaders: false,
      claimHeaders: [],
      allowWebsockets: false,
      preserveHostHeader: false,
      timeout: 30,
    });
  });

  it.each([
    [{ assertion: 'per_request' }, 'assertion: needs pass_identity_headers: true'],
    [{ assertion: 'always', pass_identity_headers: true }, 'assertion: '],
    [{ path_exceptions: [] }, 'path_exceptions: expected at least one exception'],
    [{ path_exceptions: ['semicolon', 'semicolon'] }, 'path_exceptions: expected each exception once'],
    [{ path_exceptions: ['dot_segments'] }, 'path_exceptions.0: '],
    [{ description: 'two\nlines' }, 'description: expected 1 to 200 characters on one line'],
    [{ idle_timeout: '0s' }, 'idle_timeout: expected a duration'],
    [{ set_request_headers: ['X-A'] }, 'set_request_headers: '],
    [{ set_request_headers: { 'X-A': 1 } }, 'set_request_headers.X-A: '],
  ])('is refused: %j', (given, message) => {
    expect(problems({ to, ...given })).toEqual([expect.stringContaining(message)]);
  });
});
