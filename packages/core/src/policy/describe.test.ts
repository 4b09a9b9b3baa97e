import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../claims.ts';
import { compilePolicy } from './compile.ts';
import { celConditions } from './condition.ts';
import { matcherWords } from './describe-matcher.ts';
import { accessWords, describeAccess, type AccessDescription } from './describe.ts';
import { describedLines } from './described-lines.ts';
import { compileAccess, type AccessDocument } from './dialect/ppl.ts';
import type { Matcher } from './model.ts';

function described(document: AccessDocument): AccessDescription {
  const policy = compileAccess(document, { conditions: celConditions });
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  return describeAccess(policy.value);
}

const allow = (block: Json, deny?: Json): AccessDocument => ({
  policy: deny === undefined ? { allow: block } : { allow: block, deny },
});

const ACCEPT = { or: [{ accept: true }] };
const GET = { http_method: 'GET' };

describe('who may pass', () => {
  it.each<[AccessDescription['passes'], AccessDocument]>([
    ['anybody', { public: true }],
    ['anybody', allow(ACCEPT)],
    ['anybody', allow({ or: [{ email: 'ada@acme.example' }, { accept: true }] })],
    ['anybody', allow(ACCEPT, { or: [GET] })],
    ['everybody', { anyAuthenticated: true }],
    ['everybody', { anyAuthenticated: true, corsPreflight: true }],
    ['everybody', { anyAuthenticated: true, policy: { deny: { or: [GET] } } }],
    // Only who has shown nothing is refused.
    ['everybody', allow(ACCEPT, { not: [{ authenticated_user: true }] })],
    // A rule of a claim says nothing of who has no token.
    ['everybody', allow({ and: [{ not: [{ reject: true }] }] })],
    ['some', allow({ or: [GET] })],
    ['some', allow({ and: [{ accept: true }, GET] })],
    ['some', { allowedUsers: ['ada@acme.example'] }],
    ['some', { corsPreflight: true }],
    ['some', allow({ or: [{ condition: 'true' }] })],
    // Only who has signed in is refused.
    ['some', allow(ACCEPT, { or: [{ authenticated_user: true }] })],
    ['nobody', {}],
    ['nobody', { policy: { deny: { or: [GET] } } }],
    ['nobody', allow({ or: [{ reject: true }] })],
    ['nobody', allow({ and: [{ reject: true }, { team: 'acme/a' }] })],
    // What asks about the request alone was written about people who have signed in, and these are refused.
    ['nobody', allow({ or: [GET] }, { or: [{ authenticated_user: true }] })],
    ['nobody', { public: true, policy: { deny: { or: [{ accept: true }] } } }],
    ['nobody', { anyAuthenticated: true, policy: { deny: { or: [{ authenticated_user: true }] } } }],
  ])('is %s by %j', (passes, document) => {
    expect(described(document).passes).toBe(passes);
  });

  it('is not changed by rules that are only watched', () => {
    const when = { op: 'constant', criterion: 'accept' } as const;
    const policy = compilePolicy([{ id: 'watched', effect: 'allow', mode: 'audit', when }]);
    expect(policy.ok && describeAccess(policy.value)).toMatchObject({
      passes: 'nobody',
      rules: [{ rule: 'watched', mode: 'audit', holds: 'always' }],
    });
  });

  it.each<[string, AccessDocument]>([
    ['anybody, signed in or not', { public: true }],
    [
      'everybody of its organizations, if no rule denies',
      { anyAuthenticated: true, ...policyOf({ or: [GET] }) },
    ],
    ['whom a rule allows', allow({ or: [GET] })],
    ['whom a rule allows and none of 2 rules denies', allow({ or: [GET] }, { or: [GET], and: [GET] })],
    ['nobody', allow({ or: [{ reject: true }] }, { or: [GET] })],
  ])('is told as "%s"', (words, document) => {
    expect(accessWords(described(document))).toBe(words);
  });
});

function policyOf(deny: Json): AccessDocument {
  return { policy: { deny } };
}

describe('a rule', () => {
  it('is there for every shorthand, under the name that decisions cite', () => {
    const { rules } = described({
      anyAuthenticated: true,
      corsPreflight: true,
      allowedUsers: ['ada@acme.example'],
      allowedDomains: ['acme.example'],
      allowedClaims: { groups: ['eng', 7] },
    });
    expect(rules.map(({ rule, unasked, when }) => [rule, unasked, ...describedLines(when)])).toEqual([
      ['allow_any_authenticated_user', undefined, 'the caller has shown a token, whoever it is'],
      ['cors_allow_preflight', true, 'it is a preflight of a browser'],
      [
        'allowed_users',
        undefined,
        'one of these holds:',
        '  their verified email is "ada@acme.example", in capitals or not',
        '  the user is "ada@acme.example"',
      ],
      [
        'allowed_domains',
        undefined,
        'the domain of their verified email is "acme.example", in capitals or not',
      ],
      ['allowed_idp_claims', undefined, 'claims.groups is "eng" or 7, alone or in a list'],
    ]);
  });

  it('says what each block asks, as it nests', () => {
    const block = {
      nor: [{ team: 'acme/a' }, { not: [{ user: 'usr_a' }, GET] }, { and: [GET, { or: [GET] }] }],
    };
    const { rules } = described({ policy: { deny: block } });
    expect(rules.flatMap(({ when }) => describedLines(when))).toEqual([
      'one of these does not hold:',
      '  the team that the token is for is "acme/a"',
      '  none of these holds:',
      '    the user is "usr_a"',
      '    the method is "GET"',
      '  all of these hold:',
      '    the method is "GET"',
      '    the method is "GET"',
    ]);
  });

  it('asks for somebody where an allow negates', () => {
    const { rules } = described(allow({ and: [{ email: { not: 'eve@evil.test' } }] }));
    expect(rules.flatMap(({ when }) => describedLines(when))).toEqual([
      'all of these hold:',
      '  the caller has shown a token, whoever it is',
      '  their verified email is not "eve@evil.test", in capitals or not',
    ]);
  });

  it('is cut after 200 lines, and says so', () => {
    const of = Array.from({ length: 300 }, (_, index) => ({ user: `usr_${index}` }));
    const lines = described(allow({ or: of })).rules.flatMap(({ when }) => describedLines(when));
    expect([lines.length, lines.at(-1)]).toEqual([201, '… and 101 more lines']);
  });

  it('cannot move a cursor, neither with what it quotes nor with a condition', () => {
    const { rules } = described(
      allow({ or: [{ 'claim/"a\u001b[2J"': 'x\u202e' }, { condition: '"\u001b[2J" ==\n  claims.sub' }] }),
    );
    const text = rules.flatMap(({ when }) => describedLines(when)).join('');
    expect(text).not.toMatch(/[\u001b\u202e]/);
    expect(text).toContain('== claims.sub');
  });
});

const NIGHT = { kind: 'time_of_day', zone: 'UTC' } as const;

describe('the words of a matcher', () => {
  it.each<[string, Matcher]>([
    ['is none of "a", "b"', { kind: 'not', of: { kind: 'one_of', values: ['a', 'b'] } }],
    ['does not begin with "a"', { kind: 'not', of: { kind: 'prefix', value: 'a' } }],
    ['does not end with "a"', { kind: 'not', of: { kind: 'suffix', value: 'a' } }],
    ['does not contain "a"', { kind: 'not', of: { kind: 'contains', value: 'a' } }],
    ['is not there', { kind: 'not', of: { kind: 'present', value: true } }],
    ['has none that is 1', { kind: 'not', of: { kind: 'element', of: { kind: 'equals', value: 1 } } }],
    ['is "a"', { kind: 'not', of: { kind: 'not', of: { kind: 'equals', value: 'a' } } }],
    ['is not such that it is like "a*"', { kind: 'not', of: { kind: 'glob', pattern: 'a*' } }],
    ['is sunday or saturday, in UTC', { kind: 'weekday', days: [0, 6], zone: 'UTC' }],
    ['is 22:00:00 or later, or is before 06:00:00, in UTC', { ...NIGHT, from: 79_200, until: 21_600 }],
    ['is any, in UTC', { ...NIGHT, from: 0, until: 86_400 }],
  ])('say %j', (words, matcher) => {
    expect(matcherWords(matcher)).toBe(words);
  });

  it('are never the same for a matcher and its negation', () => {
    const scalar = fc.constantFrom('a', 'b', 1, true);
    const text = fc.constantFrom('a', 'b');
    const { matcher } = fc.letrec<{ matcher: Matcher }>((tie) => ({
      matcher: fc.oneof(
        { maxDepth: 3 },
        fc.record({ kind: fc.constantFrom('equals', 'only_element'), value: scalar }),
        fc.record({ kind: fc.constantFrom('prefix', 'suffix', 'contains'), value: text }),
        fc.record({ kind: fc.constant('one_of'), values: fc.array(scalar, { minLength: 1 }) }),
        fc.record({ kind: fc.constant('present'), value: fc.boolean() }),
        fc.record({ kind: fc.constantFrom('not', 'folded', 'given', 'element'), of: tie('matcher') }),
        fc.record({ kind: fc.constantFrom('all', 'any'), of: fc.array(tie('matcher'), { minLength: 1 }) }),
      ),
    }));
    fc.assert(
      fc.property(matcher, (of) => {
        expect(matcherWords({ kind: 'not', of })).not.toBe(matcherWords(of));
      }),
    );
  });

  it('give a moment as calendars do', () => {
    const second = fc.integer({ min: Date.UTC(1, 0, 1) / 1000, max: Date.UTC(9999, 11, 31) / 1000 });
    fc.assert(
      fc.property(second, (time) => {
        const words = matcherWords({ kind: 'instant', from: time * 1000 });
        expect(words).toBe(`is ${new Date(time * 1000).toISOString().replace('.000', '')} or later`);
      }),
    );
  });

  it('count what is more than twelve', () => {
    const values = Array.from({ length: 14 }, (_, index) => index);
    expect(matcherWords({ kind: 'one_of', values })).toMatch(/^is one of 0, 1, .*, 11 and 2 more$/);
  });
});
