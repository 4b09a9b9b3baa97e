import { compileRoutes, matchRoute } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { resourcesByOrganization } from './compile-route.ts';
import { compileSnapshot } from './compile.ts';
import { acme, configOf, snapshotOf } from './testing/from-file.ts';

describe('routes', () => {
  const route = (name: string, more: object) => ({
    name,
    from: `https://${name}.example`,
    to: 'http://127.0.0.1:9',
    allow_any_authenticated_user: true,
    ...more,
  });
  const routes = (...list: readonly object[]) => snapshotOf({ ...acme(), routes: list }).routes;
  const policy = { allow: { or: [{ domain: 'a.example' }] } };

  it.each([
    [{}, 'authenticated'],
    [{ policy }, 'policy'],
    [{ allow_any_authenticated_user: false, policy }, 'policy'],
    [{ allow_any_authenticated_user: false, allow_public_unauthenticated_access: true }, 'public'],
  ])('with %j have the access %s', (more, access) => {
    expect(routes(route('r', more))).toMatchObject([{ access, organizations: ['acme'], timeout: 30_000 }]);
  });

  it('are looked up without port, unless two differ by it alone', () => {
    expect(routes(route('a', { from: 'https://a.example:8443' }))[0]).not.toHaveProperty('port');
    const two = routes(route('a', {}), route('b', { from: 'https://a.example:8443' }));
    expect(two.map(({ port }) => port)).toEqual([443, 8443]);
    const table = compileRoutes(two);
    const found = table.ok ? matchRoute(table.value, 'a.example', undefined, '/') : undefined;
    expect(found).toMatchObject({ name: 'a' });
  });

  it('are resources by their URL, and an organization has those of its own routes', () => {
    const mine = { organizations: ['acme'] };
    const { routes: compiled, organizations } = snapshotOf({
      organizations: [...acme().organizations, { name: 'other' }],
      routes: [
        route('a', { ...mine, from: 'https://A.example:8443', prefix: '/x/' }),
        route('b', { organizations: ['acme', 'other'] }),
        route('c', { ...mine, prefix: '/%C3%A4' }),
      ],
    });
    expect(compiled.map(({ resource }) => resource)).toEqual([
      'https://a.example:8443/x',
      'https://b.example',
      'https://c.example/%C3%A4',
    ]);
    // What cannot be written as a resource can be asked for by nobody.
    expect([...(organizations.get('acme')?.directory.resources ?? [])]).toEqual([
      'https://a.example:8443/x',
      'https://b.example',
    ]);
    expect([...(organizations.get('other')?.directory.resources ?? [])]).toEqual(['https://b.example']);
  });

  it('by path or regex are found, are resources by their path, and never by a regex', () => {
    const compiled = routes(
      route('a', { path: '/one' }),
      route('b', { from: 'https://a.example', regex: '/v[0-9]+' }),
      route('c', { allowed_domains: ['acme.example'], allow_any_authenticated_user: false }),
    );
    expect(compiled.map(({ resource }) => resource)).toEqual([
      'https://a.example/one',
      'https://a.example /v[0-9]+',
      'https://c.example',
    ]);
    expect([...resourcesByOrganization(compiled).values()]).toEqual([
      new Set(['https://a.example/one', 'https://c.example']),
    ]);
    const table = compileRoutes(compiled);
    const named = (path: string) => {
      const found = table.ok ? matchRoute(table.value, 'a.example', undefined, path) : 'no table';
      return typeof found === 'string' ? found : found.name;
    };
    expect(['/one', '/v12', '/one/', '/v'].map(named)).toEqual(['a', 'b', 'unknown-path', 'unknown-path']);
    expect(compiled.map(({ access }) => access)).toEqual(['authenticated', 'authenticated', 'policy']);
  });

  it('say which claims are read after the exchange', () => {
    const reads = (...list: readonly object[]) => snapshotOf({ ...acme(), routes: list }).claimPaths;
    const named = { allow_any_authenticated_user: false };
    const claims = { 'claim/repository': 'acme/shop', 'claim/"kubernetes.io"/namespace': { not: 'x' } };
    expect(reads(route('a', {}))).toEqual([]);
    expect(
      reads(
        route('a', {
          ...named,
          policy: {
            allow: {
              and: [
                { domain: 'a.example' },
                ...Object.entries(claims).map(([key, value]) => ({ [key]: value })),
              ],
            },
            deny: { nor: [{ 'claim/repository': 'acme/shop' }] },
          },
        }),
        route('b', {
          pass_identity_headers: true,
          jwt_claims_headers: { 'X-Ref': 'ref', 'X-Run': 'run.id' },
        }),
      ),
    ).toEqual([['repository'], ['kubernetes.io', 'namespace'], ['ref'], ['run', 'id']]);
  });

  it('that tie are a problem at the second of them', () => {
    const compiled = compileSnapshot(
      configOf({ ...acme(), routes: [route('a', {}), route('b', { from: 'https://a.example' })] }),
    );
    expect(compiled).toMatchObject({ ok: false, error: [{ path: ['routes', 1, 'from'] }] });
  });
});
