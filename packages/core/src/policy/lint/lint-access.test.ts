import { describe, expect, it } from 'vitest';
import type { Json } from '../../claims.ts';
import { celConditions } from '../condition.ts';
import { compilePolicy } from '../compile.ts';
import { compileAccess, type AccessDocument } from '../dialect/ppl.ts';
import { lintAccess } from './lint-access.ts';

function lint(document: AccessDocument): readonly (readonly [string, string | undefined])[] {
  const policy = compileAccess(document, { conditions: celConditions });
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  return lintAccess(policy.value).map((finding) => [finding.lint, finding.rule] as const);
}

const allow = (block: Json): AccessDocument => ({ policy: { allow: block } });
const GET = { http_method: 'GET' };
const ADA = { email: 'ada@acme.example' };
const AUTHENTICATED = { authenticated_user: true };

describe('request-only', () => {
  it.each<[string, Json]>([
    ['and', { and: [GET] }],
    ['and', { and: [GET, { http_path: { starts_with: '/a/' } }] }],
    ['or', { or: [ADA, GET] }],
    ['or', { or: [ADA, { and: [GET, { source_ip: '10.0.0.0/8' }] }] }],
    ['and', { and: [{ or: [ADA, GET] }, { day_of_week: 'mon-fri' }] }],
    ['and', { and: [{ source_ip: { not: '10.0.0.0/8' } }] }],
    ['not', { not: [{ http_method: 'DELETE' }] }],
    ['nor', { nor: [{ http_method: 'DELETE' }, { time_of_day: { before: '9:00' } }] }],
  ])('is a rule that allows by the request alone: %s of %j', (op, block) => {
    expect(lint(allow(block))).toEqual([['request-only', `policy.allow.${op}`]]);
  });

  it.each<Json>([
    { and: [GET, ADA] },
    { and: [GET, AUTHENTICATED] },
    { and: [AUTHENTICATED, { not: [{ http_method: 'DELETE' }] }] },
    { and: [{ or: [ADA, { team: 'acme/a' }] }, GET] },
    { or: [ADA, { and: [GET, { team: 'acme/a' }] }] },
    { and: [{ accept: true }, GET] },
    { not: [{ http_method: 'DELETE' }, { email: { starts_with: 'intern-' } }] },
    { or: [{ client_certificate: { san_dns: 'ci.acme.example' } }] },
    { or: [{ condition: 'request.method == "GET"' }] },
    { or: [{ cors_preflight: true }] },
  ])('is not %j', (block) => {
    expect(lint(allow(block))).toEqual([]);
  });

  it('is not a deny', () => {
    expect(lint({ policy: { allow: { and: [ADA] }, deny: { or: [GET] } } })).toEqual([]);
  });
});

describe('everybody-already', () => {
  it('is every rule that allows beside one that takes everybody', () => {
    expect(
      lint({ anyAuthenticated: true, allowedDomains: ['acme.example'], ...allow({ or: [ADA, GET] }) }),
    ).toEqual([
      ['everybody-already', 'allowed_domains'],
      ['everybody-already', 'policy.allow.or'],
    ]);
    expect(lint(allow({ or: [{ accept: true }], and: [ADA] }))).toEqual([
      ['everybody-already', 'policy.allow.and'],
    ]);
  });

  it.each<AccessDocument>([
    { anyAuthenticated: true },
    { anyAuthenticated: true, policy: { deny: { or: [GET] } } },
    // They let in who has shown nothing, and the other rule does not.
    { anyAuthenticated: true, corsPreflight: true },
    { anyAuthenticated: true, ...allow({ and: [{ accept: true }, GET] }) },
    allow({ and: [AUTHENTICATED, ADA], or: [{ team: 'acme/a' }] }),
  ])('is not %j', (document) => {
    expect(lint(document)).toEqual([]);
  });
});

describe('nobody-passes', () => {
  it.each<AccessDocument>([
    { policy: { deny: { or: [GET] } } },
    { anyAuthenticated: true, policy: { deny: { or: [AUTHENTICATED] } } },
  ])('is %j', (document) => {
    expect(lint(document)).toEqual([['nobody-passes', undefined]]);
  });

  it('is a route whose only rule never holds, which is told as well', () => {
    expect(lint(allow({ and: [ADA, { reject: true }] }))).toEqual([
      ['never-matches', 'policy.allow.and'],
      ['nobody-passes', undefined],
    ]);
  });

  it('is not a route that only some deny shuts, nor one that who has shown nothing may pass', () => {
    expect(lint({ anyAuthenticated: true, policy: { deny: { and: [GET, ADA] } } })).toEqual([]);
    expect(lint({ policy: { allow: { or: [{ accept: true }] }, deny: { or: [AUTHENTICATED] } } })).toEqual(
      [],
    );
  });
});

describe('never-matches', () => {
  it.each<[string, Json]>([
    ['at once for what only users have', { and: [ADA, { team: 'acme/a' }] }],
    ['at once for what only tokens of teams have', { and: [{ team: 'acme/a' }, { runner: 'acme/b' }] }],
    ['no value of request.method', { and: [GET, { http_method: { in: ['POST', 'PUT'] } }] }],
    ['no value of request.path', { and: [{ http_path: '/a' }, { http_path: { starts_with: '/b' } }] }],
    ['no value of principal.email', { and: [ADA, { email: { ends_with: '@acme.org' } }] }],
    ['no value of request.method', { or: [{ and: [GET, { and: [{ http_method: 'PUT' }] }] }] }],
    ['nothing fulfils it', { and: [ADA, { reject: true }] }],
  ])('says why: %s', (why, block) => {
    const policy = compileAccess({ allowedUsers: ['usr_a'], ...allow(block) });
    const findings = policy.ok ? lintAccess(policy.value) : [];
    expect(findings.map((finding) => finding.lint)).toEqual(['never-matches']);
    expect(findings[0]?.message).toContain(why);
  });

  it.each<Json>([
    { or: [ADA, { team: 'acme/a' }] },
    { or: [{ and: [ADA, { team: 'acme/a' }] }, ADA] },
    { and: [ADA, { team: { not: 'acme/a' } }] },
    { and: [ADA, { user: 'usr_ada' }, { groups: 'eng' }] },
    { and: [{ http_method: { in: ['GET', 'PUT'] } }, GET, ADA] },
    { and: [ADA, { email: { ends_with: '@ACME.example' } }] },
    { and: [ADA, { 'claim/groups': 'a' }, { 'claim/groups': 'b' }] },
    { and: [ADA, { http_path: { starts_with: '/a' } }, { http_path: { ends_with: '/b' } }] },
  ])('is not %j', (block) => {
    expect(lint(allow(block))).toEqual([]);
  });

  it('is never said of a deny that contradicts itself: it denies what cannot be evaluated', () => {
    const deny = {
      and: [{ client_certificate: { fingerprint: ['a'.repeat(64)] } }, GET, { http_method: 'PUT' }],
    };
    expect(lint({ policy: { allow: { or: [ADA] }, deny } })).toEqual([]);
    expect(lint({ policy: { allow: { or: [ADA] }, deny: { or: [{ reject: true }] } } })).toEqual([
      ['never-matches', 'policy.deny.or'],
    ]);
  });
});

describe('names-nobody', () => {
  const messages = (document: AccessDocument) => {
    const policy = compileAccess(document);
    return policy.ok ? lintAccess(policy.value).map(({ lint: name, message }) => `${name}: ${message}`) : [];
  };

  it.each<[string, Json]>([
    ['no team is called "platform"', { team: 'platform' }],
    ['no team is called "b"', { team: { in: ['acme/a', 'b'] } }],
    ['no runner is called "linux/"', { runner: 'linux/' }],
    ['no issuer is called "ci"', { issuer: 'ci' }],
    ['no domain is called "@acme.example"', { domain: '@acme.example' }],
    ['no domain is called "*.acme.example"', { domain: '*.acme.example' }],
  ])('says %s, in what allows and in what denies', (start, criterion) => {
    const denying: AccessDocument = { anyAuthenticated: true, policy: { deny: { or: [criterion] } } };
    for (const document of [allow({ or: [ADA, criterion] }), denying])
      expect(messages(document)).toEqual([expect.stringContaining(`names-nobody: ${start}: write it `)]);
  });

  it('says it of the keys beside a policy too', () => {
    expect(messages({ allowedDomains: ['@acme.example'] })).toHaveLength(1);
  });

  it.each<Json>([
    { team: 'acme/a' },
    { team: { starts_with: 'acme' } },
    { issuer: { in: ['acme/ci', 'acme/cd'] } },
    { domain: 'ACME.example' },
    { user: 'ada' },
    { 'claim/team': 'platform' },
  ])('is not %j', (criterion) => {
    expect(messages(allow({ or: [criterion] }))).toEqual([]);
  });
});

describe('rules that are only watched', () => {
  it('are not spoken of', () => {
    const when = { op: 'constant', criterion: 'accept' } as const;
    const never = { op: 'constant', criterion: 'reject' } as const;
    const policy = compilePolicy([
      { id: 'a', effect: 'allow', when },
      { id: 'b', effect: 'allow', mode: 'audit', when },
      { id: 'c', effect: 'allow', mode: 'audit', when: never },
    ]);
    expect(policy.ok && lintAccess(policy.value)).toEqual([]);
  });
});
