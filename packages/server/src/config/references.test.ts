import type { Json } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { outlineOf } from './outline.ts';
import { formatPath } from './problem.ts';
import { checkReferences } from './references.ts';

const check = (file: Json) =>
  checkReferences(outlineOf(file)).map(({ path, message }) => `${formatPath(path)}: ${message}`);

const acme = (more: { readonly [key: string]: Json }) => ({ organizations: [{ name: 'acme', ...more }] });
const issuer = (policy: { readonly [key: string]: Json }) =>
  acme({
    members: [{ login: 'ada' }],
    teams: [{ name: 'platform', members: ['ada'] }],
    runners: [{ name: 'linux' }],
    issuers: [{ name: 'i', policies: [policy] }],
  });

describe('names', () => {
  it.each([
    [{ organizations: [{ name: 'a' }, { name: 'a' }] }, 'organizations[1].name'],
    [acme({ members: [{ login: 'a' }, { login: 'a' }] }), 'organizations[0].members[1].login'],
    [acme({ teams: [{ name: 'a' }, { name: 'a' }] }), 'organizations[0].teams[1].name'],
    [acme({ runners: [{ name: 'a' }, { name: 'a' }] }), 'organizations[0].runners[1].name'],
    [acme({ issuers: [{ name: 'a' }, { name: 'a' }] }), 'organizations[0].issuers[1].name'],
    [
      acme({ members: [{ login: 'a' }], teams: [{ name: 't', members: ['a', 'a'] }] }),
      'organizations[0].teams[0].members[1]',
    ],
    [{ identity_providers: [{ name: 'a' }, { name: 'a' }] }, 'identity_providers[1].name'],
    [
      {
        routes: [
          { name: 'a', allow_public_unauthenticated_access: true },
          { name: 'a', allow_public_unauthenticated_access: true },
        ],
      },
      'routes[1].name',
    ],
  ])('are taken once: %j', (file, path) => {
    expect(check(file)).toEqual([
      expect.stringMatching(new RegExp(`^${path.replace(/[[\].]/g, '\\$&')}: expected another name`)),
    ]);
  });

  it('may return in another organization', () => {
    const one = { name: 'one', members: [{ login: 'ada', email: 'ada@a.example' }], teams: [{ name: 't' }] };
    expect(check({ organizations: [one, { ...one, name: 'two' }] })).toEqual([]);
  });
});

describe('references', () => {
  it.each([
    [{ team: 'platform' }, []],
    [{ user: 'ada' }, []],
    [{ runner: 'linux' }, []],
    [{ team: 'plat*' }, []],
    [{ team: 'later-?' }, []],
    [{ team: 'later.on' }, []],
    [{ team: 'ada' }, ['team: expected a team of the file, but there is no "ada"']],
    [{ user: 'bob' }, ['user: expected a member of the file, but there is no "bob"']],
    [{ runner: 'mac' }, ['runner: expected a runner of the file, but there is no "mac"']],
  ])('of a policy lead to something: %j', (policy, expected) => {
    expect(check(issuer(policy))).toEqual(
      expected.map((text) => `organizations[0].issuers[0].policies[0].${text}`),
    );
  });

  it('of a policy do not lead into another organization', () => {
    const file = issuer({ team: 'other-team' });
    const other = { name: 'other', teams: [{ name: 'other-team' }] };
    expect(check({ organizations: [...file.organizations, other] })).toHaveLength(1);
  });

  it('of teams, providers and routes lead to something', () => {
    expect(
      check({
        ...acme({ teams: [{ name: 't', members: ['bob'] }] }),
        identity_providers: [{ name: 'p', organizations: ['acme', 'x'] }],
        routes: [{ name: 'r', organizations: ['y'] }],
      }),
    ).toEqual([
      'organizations[0].teams[0].members[0]: expected a member of the file, but there is no "bob"',
      'identity_providers[0].organizations[1]: expected an organization of the file, but there is no "x"',
      'routes[0].organizations[0]: expected an organization of the file, but there is no "y"',
    ]);
  });
});

describe('resources of policies', () => {
  const routes = [
    { name: 'orders', from: 'https://orders.example/', organizations: ['acme'] },
    {
      name: 'stock',
      from: 'https://Orders.example:443',
      prefix: '/stock/',
      organizations: ['acme', 'other'],
    },
    { name: 'theirs', from: 'https://theirs.example', organizations: ['other'] },
  ];
  const resources = (...list: readonly string[]) => {
    const file = issuer({ resources: list });
    return check({ organizations: [...file.organizations, { name: 'other' }], routes });
  };
  const at = 'organizations[0].issuers[0].policies[0].resources';
  const missing = 'expected the URL of a route of organization "acme"';

  it('are routes of the organization, however they are written', () => {
    expect(resources('https://orders.example', 'https://ORDERS.example:443/stock')).toEqual([]);
  });

  it('are not routes of another organization, and not what lies below a route', () => {
    expect(resources('https://theirs.example', 'https://orders.example/deep')).toEqual([
      `${at}[0]: ${missing}`,
      `${at}[1]: ${missing}`,
    ]);
  });

  it('are exact paths too, and never a regex', () => {
    const file = issuer({ resources: ['https://orders.example/one', 'https://orders.example'] });
    const only = [
      { name: 'one', from: 'https://orders.example', path: '/one' },
      { name: 'many', from: 'https://orders.example', regex: '/.*' },
    ];
    expect(check({ ...file, routes: only })).toEqual([expect.stringContaining(`${at}[1]: ${missing}`)]);
  });

  it('have a suggestion when they are nearly right', () => {
    expect(resources('https://order.example')).toEqual([
      `${at}[0]: ${missing} (did you mean https://orders.example?)`,
    ]);
  });

  it('may be routes without organizations while there is one', () => {
    const file = issuer({ resources: ['https://orders.example'] });
    expect(check({ ...file, routes: [{ name: 'orders', from: 'https://orders.example' }] })).toEqual([]);
  });
});

describe('policy tests', () => {
  const tests = (...issuers: readonly string[]) =>
    check({
      ...issuer({}),
      tests: issuers.map((each, index) => ({ name: `t${index}`, issuer: each })),
    });

  it('are about an issuer of the file', () => {
    expect(tests('acme/i')).toEqual([]);
    expect(tests('acme/j', 'other/i')).toEqual([
      'tests[0].issuer: expected ORGANIZATION/ISSUER of the file (did you mean acme/i?)',
      'tests[1].issuer: expected ORGANIZATION/ISSUER of the file',
    ]);
  });

  it('have a name each', () => {
    expect(check({ tests: [{ name: 'a' }, { name: 'a' }] })).toEqual([
      'tests[1].name: expected another name: there is a test "a" already',
    ]);
  });
});

describe('organizations of routes and providers', () => {
  const both = { identity_providers: [{ name: 'p' }], routes: [{ name: 'r' }] };

  it('need not be said while there is one', () => {
    expect(check({ ...both, ...acme({}) })).toEqual([]);
  });

  it('have to be said once there are two', () => {
    expect(check({ ...both, organizations: [{ name: 'a' }, { name: 'b' }] })).toEqual([
      'identity_providers[0]: expected organizations: the file has more than one',
      'routes[0]: expected organizations: the file has more than one',
    ]);
  });

  it('have to exist for a route that is not public', () => {
    expect(check(both)).toEqual([
      'routes[0]: expected an organization in the file: nobody could pass this route',
    ]);
    expect(check({ routes: [{ name: 'r', allow_public_unauthenticated_access: true }] })).toEqual([]);
  });
});

describe('people', () => {
  const member = (organization: string, login: string, email: string) => ({
    name: organization,
    members: [{ login, email }],
  });

  it('have one email on the whole server', () => {
    expect(
      check({ organizations: [member('a', 'ada', 'ada@a.example'), member('b', 'ada', 'ADA@a.example')] }),
    ).toEqual([]);
    expect(
      check({ organizations: [member('a', 'ada', 'ada@a.example'), member('b', 'ada', 'x@a.example')] }),
    ).toEqual(['organizations[1].members[0].email: expected the email that "ada" has elsewhere']);
  });

  it('do not share an email in one organization', () => {
    const members = [
      { login: 'ada', email: 'ada@a.example' },
      { login: 'eve', email: 'Ada@a.example' },
    ];
    expect(check(acme({ members }))).toEqual([
      'organizations[0].members[1].email: "ada" has this email already',
    ]);
  });
});

describe('addresses of issuers', () => {
  const at = (url: string, more: { readonly [key: string]: Json } = {}) =>
    check({ url: 'https://cs.example', ...more, ...acme({ issuers: [{ name: 'i', url }] }) });
  const own = ['organizations[0].issuers[0].url: expected another server: this is our own url'];
  const plain = [
    'organizations[0].issuers[0].url: expected https: http is for loopback, and only where allow_private_issuers opens it',
  ];

  it.each([
    'https://cs.example',
    'https://cs.example/',
    'https://CS.example:443',
    'https://cs.example/tenant',
  ])('are not our own, however it is written: %s', (url) => expect(at(url)).toEqual(own));

  it('are not our own for identity providers either', () => {
    const file = {
      url: 'https://cs.example',
      identity_providers: [{ name: 'p', issuer: 'https://cs.example' }],
    };
    expect(check(file)).toEqual([
      'identity_providers[0].issuer: expected another server: this is our own url',
    ]);
  });

  it('are https, or http on loopback where the file says so', () => {
    const allowed = { allow_private_issuers: true };
    expect(at('https://i.example')).toEqual([]);
    expect(at('http://127.0.0.1:9')).toEqual(plain);
    expect(at('http://127.0.0.1:9', allowed)).toEqual([]);
    expect(at('http://idp.localhost:9', allowed)).toEqual([]);
    expect(at('http://10.0.0.1', allowed)).toEqual(plain);
    expect(at('http://i.example', allowed)).toEqual(plain);
  });

  it('are one issuer each, up to a final slash', () => {
    const issuers = [
      { name: 'a', url: 'https://i.example' },
      { name: 'b', url: 'https://i.example/' },
    ];
    const message = 'expected another URL: there is an issuer with this one already';
    expect(check(acme({ issuers }))).toEqual([`organizations[0].issuers[1].url: ${message}`]);
    const two = { organizations: issuers.map((each) => ({ name: each.name, issuers: [each] })) };
    expect(check(two)).toEqual([]);
  });
});

describe('hosts of routes', () => {
  const hosts = (...from: readonly string[]) =>
    check({
      url: 'http://localhost:8080',
      ...acme({}),
      routes: from.map((each, index) => ({ name: `r${index}`, from: each })),
    });

  it('are not that of the service, on any port', () => {
    expect(hosts('http://LOCALHOST:9999')).toEqual([
      'routes[0].from: expected another host than that of url, which is the service itself',
    ]);
  });

  it('have one scheme', () => {
    expect(hosts('http://a.example', 'http://a.example:81')).toEqual([]);
    expect(hosts('http://a.example', 'https://a.example')).toEqual([
      'routes[1].from: expected http: another route of this host has it',
    ]);
  });
});

it('a file of any shape is looked through without a fault', () => {
  for (const file of [
    null,
    5,
    [],
    { organizations: 5 },
    { organizations: [null, 5, [], { issuers: [{ policies: 'x' }] }] },
  ]) {
    expect(Array.isArray(check(file))).toBe(true);
  }
});
