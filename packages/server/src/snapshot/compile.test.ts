import { evaluate, matchRoute, compileRoutes, ok, type TrustPolicy } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { policySetHash } from '../audit/policy-set.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/model.ts';
import { compileSnapshot } from './compile.ts';

function configOf(file: object): Config {
  const text = JSON.stringify({ url: 'https://cs.example', ...file });
  const loaded = loadConfig({ file: '/c.yaml', env: {}, readFile: () => ok(text) });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value.config;
}

function snapshotOf(file: object) {
  const compiled = compileSnapshot(configOf(file));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return compiled.value;
}

const allow = { decision: 'allow', token_type: 'team', team: 'platform' };

function acme(...policies: readonly object[]) {
  return {
    organizations: [
      {
        name: 'acme',
        members: [{ login: 'ada', role: 'admin' }],
        teams: [{ name: 'platform', members: ['ada'] }],
        runners: [{ name: 'linux' }],
        issuers: [{ name: 'ci', url: 'https://ci.example/', policies }],
      },
    ],
  };
}

describe('a snapshot', () => {
  it('finds issuers by key and by id, and people by login', () => {
    const organization = snapshotOf(acme({ ...allow, rules: { sub: 'x' } })).organizations.get('acme');
    const issuer = organization?.issuers.get('https://ci.example');
    expect(issuer).toMatchObject({
      name: 'ci',
      url: 'https://ci.example/',
      maxExpiration: 90_000,
      disabled: false,
    });
    expect(organization?.issuersById.get(issuer?.id ?? '')).toBe(issuer);
    expect(organization?.directory.members.get('ada')).toMatchObject({
      role: 'admin',
      user: expect.stringMatching(/^usr_/),
    });
    expect(organization?.directory.runners.has('linux')).toBe(true);
  });

  it('decides as the policies of the file say', () => {
    const organization = snapshotOf(acme({ ...allow, rules: { sub: 'x' } })).organizations.get('acme');
    const trust = organization?.issuers.get('https://ci.example')?.trust;
    const request = { token_type: 'team', target: 'platform', admin: false };
    const effect = (sub: string) => trust && evaluate(trust.policy, { claims: { sub }, request }).effect;
    expect([effect('x'), effect('y')]).toEqual(['allow', 'deny']);
  });

  it('cites every policy document by its hash', () => {
    const snapshot = snapshotOf({
      ...acme({ ...allow, rules: { sub: 'x' } }),
      routes: [
        {
          name: 'r',
          from: 'https://r.example',
          to: 'http://127.0.0.1:9',
          allow_any_authenticated_user: true,
        },
      ],
    });
    const cited = [
      snapshot.organizations.get('acme')?.issuers.get('https://ci.example')?.policySet,
      snapshot.routes[0]?.policySet,
    ];
    expect([...snapshot.policySets.keys()]).toEqual(cited);
    for (const [key, document] of snapshot.policySets) expect(policySetHash(document)).toBe(key);
  });

  it('finds a provider by its issuer, for the one organization unless others are named', () => {
    const provider = {
      name: 'corp',
      issuer: 'https://idp.example/',
      client_id: 'cs',
      audiences: ['cli', 'cs'],
    };
    const { identityProviders, identityProvidersById } = snapshotOf({
      ...acme(),
      identity_providers: [provider],
    });
    const found = identityProviders.get('https://idp.example');
    expect(found).toMatchObject({ audiences: ['cs', 'cli'], organizations: ['acme'] });
    expect(identityProvidersById.get(found?.id ?? '')).toBe(found);
  });

  it('is the same for the same file and another for any other', () => {
    const version = (file: object) => snapshotOf(file).version;
    expect(version(acme())).toBe(version(acme()));
    const others = [
      { ...acme(), clock_leeway: 31 },
      { ...acme(), admin_token: 'x'.repeat(32) },
      acme({ ...allow, rules: { sub: 'x' } }),
    ];
    expect(new Set([acme(), ...others].map(version)).size).toBe(4);
  });
});

describe('the audiences of an issuer', () => {
  const DEFAULT = ['urn:pulumi:org:acme', 'urn:countersign:org:acme', 'https://cs.example'];
  const audiences = (file: object) =>
    snapshotOf(file).organizations.get('acme')?.issuers.get('https://ci.example')?.audiences;

  it.each([
    [{ rules: { aud: 'sts.amazonaws.com' } }, []],
    [{ rules: { aud: 'vault' } }, ['vault']],
    [{ rules: { aud: 'urn:x:*' } }, []],
    [{ rules: { aud: 'vaul?' } }, []],
    [{ rules: { '"aud"': 'vault' } }, ['vault']],
    [{ rules: { 'a.aud': 'vault' } }, []],
    [{ match: { aud: { equals: 'sts.amazonaws.com' } } }, ['sts.amazonaws.com']],
    [{ match: { aud: { one_of: ['a', 'b', 5] } } }, ['a', 'b']],
    [{ match: { aud: { equals: 5 } } }, []],
    [{ match: { aud: { glob: 'vault' } } }, []],
    [{ match: { aud: { not: { equals: 'vault' } } } }, []],
    [{ match: { aud: { equals: 'a', one_of: ['a', 'b'] } } }, []],
    [{ match: { aud: { equals: 'https://cs.example' } } }, []],
    [{ decision: 'deny', match: { aud: { equals: 'vault' } } }, []],
  ])('are ours and what allow policies pin: %j', (policy, more) => {
    expect(audiences(acme({ ...allow, ...policy }))).toEqual([...DEFAULT, ...more]);
  });

  it('are those that the file names, when it names any', () => {
    const [organization] = acme({ ...allow, match: { aud: { equals: 'vault' } } }).organizations;
    const issuers = organization?.issuers.map((issuer) => ({ ...issuer, audiences: ['mine'] }));
    expect(audiences({ organizations: [{ ...organization, issuers }] })).toEqual(['mine']);
  });
});

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

  it('that tie are a problem at the second of them', () => {
    const compiled = compileSnapshot(
      configOf({ ...acme(), routes: [route('a', {}), route('b', { from: 'https://a.example' })] }),
    );
    expect(compiled).toMatchObject({ ok: false, error: [{ path: ['routes', 1, 'from'] }] });
  });
});

describe('policies that do not compile', () => {
  it('are reported together, with the paths of the file', () => {
    const config = configOf({
      ...acme(),
      routes: [
        {
          name: 'r',
          from: 'https://r.example',
          to: 'http://127.0.0.1:9',
          allow_any_authenticated_user: true,
        },
      ],
    });
    const broken: TrustPolicy = {
      decision: 'allow',
      tokenType: 'team',
      target: 'platform',
      permissions: [],
      rules: {},
      match: {},
    };
    const [organization] = config.organizations;
    const [issuer] = organization?.issuers ?? [];
    const [route] = config.routes;
    if (!organization || !issuer || !route) throw new Error('the file has one of each');
    const compiled = compileSnapshot({
      ...config,
      organizations: [{ ...organization, issuers: [{ ...issuer, policies: [broken] }] }],
      routes: [{ ...route, access: { policy: {} } }],
    });
    expect(compiled).toMatchObject({
      ok: false,
      error: [{ path: ['organizations', 0, 'issuers', 0, 'policies', 0] }, { path: ['routes', 0, 'policy'] }],
    });
  });
});
