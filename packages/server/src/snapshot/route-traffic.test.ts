import { describe, expect, it } from 'vitest';
import { compileSnapshot } from './compile.ts';
import { acme, configOf, snapshotOf } from './testing/from-file.ts';

const base = { name: 'r', from: 'https://r.example', allow_any_authenticated_user: true };
const to = 'http://127.0.0.1:9';
const file = (...routes: readonly object[]) => ({ ...acme(), routes });
const compiled = (given: object) => snapshotOf(file({ ...base, ...given })).routes[0];

const faults = (...routes: readonly object[]) => {
  const snapshot = compileSnapshot(configOf(file(...routes)));
  return snapshot.ok ? [] : snapshot.error.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

const asked = { scheme: 'https', host: 'r.example', port: undefined, target: '/a?b' } as const;

describe('a route that changes nothing', () => {
  it('costs its requests nothing', () => {
    const route = compiled({ to });
    expect(route).toMatchObject({
      upstream: { targets: [{ scheme: 'http', host: '127.0.0.1', port: 9 }], balancing: 'round_robin' },
    });
    for (const key of [
      'answers',
      'rewriting',
      'headerOperations',
      'idleTimeout',
      'pathExceptions',
      'assertion',
    ])
      expect(route).not.toHaveProperty(key);
  });
});

describe('a route that changes something', () => {
  it('has it compiled', () => {
    expect(
      compiled({
        to,
        prefix: '/a',
        prefix_rewrite: '/b',
        host_rewrite: 'inner.example',
        path_exceptions: ['semicolon'],
        set_request_headers: { Authorization: 'Basic x' },
        pass_identity_headers: true,
        assertion: 'per_request',
        basic_challenge: true,
        idle_timeout: '2s',
      }),
    ).toMatchObject({
      rewriting: { prefix: '/b', host: 'inner.example' },
      pathExceptions: ['semicolon'],
      headerOperations: { setRequest: { Authorization: 'Basic x' } },
      assertion: 'per_request',
      basicChallenge: true,
      idleTimeout: 2_000,
    });
  });

  it.each([
    [{ prefix_rewrite: '/a/../b' }, 'routes.0.prefix_rewrite: expected a canonical path'],
    [{ path: '/a', prefix_rewrite: '/b' }, 'routes.0.prefix_rewrite: needs a prefix'],
    [{ host_rewrite: 'b.example/x' }, 'routes.0.host_rewrite: expected a host'],
    [
      { host_rewrite: 'b.example', preserve_host_header: true },
      'routes.0.host_rewrite: excludes preserve_host_header',
    ],
    [{ set_request_headers: { 'X-Pomerium-Jwt-Assertion': 'x' } }, 'routes.0.set_request_headers.X-Pomerium'],
    [{ set_request_headers: { 'X-A': 'a\nX-B: c' } }, 'routes.0.set_request_headers.X-A: expected one line'],
    [{ remove_request_headers: ['Host'] }, 'routes.0.remove_request_headers.0: '],
    [{ set_response_headers: { 'Set-Cookie': 'a=b' } }, 'routes.0.set_response_headers.Set-Cookie: '],
  ])('is refused at its key: %j', (given, message) => {
    expect(faults({ ...base, to, ...given })).toEqual([expect.stringContaining(message)]);
  });

  it('sets no header by which another route says who is asking', () => {
    const claims = { pass_identity_headers: true, jwt_claims_headers: { 'X-Email': 'email' } };
    const other = {
      ...base,
      name: 's',
      from: 'https://s.example',
      to,
      set_request_headers: { 'x-email': 'x' },
    };
    expect(faults({ ...base, to, ...claims }, other)).toEqual([
      'routes.1.set_request_headers.x-email: this header has a meaning of its own',
    ]);
  });

  it('has a version that tells nothing of what a header holds, and that its names change', () => {
    const version = (headers: object) =>
      snapshotOf(file({ ...base, to, set_request_headers: headers })).version;
    expect(version({ Authorization: 'Basic a' })).toBe(version({ Authorization: 'Basic b' }));
    expect(version({ Authorization: 'Basic a' })).not.toBe(version({ 'X-Key': 'Basic a' }));
  });
});

describe('a route that answers itself', () => {
  it('has no upstream, and an answer that no cache keeps for somebody else', () => {
    const route = compiled({ redirect: { https_redirect: true, host_redirect: 'b.example' } });
    expect(route).not.toHaveProperty('upstream');
    expect(route?.answers?.(asked)).toEqual({
      status: 301,
      headers: [
        ['Location', 'https://b.example/a?b'],
        ['Cache-Control', 'no-store'],
      ],
      body: '',
    });
    expect(compiled({ response: { status: 204 } })?.answers?.(asked)).toEqual({
      status: 204,
      headers: [['Cache-Control', 'no-store']],
      body: '',
    });
  });

  it('may be kept by caches where nobody is asked, and has the headers of its route', () => {
    const open = { allow_any_authenticated_user: false, allow_public_unauthenticated_access: true };
    const given = { ...open, response: { status: 200, body: 'ok' } };
    expect(
      compiled(given)
        ?.answers?.(asked)
        .headers.map(([name]) => name),
    ).toEqual(['Content-Type', 'X-Content-Type-Options']);
    const typed = { ...given, set_response_headers: { 'content-type': 'text/html' } };
    expect(compiled(typed)?.answers?.(asked).headers).toEqual([
      ['X-Content-Type-Options', 'nosniff'],
      ['content-type', 'text/html'],
    ]);
  });

  it.each([
    [{ redirect: {} }, 'routes.0.redirect: expected something to change: it would lead back to itself'],
    [{ redirect: { host_redirect: 'B.example' } }, 'routes.0.redirect.host_redirect: expected a host name'],
    [
      { redirect: { path_redirect: '//evil.example' } },
      'routes.0.redirect.path_redirect: expected a canonical',
    ],
    [{ redirect: { host_redirect: 'b.example', response_code: 304 } }, 'routes.0.redirect.response_code: '],
    [{ response: { status: 204, body: 'x' } }, 'routes.0.response.body: expected no body'],
    [{ response: { status: 302 } }, 'routes.0.response.status: '],
    [
      { redirect: { host_redirect: 'b.example' }, set_response_headers: { location: '/' } },
      'routes.0.set_response_headers.location: excludes redirect',
    ],
  ])('is refused at its key: %j', (given, message) => {
    expect(faults({ ...base, ...given })).toEqual([expect.stringContaining(message)]);
  });
});

describe('a wildcard route', () => {
  it('is found for every host of one more label, and is no resource', () => {
    const route = compiled({ from: 'https://*.r.example', to });
    expect(route).toMatchObject({ host: '*.r.example', resource: 'https://*.r.example/' });
    const named = snapshotOf(file({ ...base, from: 'https://*.r.example', to })).organizations.get('acme');
    expect([...(named?.directory.resources ?? [])]).toEqual([]);
  });
});
