import { describe, expect, it } from 'vitest';
import type { Claims, Json } from '../claims.ts';
import type { Outcome } from '../decision.ts';
import { celConditions } from './condition.ts';

function outcome(source: string, claims: Claims = {}): Outcome {
  const compiled = celConditions(source);
  if (!compiled.ok) throw new Error(compiled.error);
  return compiled.value({ claims, request: { token_type: 'team', target: 'platform' } });
}

function json(text: string): Claims {
  return JSON.parse(text) as Claims;
}

describe('a condition', () => {
  it.each<[string, Claims, Outcome]>([
    ['claims.sub == "a"', { sub: 'a' }, true],
    ['claims.sub == "a"', { sub: 'b' }, false],
    ['claims.repository_owner == claims.actor', { repository_owner: 'x', actor: 'x' }, true],
    [
      'claims.sub.startsWith("repo:" + claims.repository + ":")',
      { repository: 'a/b', sub: 'repo:a/b:x' },
      true,
    ],
    ['claims.sub.contains("b") && claims.sub.endsWith("c")', { sub: 'abc' }, true],
    ['request.target == "platform" && request.token_type in ["team"]', {}, true],
    ['claims.groups.exists(g, g == "ops")', { groups: ['dev', 'ops'] }, true],
    ['claims.groups.all(g, g.startsWith("d"))', { groups: ['dev', 'ops'] }, false],
    ['claims.groups.exists_one(g, g == "ops")', { groups: ['ops', 'ops'] }, false],
    ['claims.groups.filter(g, g != "ops") == ["dev"]', { groups: ['dev', 'ops'] }, true],
    ['"dev-x" in claims.groups.map(g, g + "-x")', { groups: ['dev', 'ops'] }, true],
    ['claims.roles.all(r, r in claims.groups)', { roles: ['a'], groups: ['b', 'a'] }, true],
    ['claims.labels.all(key, key.startsWith("k"))', { labels: { k1: 1, k2: 2 } }, true],
    ['has(claims.a) && !has(claims.b)', { a: 1 }, true],
    ['claims["a:b"].c == 1', { 'a:b': { c: 1 } }, true],
    ['"a" in claims', { a: 1 }, true],
    ['claims.a ? claims.b == 1 : claims.c == 1', { a: false, c: 1 }, true],
    ['size(claims.list) == 2 && size(claims.text) == 2', { list: [1, 2], text: 'é😀' }, true],
    ['claims.a == {"b": [1, {"c": null}]}', { a: { b: [1, { c: null }] } }, true],
    ['claims.a == claims.b', { a: { x: 1, y: 2 }, b: { x: 1, z: 2 } }, false],
    ['claims.a == claims.b', { a: [1, 2], b: [1, 2, 3] }, false],
  ])('%s of %j is %s', (source, claims, expected) => {
    expect(outcome(source, claims)).toBe(expected);
  });

  it.each<[string, Claims, Outcome]>([
    ['claims.run_attempt == 1', { run_attempt: 1 }, true],
    ['claims.run_attempt == 1.0', { run_attempt: 1 }, true],
    ['claims.n > 1 && claims.n < 2', { n: 1.5 }, true],
    ['claims.n == 1', { n: 1.5 }, false],
    ['claims.exp - claims.iat <= 3600', { exp: 7200, iat: 3600 }, true],
    ['claims.list[claims.at] == "b"', { list: ['a', 'b'], at: 1 }, true],
    ['claims.n % 2 == 0', { n: -4 }, true],
    ['claims.n in [1, 2.0]', { n: 2 }, true],
    ['claims.n == 9007199254740993', { n: 9_007_199_254_740_992 }, false],
    ['claims.n < 1e300', { n: 1e200 }, true],
    ['double(claims.n) * 1.5 == 3.0', { n: 2 }, true],
    ['int(claims.run_attempt) <= 3', { run_attempt: '2' }, true],
    ['double(claims.n) > 1.2', { n: '1.25' }, true],
    ['string(claims.n) == "5"', { n: 5 }, true],
    ['claims.n == "1"', { n: 1 }, false],
    ['claims.n == true', { n: 1 }, false],
  ])('compares numbers by value: %s of %j is %s', (source, claims, expected) => {
    expect(outcome(source, claims)).toBe(expected);
  });

  it.each(['', ' 5', '5 ', '0x10', '+5', '5.0', '1e3', '٣', '9'.repeat(19)])(
    'takes no text but decimal digits for a number: %j',
    (n) => {
      expect(outcome('int(claims.n) >= 0', { n })).toBe('error');
    },
  );

  it.each(['', '.5', '5.', '1e3', 'NaN', 'Infinity', '0x1'])('takes %j for no double', (n) => {
    expect(outcome('double(claims.n) >= 0.0 || true', { n: '1' })).toBe(true);
    expect(outcome('double(claims.n) >= 0.0', { n })).toBe('error');
  });

  it('has a number that JSON cannot hold exactly as a double, which no arithmetic takes for an int', () => {
    expect(outcome('claims.n + 1 > 0', { n: 9_007_199_254_740_991 })).toBe(true);
    expect(outcome('claims.n + 1 > 0', { n: 9_007_199_254_740_992 })).toBe('error');
  });

  it('has null where JSON has null', () => {
    expect(outcome('has(claims.a) && "a" in claims && claims.a == null', { a: null })).toBe(true);
  });
});

describe('what cannot be evaluated', () => {
  it.each<[string, Claims]>([
    ['claims.absent == "x"', {}],
    ['claims.absent != "x"', {}],
    ['principal.id == "x"', {}],
    ['claims.sub.startsWith(1)', { sub: 'a' }],
    ['claims.n + "a" == "1a"', { n: 1 }],
    ['claims.n * 1.5 > 1.0', { n: 1 }],
    ['claims.list[5] == 1', { list: [1] }],
    ['claims.map[1] == 1', { map: { '1': 1 } }],
    ['1 / claims.zero == 1', { zero: 0 }],
    ['claims.big + 9223372036854775807 > 0', { big: 9 }],
    ['claims.n.all(x, true)', { n: 5 }],
  ])('%s of %j is an error', (source, claims) => {
    expect(outcome(source, claims)).toBe('error');
  });

  it.each(['claims.sub', 'claims.n', 'claims["sub"]', 'true ? claims.n : false'])(
    'a result that is neither true nor false is an error: %s',
    (source) => {
      expect(outcome(source, { sub: 'true', n: 1 })).toBe('error');
    },
  );

  it.each([
    '"true"',
    '1',
    'null',
    'claims',
    '[true]',
    '{"a": true}',
    'size(claims.a)',
    'claims.n + 1',
    '-claims.n',
    'string(claims.ok)',
    'claims.list.map(x, x == 1)',
    'claims.list.filter(x, x == 1)',
    'claims.ok ? "yes" : "no"',
  ])('one that could give nothing else is none: %s', (source) => {
    expect(celConditions(source)).toEqual({
      ok: false,
      error: expect.stringContaining('this gives neither true nor false'),
    });
  });

  it.each(['true', 'claims.ok', '!claims.ok', 'claims.list.exists(x, x == 1)', 'claims.ok ? claims.a : 1'])(
    'one that may give it is one: %s',
    (source) => {
      expect(celConditions(source).ok).toBe(true);
    },
  );

  it('an error loses against what decides, as everywhere in the engine', () => {
    expect(outcome('claims.absent == 1 || claims.a == 1', { a: 1 })).toBe(true);
    expect(outcome('claims.absent == 1 || claims.a == 1', { a: 2 })).toBe('error');
    expect(outcome('claims.absent == 1 && claims.a == 1', { a: 2 })).toBe(false);
    expect(outcome('claims.absent == 1 && claims.a == 1', { a: 1 })).toBe('error');
  });

  it('claims nested deeper than a condition could look are an error, and break nothing', () => {
    const nested = (levels: number): Json => (levels === 0 ? 1 : [nested(levels - 1)]);
    expect(outcome('has(claims.a)', { a: nested(31) })).toBe(true);
    expect(outcome('has(claims.a)', { a: nested(32) })).toBe('error');
    expect(outcome('has(claims.a)', json(`{"a":${'['.repeat(6_000)}${']'.repeat(6_000)}}`))).toBe('error');
  });
});

describe('the inputs', () => {
  const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];

  it.each(inherited)('hold no %s that the token does not hold', (name) => {
    for (const root of ['claims', 'claims.a', 'request']) {
      expect(outcome(`has(${root}.${name})`, { a: {} })).toBe(false);
      expect(outcome(`${root}["${name}"] != 1`, { a: {} })).toBe('error');
      expect(outcome(`"${name}" in ${root}`, { a: {} })).toBe(false);
    }
    for (const value of ['claims.list', 'claims.text', 'claims.n'])
      expect(outcome(`${value}.${name} != 1`, { list: [], text: 't', n: 1 })).toBe('error');
  });

  it.each(inherited)('hold the %s of the token as a claim like any other', (name) => {
    const claims = json(`{"${name}": {"name": "Object", "x": 1}}`);
    expect(outcome(`claims.${name}.x == 1 && has(claims.${name})`, claims)).toBe(true);
  });

  it('are copies: facts are as they were', () => {
    const claims = json('{"a": {"b": [1, 2]}}');
    expect(outcome('(claims.a.b + [3]).map(x, x + 1) == [2, 3, 4]', claims)).toBe(true);
    expect(claims).toEqual({ a: { b: [1, 2] } });
  });
});
