import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TokenRecord } from './model.ts';
import { TokenTable, type IssuedSpan } from './token-table.ts';
import { hashOf, idOf, recordOf, tableOf, teamOf } from './testing/table.ts';

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
        const table = tableOf();
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
    const table = tableOf();
    for (let at = 0; at < 5000; at += 1) table.insert(hashOf(at), recordOf(at));
    expect(table.size).toBe(5000);
    for (let at = 0; at < 5000; at += 1) expect(table.find(hashOf(at))?.id).toBe(idOf(at));
    for (let at = 0; at < 5000; at += 2) table.remove(hashOf(at));
    for (let at = 0; at < 5000; at += 1) {
      expect(table.find(hashOf(at))?.id).toBe(at % 2 === 0 ? undefined : idOf(at));
    }
  });

  it('tells hashes apart that differ in any of their first 128 bits', () => {
    const table = tableOf();
    table.insert(new Uint8Array(32), recordOf(1));
    for (let bit = 0; bit < 128; bit += 1) {
      const near = new Uint8Array(32);
      near[bit >> 3] = 1 << (bit & 7);
      expect(table.find(near)).toBeUndefined();
    }
  });

  it('reads a hash that lies inside a larger buffer', () => {
    const table = tableOf();
    const buffer = new Uint8Array(100);
    buffer.set(hashOf(7), 33);
    table.insert(buffer.subarray(33, 65), recordOf(7));
    expect(table.find(hashOf(7))?.id).toBe(idOf(7));
    expect(() => table.find(new Uint8Array(15))).toThrow('too short');
  });

  it('takes as many tokens as it may, no more, and again when one has gone', () => {
    const table = tableOf({ tokens: 3 });
    for (let at = 0; at < 3; at += 1) expect(table.insert(hashOf(at), recordOf(at))).toBe(true);
    expect(table.insert(hashOf(3), recordOf(3))).toBe(false);
    expect(table.find(hashOf(3))).toBeUndefined();
    expect(table.insert(hashOf(2), recordOf(2, 77))).toBe(true);
    expect(table.find(hashOf(2))?.expiresAt).toBe(77);
    table.remove(hashOf(0));
    expect(table.insert(hashOf(3), recordOf(3))).toBe(true);
  });

  it('takes no more text than it may: large claim sets fill it before many tokens do', () => {
    const table = tableOf({ characters: 10_000 });
    const large = (at: number): TokenRecord => ({
      ...recordOf(at),
      claims: { at, filler: 'x'.repeat(4000) },
    });
    expect([0, 1, 2, 3].map((at) => table.insert(hashOf(at), large(at)))).toEqual([true, true, true, false]);
    table.remove(hashOf(1));
    expect(table.insert(hashOf(3), large(3))).toBe(true);
  });

  it('keeps what tokens share once, and frees it with the last of them', () => {
    const same = { ...recordOf(1), claims: { filler: 'x'.repeat(4000) } };
    const table = tableOf({ characters: 5000 });
    for (let at = 0; at < 100; at += 1) expect(table.insert(hashOf(at), same)).toBe(true);
    expect(table.find(hashOf(1))?.claims).toBe(table.find(hashOf(99))?.claims);
    for (let at = 0; at < 100; at += 1) table.remove(hashOf(at));
    expect(table.insert(hashOf(1), { ...same, claims: { other: 'y'.repeat(4000) } })).toBe(true);
    expect(table.insert(hashOf(2), { ...same, claims: { third: 'z'.repeat(4000) } })).toBe(true);
  });

  it('keeps a copy: what a caller does to its record afterwards changes nothing', () => {
    const table = tableOf();
    const groups = ['a'];
    table.insert(hashOf(1), { ...recordOf(1), claims: { groups } });
    groups.push('admins');
    expect(table.find(hashOf(1))?.claims).toEqual({ groups: ['a'] });
    expect(Object.isFrozen(table.find(hashOf(1))?.claims['groups'])).toBe(true);
  });

  it('keeps a claim named __proto__ as a claim', () => {
    const table = tableOf();
    const claims = JSON.parse('{"__proto__":{"admin":true}}') as TokenRecord['claims'];
    table.insert(hashOf(1), { ...recordOf(1), claims });
    const found = table.find(hashOf(1))?.claims ?? {};
    expect(Object.hasOwn(found, '__proto__')).toBe(true);
    expect(found['admin']).toBeUndefined();
  });

  it('is as it was when claims are too deep to be written', () => {
    const table = tableOf();
    const depth = 100_000;
    const claims = JSON.parse(`{"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`) as TokenRecord['claims'];
    expect(() => table.insert(hashOf(1), { ...recordOf(1), claims })).toThrow(RangeError);
    expect(table.find(hashOf(1))).toBeUndefined();
    expect(table.size).toBe(0);
    expect(table.sweep(9999, 100)).toBe(0);
    expect(table.insert(hashOf(1), recordOf(1))).toBe(true);
  });

  it('finds an expired token until it is swept; one that ends now is swept now', () => {
    const table = tableOf();
    table.insert(hashOf(1), recordOf(1, 50));
    expect(table.sweep(49, 10)).toBe(0);
    expect(table.find(hashOf(1))?.expiresAt).toBe(50);
    expect(table.sweep(50, 10)).toBe(1);
    expect(table.find(hashOf(1))).toBeUndefined();
  });

  it('sweeps a few rows at a time, and goes round', () => {
    const table = tableOf();
    for (let at = 0; at < 100; at += 1) table.insert(hashOf(at), recordOf(at, 10));
    expect(table.sweep(10, 30)).toBe(30);
    expect(table.size).toBe(70);
    expect([table.sweep(10, 30), table.sweep(10, 30), table.sweep(10, 30)]).toEqual([30, 30, 10]);
    expect(tableOf().sweep(10, 30)).toBe(0);
  });

  it('keeps of a claim set what its paths lead to: what else differs costs nothing', () => {
    const table = new TokenTable({ bounds: { characters: 5000 }, claimPaths: [['sub'], ['nested', 'at']] });
    for (let at = 0; at < 100; at += 1) {
      const claims = { sub: 's', run_id: 'x'.repeat(4000) + String(at), nested: { at: 1, run: at } };
      expect(table.insert(hashOf(at), { ...recordOf(1), claims })).toBe(true);
    }
    expect(table.find(hashOf(1))?.claims).toEqual({ sub: 's', nested: { at: 1 } });
    expect(table.find(hashOf(1))?.claims).toBe(table.find(hashOf(99))?.claims);
  });

  it('says beforehand what it keeps of a token', () => {
    const table = new TokenTable({ claimPaths: [['nested', 'at']] });
    table.insert(hashOf(3), recordOf(3));
    expect(table.kept(recordOf(3))).toEqual(table.find(hashOf(3)));
    expect(table.kept(recordOf(3)).claims).toEqual({ nested: { at: 3 } });
  });

  it.each([
    ['policies', { policies: ['pol_9'] }],
    ['resources', { resources: ['https://other.example'] }],
    ['format', { format: 'jwt' }],
    ['organization', { organization: 'other' }],
  ] as const)('does not take two tokens with other %s for one holder', (_name, other) => {
    const table = tableOf();
    table.insert(hashOf(1), recordOf(1));
    table.insert(hashOf(2), { ...recordOf(1), ...other });
    expect(table.find(hashOf(1))).toEqual(recordOf(1));
    expect(table.find(hashOf(2))).toEqual({ ...recordOf(1), ...other });
  });

  it('takes no more ids that share no number than it may, and their room comes back', () => {
    const table = tableOf({ characters: 9000 });
    const long = (at: number): TokenRecord => ({ ...recordOf(1), id: `tok_${at}${'x'.repeat(4000)}` });
    expect([0, 1, 2, 3].map((at) => table.insert(hashOf(at), long(at)))).toEqual([true, true, true, false]);
    table.remove(hashOf(1));
    expect(table.insert(hashOf(3), long(3))).toBe(true);
    table.insert(hashOf(0), recordOf(1));
    expect(table.find(hashOf(0))).toEqual(recordOf(1));
  });

  it('counts the live tokens of some holders, issued in a span', () => {
    const table = tableOf();
    for (let at = 0; at < 100; at += 1)
      table.insert(hashOf(at), { ...recordOf(at, 1000 + at), principal: teamOf(at) });
    table.remove(hashOf(30));
    let asked = 0;
    const spanOf = ({ subject }: { readonly subject: string }): IssuedSpan | undefined => {
      asked += 1;
      return subject === 'subject-0' ? { after: 505, upTo: 550 } : undefined;
    };
    // Of every fifth: 0 ends at 1000, 5 was issued at 505, 30 is gone, those after 50 were issued after 550.
    expect(table.countLive(spanOf, 1000)).toBe(8);
    // Distinct are subject, policies, resources, organization: thirty holders.
    expect(asked).toBe(30);
    expect(tableOf().countLive(() => ({ after: 0, upTo: 1e9 }), 0)).toBe(0);
  });

  it('counts every removal, also of a token it does not know', () => {
    const table = tableOf();
    table.insert(hashOf(1), recordOf(1));
    expect(table.removals).toBe(0);
    table.remove(hashOf(1));
    table.remove(hashOf(1));
    expect(table.removals).toBe(2);
  });

  it('keeps times beyond 32 bits', () => {
    const table = tableOf();
    table.insert(hashOf(1), recordOf(1, 2 ** 40));
    expect(table.find(hashOf(1))?.expiresAt).toBe(2 ** 40);
  });
});
