import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TokenRecord } from './model.ts';
import { TokenTable } from './token-table.ts';

/** Few first words and one last byte that tells tokens apart: nearly every pair collides in the index. */
function hashOf(token: number): Uint8Array {
  const hash = new Uint8Array(32);
  hash[3] = token % 3 === 0 ? 0xff : token % 2;
  hash[14] = token >> 8;
  hash[15] = token & 0xff;
  return hash;
}

function recordOf(token: number, expiresAt = 1000): TokenRecord {
  const organization = token % 2 === 0 ? { organization: 'acme' } : {};
  return {
    id: `tok_${token}`,
    prefix: 'cst',
    principal: {
      kind: 'team',
      organization: 'acme',
      team: `team-${token % 5}`,
      vouchedBy: { kind: 'organization', organization: 'acme' },
    },
    ...organization,
    issuer: 'iss_1',
    subject: `subject-${token % 5}`,
    claims: { sub: `subject-${token % 5}`, groups: ['a'], nested: { at: token % 7 } },
    exchange: `dec_${token}`,
    issuedAt: expiresAt - 500,
    expiresAt,
  };
}

type Step =
  | { readonly do: 'insert'; readonly token: number; readonly expiresAt: number }
  | { readonly do: 'remove'; readonly token: number }
  | { readonly do: 'sweep'; readonly now: number };

const token = fc.nat({ max: 299 });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant('insert' as const), token, expiresAt: fc.nat({ max: 100 }) }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('remove' as const), token }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('sweep' as const), now: fc.nat({ max: 100 }) }) },
  ),
  { maxLength: 600, size: 'max' },
);

/** What the table is to be: a map. Takes a step in both, and gives what each answered. */
function run(step: Step, table: TokenTable, model: Map<number, TokenRecord>): readonly [unknown, unknown] {
  switch (step.do) {
    case 'insert': {
      const record = recordOf(step.token, step.expiresAt);
      model.set(step.token, record);
      return [table.insert(hashOf(step.token), record), true];
    }
    case 'remove':
      return [table.remove(hashOf(step.token)), model.delete(step.token)];
    case 'sweep': {
      const over = [...model].filter(([, record]) => record.expiresAt <= step.now);
      for (const [gone] of over) model.delete(gone);
      return [table.sweep(step.now, 10_000), over.length];
    }
  }
}

describe('TokenTable', () => {
  it('is a map of hashes, whatever is inserted, removed and swept in whatever order', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const table = new TokenTable();
        const model = new Map<number, TokenRecord>();
        for (const step of list) {
          const [answered, expected] = run(step, table, model);
          expect(answered).toBe(expected);
        }
        expect(table.size).toBe(model.size);
        for (let at = 0; at < 300; at += 1) expect(table.find(hashOf(at))).toEqual(model.get(at));
      }),
      { numRuns: 60 },
    );
  });

  it('grows, and finds every token it has taken', () => {
    const table = new TokenTable();
    for (let at = 0; at < 5000; at += 1) table.insert(hashOf(at), recordOf(at));
    expect(table.size).toBe(5000);
    for (let at = 0; at < 5000; at += 1) expect(table.find(hashOf(at))?.id).toBe(`tok_${at}`);
    for (let at = 0; at < 5000; at += 2) table.remove(hashOf(at));
    for (let at = 0; at < 5000; at += 1) {
      expect(table.find(hashOf(at))?.id).toBe(at % 2 === 0 ? undefined : `tok_${at}`);
    }
  });

  it('tells hashes apart that differ in any of their first 128 bits', () => {
    const table = new TokenTable();
    table.insert(new Uint8Array(32), recordOf(1));
    for (let bit = 0; bit < 128; bit += 1) {
      const near = new Uint8Array(32);
      near[bit >> 3] = 1 << (bit & 7);
      expect(table.find(near)).toBeUndefined();
    }
  });

  it('reads a hash that lies inside a larger buffer', () => {
    const table = new TokenTable();
    const buffer = new Uint8Array(100);
    buffer.set(hashOf(7), 33);
    table.insert(buffer.subarray(33, 65), recordOf(7));
    expect(table.find(hashOf(7))?.id).toBe('tok_7');
    expect(() => table.find(new Uint8Array(15))).toThrow('too short');
  });

  it('takes as many tokens as it may, no more, and again when one has gone', () => {
    const table = new TokenTable({ tokens: 3 });
    for (let at = 0; at < 3; at += 1) expect(table.insert(hashOf(at), recordOf(at))).toBe(true);
    expect(table.insert(hashOf(3), recordOf(3))).toBe(false);
    expect(table.find(hashOf(3))).toBeUndefined();
    expect(table.insert(hashOf(2), recordOf(2, 77))).toBe(true);
    expect(table.find(hashOf(2))?.expiresAt).toBe(77);
    table.remove(hashOf(0));
    expect(table.insert(hashOf(3), recordOf(3))).toBe(true);
  });

  it('takes no more text than it may: large claim sets fill it before many tokens do', () => {
    const table = new TokenTable({ characters: 10_000 });
    const large = (at: number): TokenRecord => ({
      ...recordOf(at),
      claims: { at, filler: 'x'.repeat(4000) },
    });
    expect([0, 1, 2, 3].map((at) => table.insert(hashOf(at), large(at)))).toEqual([true, true, true, false]);
    table.remove(hashOf(1));
    expect(table.insert(hashOf(3), large(3))).toBe(true);
  });

  it('keeps what tokens share once, and frees it with the last of them', () => {
    const same = { ...recordOf(0), claims: { filler: 'x'.repeat(4000) } };
    const table = new TokenTable({ characters: 5000 });
    for (let at = 0; at < 100; at += 1) expect(table.insert(hashOf(at), same)).toBe(true);
    expect(table.find(hashOf(1))?.claims).toBe(table.find(hashOf(99))?.claims);
    for (let at = 0; at < 100; at += 1) table.remove(hashOf(at));
    expect(table.insert(hashOf(1), { ...same, claims: { other: 'y'.repeat(4000) } })).toBe(true);
    expect(table.insert(hashOf(2), { ...same, claims: { third: 'z'.repeat(4000) } })).toBe(true);
  });

  it('keeps a copy: what a caller does to its record afterwards changes nothing', () => {
    const table = new TokenTable();
    const groups = ['a'];
    table.insert(hashOf(1), { ...recordOf(1), claims: { groups } });
    groups.push('admins');
    expect(table.find(hashOf(1))?.claims).toEqual({ groups: ['a'] });
    expect(Object.isFrozen(table.find(hashOf(1))?.claims['groups'])).toBe(true);
  });

  it('keeps a claim named __proto__ as a claim', () => {
    const table = new TokenTable();
    const claims = JSON.parse('{"__proto__":{"admin":true}}') as TokenRecord['claims'];
    table.insert(hashOf(1), { ...recordOf(1), claims });
    const found = table.find(hashOf(1))?.claims ?? {};
    expect(Object.hasOwn(found, '__proto__')).toBe(true);
    expect(found['admin']).toBeUndefined();
  });

  it('is as it was when claims are too deep to be written', () => {
    const table = new TokenTable();
    const depth = 100_000;
    const claims = JSON.parse(`{"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`) as TokenRecord['claims'];
    expect(() => table.insert(hashOf(1), { ...recordOf(1), claims })).toThrow(RangeError);
    expect(table.find(hashOf(1))).toBeUndefined();
    expect(table.size).toBe(0);
    expect(table.sweep(9999, 100)).toBe(0);
    expect(table.insert(hashOf(1), recordOf(1))).toBe(true);
  });

  it('finds an expired token until it is swept; one that ends now is swept now', () => {
    const table = new TokenTable();
    table.insert(hashOf(1), recordOf(1, 50));
    expect(table.sweep(49, 10)).toBe(0);
    expect(table.find(hashOf(1))?.expiresAt).toBe(50);
    expect(table.sweep(50, 10)).toBe(1);
    expect(table.find(hashOf(1))).toBeUndefined();
  });

  it('sweeps a few rows at a time, and goes round', () => {
    const table = new TokenTable();
    for (let at = 0; at < 100; at += 1) table.insert(hashOf(at), recordOf(at, 10));
    expect(table.sweep(10, 30)).toBe(30);
    expect(table.size).toBe(70);
    expect([table.sweep(10, 30), table.sweep(10, 30), table.sweep(10, 30)]).toEqual([30, 30, 10]);
    expect(new TokenTable().sweep(10, 30)).toBe(0);
  });

  it('counts every removal, also of a token it does not know', () => {
    const table = new TokenTable();
    table.insert(hashOf(1), recordOf(1));
    expect(table.removals).toBe(0);
    table.remove(hashOf(1));
    table.remove(hashOf(1));
    expect(table.removals).toBe(2);
  });

  it('keeps times beyond 32 bits', () => {
    const table = new TokenTable();
    table.insert(hashOf(1), recordOf(1, 2 ** 40));
    expect(table.find(hashOf(1))?.expiresAt).toBe(2 ** 40);
  });
});
