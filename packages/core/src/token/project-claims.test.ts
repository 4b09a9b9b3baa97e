import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPath, type Claims, type Json } from '../claims.ts';
import { projectClaims } from './project-claims.ts';

const CLAIMS: Claims = {
  sub: 'repo:acme/shop',
  run_id: '9000000001',
  groups: ['a', 'b'],
  nothing: null,
  'kubernetes.io': { pod: { name: 'web-1', uid: 'x' }, namespace: 'prod' },
};

describe('projectClaims', () => {
  it('keeps what the paths lead to, and nothing beside it', () => {
    expect(projectClaims(CLAIMS, [['sub'], ['groups'], ['nothing']])).toEqual({
      sub: 'repo:acme/shop',
      groups: ['a', 'b'],
      nothing: null,
    });
    expect(projectClaims(CLAIMS, [['kubernetes.io', 'pod', 'name']])).toEqual({
      'kubernetes.io': { pod: { name: 'web-1' } },
    });
    expect(projectClaims(CLAIMS, [])).toEqual({});
  });

  it('keeps a whole object when one path ends at it and another goes on', () => {
    const whole = { 'kubernetes.io': CLAIMS['kubernetes.io'] };
    const ends = ['kubernetes.io'];
    const goesOn = ['kubernetes.io', 'namespace'];
    expect(projectClaims(CLAIMS, [ends, goesOn])).toEqual(whole);
    expect(projectClaims(CLAIMS, [goesOn, ends])).toEqual(whole);
  });

  it('keeps everything for the empty path', () => {
    expect(projectClaims(CLAIMS, [['sub'], []])).toEqual(CLAIMS);
  });

  it('leaves no trace of an object in which nothing was found', () => {
    expect(
      projectClaims(CLAIMS, [
        ['kubernetes.io', 'node', 'name'],
        ['sub', 'x'],
        ['groups', '0'],
      ]),
    ).toEqual({});
  });

  it('finds own members alone, and keeps one called __proto__ as a member', () => {
    expect(projectClaims(CLAIMS, [['constructor'], ['toString', 'name']])).toEqual({});
    const claims = JSON.parse('{"__proto__":{"admin":true}}') as Claims;
    const kept = projectClaims(claims, [['__proto__', 'admin']]);
    expect(Object.hasOwn(kept, '__proto__')).toBe(true);
    expect(kept['admin']).toBeUndefined();
  });

  it('reads the same as the whole at every path that was named', () => {
    const key = fc.constantFrom('a', 'b', 'c', '__proto__');
    const { claims } = fc.letrec<{ json: Json; claims: Claims }>((tie) => ({
      json: fc.oneof(
        fc.integer(),
        fc.constant(null),
        fc.array(fc.integer(), { maxLength: 2 }),
        tie('claims'),
      ),
      claims: fc.dictionary(key, tie('json'), { maxKeys: 3 }),
    }));
    const paths = fc.array(fc.array(key, { minLength: 1, maxLength: 3 }), { maxLength: 5 });
    fc.assert(
      fc.property(claims, paths, (whole, named) => {
        const kept = projectClaims(whole, named);
        for (const path of named) expect(readPath(kept, path)).toEqual(readPath(whole, path));
      }),
    );
  });
});
