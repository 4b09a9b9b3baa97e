import { evaluate, type TrustPolicy } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { policySetHash } from '../audit/policy-set.ts';
import { compileSnapshot } from './compile.ts';
import { acme, allow, configOf, snapshotOf } from './testing/from-file.ts';

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
    expect(new Set(snapshot.policySets.keys())).toEqual(new Set(cited));
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
    const [found] = identityProviders.get('https://idp.example') ?? [];
    expect(found).toMatchObject({ audiences: ['cs', 'cli'], organizations: ['acme'] });
    expect(identityProvidersById.get(found?.id ?? '')).toBe(found);
  });

  it('has the client of a provider with its secret, which the version says nothing of', () => {
    const compiled = (more: object) =>
      snapshotOf({
        ...acme(),
        identity_providers: [{ name: 'corp', issuer: 'https://idp.example', client_id: 'cs', ...more }],
      });
    const one = compiled({ client_secret: 'not a secret' });
    expect([...one.identityProvidersById.values()]).toMatchObject([
      {
        clientId: 'cs',
        clientSecret: 'not a secret',
        scopes: ['openid', 'email', 'profile', 'offline_access'],
      },
    ]);
    expect(compiled({ client_secret: 'another one' }).version).toBe(one.version);
    expect(compiled({ client_secret: 'not a secret', scopes: ['openid'] }).version).not.toBe(one.version);
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

  it('knows another proxy from its version, and of its credentials nothing', () => {
    const version = (proxy: string) => snapshotOf({ ...acme(), egress_proxy: proxy }).version;
    expect(version('http://user:one@proxy:3128')).toBe(version('http://proxy:3128'));
    expect(version('http://other:3128')).not.toBe(version('http://proxy:3128'));
  });

  it('is the same whatever the key of a certificate is, and another for another certificate', () => {
    const version = (cert: string, key: string) => {
      const certificates = [{ cert, key, names: [], validUntil: 1 }];
      const compiled = compileSnapshot({ ...configOf(acme()), tls: { certificates } });
      return compiled.ok && compiled.value.version;
    };
    expect(version('one', 'a')).toBe(version('one', 'b'));
    expect(version('one', 'a')).not.toBe(version('two', 'a'));
  });

  it('carries what the file says of an issuer and its settings', () => {
    const [organization] = acme({ ...allow, rules: { sub: 'x' } }).organizations;
    const issuers = organization?.issuers.map((issuer) => ({
      ...issuer,
      preset: 'generic',
      replay: 'once',
      thumbprints: ['AB'.repeat(32)],
    }));
    const file = {
      organizations: [{ ...organization, issuers }],
      max_staleness: '1m',
      retention: { refusals: '1d', max_rows: 5000 },
      limits: { failures_per_second_per_address: 7 },
    };
    const { organizations, settings } = snapshotOf(file);
    expect([...(organizations.get('acme')?.issuersById.values() ?? [])]).toMatchObject([
      {
        preset: 'generic',
        replay: 'once',
        thumbprints: ['ab'.repeat(32)],
        policies: [{ target: 'platform' }],
      },
    ]);
    expect(settings).toMatchObject({
      failuresPerSecond: 7,
      maxStaleness: 60,
      retention: { refusals: 86_400, exchanges: 90 * 86_400, rows: 5000 },
      limits: { body: 65_536, headers: 32_768, token: 16_384 },
    });
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
    [{ mode: 'audit', match: { aud: { equals: 'vault' } } }, []],
  ])('are ours and what allow policies pin: %j', (policy, more) => {
    expect(audiences(acme({ ...allow, ...policy }))).toEqual([...DEFAULT, ...more]);
  });

  it('are any where the file says so', () => {
    const [organization] = acme({ ...allow, match: { sub: { equals: 'x' } } }).organizations;
    const issuers = organization?.issuers.map((issuer) => ({ ...issuer, audiences: 'any' }));
    expect(audiences({ organizations: [{ ...organization, issuers }] })).toBe('any');
  });

  it('are those that the file names, when it names any', () => {
    const [organization] = acme({ ...allow, match: { aud: { equals: 'vault' } } }).organizations;
    const issuers = organization?.issuers.map((issuer) => ({ ...issuer, audiences: ['mine'] }));
    expect(audiences({ organizations: [{ ...organization, issuers }] })).toEqual(['mine']);
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
