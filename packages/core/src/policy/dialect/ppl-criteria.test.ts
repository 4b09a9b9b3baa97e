import { describe, expect, it } from 'vitest';
import type { Claims, Json } from '../../claims.ts';
import { principalFacts, type Principal } from '../../principal.ts';
import { evaluate } from '../evaluate.ts';
import { PPL_CRITERIA } from './ppl-criteria.ts';
import { compileAccess } from './ppl.ts';

const ALL_FACTS = [
  'method',
  'host',
  'path',
  'source_ip',
  'time',
  'cors_preflight',
  'client_certificate',
  'token',
] as const;

const ada: Principal = {
  kind: 'user',
  user: 'usr_ada',
  email: 'Ada@Acme.example',
  groups: ['eng', 'ops'],
  vouchedBy: { kind: 'organization', organization: 'acme' },
};
const platform: Principal = {
  kind: 'team',
  organization: 'acme',
  team: 'platform',
  vouchedBy: { kind: 'organization', organization: 'acme' },
};

function problems(criterion: Json): readonly (readonly [string, string])[] {
  const result = compileAccess({ policy: { allow: { or: [criterion] } } });
  return result.ok ? [] : result.error.map((problem) => [problem.path.join('/'), problem.message] as const);
}

/** Whether one criterion alone lets somebody in. */
function holds(criterion: Json, principal: Principal, claims: Claims = {}): boolean {
  const policy = compileAccess({ policy: { allow: { and: [criterion] } } });
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  return (
    evaluate(policy.value, { claims, principal: principalFacts(principal), request: {} }).effect === 'allow'
  );
}

describe('criteria about the principal', () => {
  it.each<[Json, boolean]>([
    [{ authenticated_user: true }, true],
    [{ email: 'ADA@acme.EXAMPLE' }, true],
    [{ email: 'eve@acme.example' }, false],
    [{ email: { in: ['x@acme.example', 'Ada@Acme.Example'] } }, true],
    [{ email: { not_in: ['Ada@acme.example'] } }, false],
    [{ email: { not: 'eve@acme.example' } }, true],
    [{ email: { starts_with: 'ADA', ends_with: '.example' } }, true],
    [{ email: { starts_with: 'ada', ends_with: '.test' } }, false],
    [{ email: { contains: '@Acme' } }, true],
    [{ domain: 'ACME.example' }, true],
    [{ domain: { is: 'evil.example' } }, false],
    [{ domain: { ends_with: 'example' } }, true],
    [{ user: 'usr_ada' }, true],
    [{ user: 'USR_ADA' }, false],
    [{ organization: 'acme' }, true],
    [{ groups: 'eng' }, true],
    [{ groups: { has: 'ops' } }, true],
    [{ groups: { has: 'en' } }, false],
    [{ groups: { is: 'eng' } }, false],
    [{ groups: { exclude: 'eng' } }, false],
    [{ groups: { exclude: 'admins' } }, true],
    [{ groups: { has: 'eng', exclude: 'ops' } }, false],
    [{ team: 'acme/platform' }, false],
  ])('%j: %s', (criterion, wanted) => {
    expect(holds(criterion, ada)).toBe(wanted);
  });

  it('knows a team by organization and name', () => {
    expect(holds({ team: 'acme/platform' }, platform)).toBe(true);
    expect(holds({ team: 'platform' }, platform)).toBe(false);
  });

  it('takes groups is for exactly that one group', () => {
    expect(holds({ groups: { is: 'eng' } }, { ...ada, groups: ['eng'] })).toBe(true);
  });

  it('does not take the Kelvin sign for a k', () => {
    expect(holds({ email: 'kim@acme.example' }, { ...ada, email: '\u212aim@acme.example' })).toBe(false);
    expect(holds({ domain: 'kcme.example' }, { ...ada, email: 'x@\u212acme.example' })).toBe(false);
    expect(holds({ domain: '\u212acme.example' }, { ...ada, email: 'x@kcme.example' })).toBe(false);
  });
});

describe('criteria about claims', () => {
  const claims: Claims = {
    sub: 'repo:acme/app',
    n: 5,
    yes: true,
    groups: ['eng', 'ops'],
    one: ['eng'],
    single: 'eng',
    'kubernetes.io': { pod: { name: 'web' } },
    'https://x.example/role': 'admin',
    empty: null,
  };

  it.each<[Json, boolean]>([
    [{ 'claim/sub': 'repo:acme/app' }, true],
    [{ 'claim/sub': { is: 'repo:acme/app' } }, true],
    [{ 'claim/sub': { starts_with: 'repo:acme/' } }, true],
    [{ 'claim/sub': { starts_with: 'repo:', ends_with: '/other' } }, false],
    [{ 'claim/sub': { contains: 'acme' } }, true],
    [{ 'claim/sub': { in: ['x', 'repo:acme/app'] } }, true],
    [{ 'claim/sub': { not_in: ['x'] } }, true],
    [{ 'claim/sub': { not: 'x' } }, true],
    [{ 'claim/sub': { not: 'repo:acme/app' } }, false],
    [{ 'claim/n': 5 }, true],
    [{ 'claim/n': '5' }, false],
    [{ 'claim/yes': true }, true],
    [{ 'claim/groups': 'eng' }, true],
    [{ 'claim/groups': { has: 'ops' } }, true],
    [{ 'claim/groups': { is: 'eng' } }, false],
    [{ 'claim/one': { is: 'eng' } }, true],
    [{ 'claim/single': { has: 'eng' } }, true],
    [{ 'claim/single': { exclude: 'eng' } }, false],
    [{ 'claim/groups': { exclude: 'eng' } }, false],
    [{ 'claim/groups': { not: 'eng' } }, false],
    [{ 'claim/groups': { not_in: ['x', 'ops'] } }, false],
    [{ 'claim/groups': { in: ['x', 'ops'] } }, true],
    [{ 'claim/groups': { exclude: 'admins' } }, true],
    [{ 'claim/groups': { contains: 'eng' } }, false],
    [{ 'claim/"kubernetes.io"/pod/name': 'web' }, true],
    [{ 'claim/"kubernetes.io".pod.name': 'web' }, true],
    [{ 'claim/"https://x.example/role"': 'admin' }, true],
    [{ 'claim/empty': 'x' }, false],
    [{ 'claim/absent': 'x' }, false],
    [{ 'claim/absent': { not: 'x' } }, true],
    [{ 'claim/constructor/name': 'Object' }, false],
  ])('%j: %s', (criterion, wanted) => {
    expect(holds(criterion, ada, claims)).toBe(wanted);
  });
});

describe('a criterion', () => {
  it.each<[Json, string]>([
    [{ accept: false }, 'expected true, got false'],
    [{ accept: null }, 'expected true, got null'],
    [{ authenticated_user: 'yes' }, 'expected true'],
    [{ emial: 'x' }, 'unknown criterion "emial" (did you mean "email"?)'],
    [{ constructor: 'x' }, 'unknown criterion "constructor"'],
    [{ 'email/x': 'x' }, 'unknown criterion'],
    [{ http_method: 'get' }, 'a method is written in capitals'],
    [{ http_method: { in: ['GET', 'post'] } }, 'a method is written in capitals'],
    [{ http_path: { starts_with: '' } }, 'not empty'],
    [{ source_ip: '10.0.0.0/33' }, 'prefix length'],
    [{ source_ip: { in: [] } }, 'expected 1 to 1000 ranges'],
    [{ source_ip: 5 }, 'expected a range'],
    [{ token_type: 'user' }, 'expected one of organization, team, personal'],
    [{ cors_preflight: 'yes' }, 'expected true'],
    [{ condition: true }, 'expected an expression'],
    [{ condition: 'true' }, 'the engine of conditions is not loaded'],
    [{ client_certificate: {} }, 'expected an object with fingerprint'],
    [{ client_certificate: true }, 'expected an object with fingerprint'],
    [{ client_certificate: { fingerprint: 'ab' } }, 'the SHA-256 of a certificate in hexadecimal'],
    [{ client_certificate: { fingerprint: [] } }, 'expected 1 to 1000 values'],
    [{ client_certificate: { spki_hash: 'AAAA' } }, 'the SHA-256 of a public key in base64'],
    [{ client_certificate: { san_ip: 'x' } }, 'unknown operator "san_ip"'],
    [{ client_certificate: { san_dns: { has: 'x' } } }, 'unknown operator "has"'],
    [{ client_certificate: { constructor: 'x' } }, 'unknown operator "constructor"'],
    [{ claim: 'x' }, 'a claim needs its path'],
    [{ 'claim/': 'x' }, 'is not a claim path'],
    [{ 'claim/a//b': 'x' }, 'is not a claim path'],
    [{ 'claim/sub': null }, 'got null'],
    [{ 'claim/sub': ['x'] }, 'got a list'],
    [{ 'claim/sub': { has: {} } }, 'got an object'],
    [{ 'claim/sub': { starts_with: 5 } }, 'got a number'],
    [{ 'claim/sub': { in: 'x' } }, 'expected a list'],
    [{ 'claim/sub': { matches: 'x' } }, 'unknown operator "matches"'],
    [{ email: {} }, 'expected one or more of is, contains'],
    [{ email: { iss: 'x' } }, 'unknown operator "iss" (did you mean "is"?)'],
    [{ email: { has: 'x' } }, 'unknown operator "has"'],
    [{ email: 5 }, 'expected a string, got a number'],
    [{ email: { in: [] } }, 'expected 1 to 1000 values'],
    [{ email: { in: [5] } }, 'expected a list of strings'],
    [{ email: { contains: '' } }, 'not empty'],
    [{ groups: ['a', 'b'] }, 'expected a string, got a list'],
    [{ groups: { contains: 'x' } }, 'unknown operator "contains"'],
    [{ user: 'x'.repeat(1_025) }, 'at most 1024 characters'],
  ])('refuses the criterion %j', (criterion, message) => {
    const found = problems(criterion);
    expect(found).toEqual([
      [expect.stringMatching(/^policy\/allow\/or\/0/), expect.stringContaining(message)],
    ]);
  });

  it.each(PPL_CRITERIA.flatMap(({ name, needs }) => (needs === undefined ? [] : [[name, needs] as const])))(
    'says that %s is not available yet where nobody supplies the fact %s',
    (name, needs) => {
      const facts = new Set(ALL_FACTS.filter((fact) => fact !== needs));
      const compiled = compileAccess({ policy: { allow: { or: [{ [name]: 'x' }] } } }, { facts });
      expect(compiled.ok ? [] : compiled.error).toEqual([
        { path: ['policy', 'allow', 'or', 0, name], message: `the criterion "${name}" is not available yet` },
      ]);
    },
  );

  it.each(['device', 'invalid_client_certificate', 'mcp_tool', 'pomerium_routes', 'record', 'ssh_username'])(
    'says that there is no %s here',
    (name) => {
      expect(problems({ [name]: true })).toEqual([
        [`policy/allow/or/0/${name}`, `this gateway has no criterion "${name}"`],
      ]);
    },
  );
});
