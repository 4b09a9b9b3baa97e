import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printClaimPath, type Json } from '../../claims.ts';
import type { Expression, Matcher } from '../model.ts';
import { parseMatch } from './native.ts';
import { printMatch, printRules } from './print.ts';
import { parseRules } from './pulumi.ts';

function read<T>(
  parse: (document: T, path: readonly string[]) => ReturnType<typeof parseMatch>,
  document: T,
) {
  const parsed = parse(document, []);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

/** Keys that need quotes, keys that do not, and one that objects have of themselves. */
const key = fc.constantFrom('a', 'b', '0', 'a b', 'a.b', 'q"q', 'b\\s', '__proto__');
const claim = fc.array(key, { minLength: 1, maxLength: 3 }).map(printClaimPath);
const text = fc.constantFrom('x', 'repo:acme/app', '*', 'a\\*b');
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));

const { document } = fc.letrec<{ document: Record<string, Json> }>((tie) => ({
  document: fc
    .record(
      {
        equals: scalar,
        one_of: fc.array(scalar, { minLength: 1, maxLength: 3 }),
        prefix: text,
        suffix: text,
        glob: fc.constantFrom('**', 'a/*', '\\*', 'x'),
        cidr: fc.constantFrom(['10.0.0.0/8'], ['::1', '10.0.0.0/8']),
        present: fc.boolean(),
        not: fc.oneof({ maxDepth: 3 }, fc.constant({ present: true }), tie('document')),
      },
      { requiredKeys: [] },
    )
    .filter((matchers) => Object.keys(matchers).length > 0),
}));

const match = fc.dictionary(claim, document, { maxKeys: 5, noNullPrototype: true });
const rules = fc.dictionary(claim, fc.stringMatching(/^[a-z*?./:]{0,10}$/), {
  maxKeys: 5,
  noNullPrototype: true,
});

describe('printMatch', () => {
  it('writes what was read, and what it writes reads as the same', () => {
    fc.assert(
      fc.property(match, (written) => {
        const parsed = read(parseMatch, written);
        const printed = printMatch(parsed);
        expect(printed).toEqual(written);
        expect(read(parseMatch, printed ?? {})).toEqual(parsed);
      }),
    );
  });

  it('writes what was written otherwise in its own way, and it means the same', () => {
    const parsed = read(parseMatch, { '"sub"': { cidr: '10.0.0.0/8' }, 'a."b"': { equals: 1 } });
    const printed = printMatch(parsed);
    expect(printed).toEqual({ sub: { cidr: ['10.0.0.0/8'] }, 'a.b': { equals: 1 } });
    expect(read(parseMatch, printed ?? {})).toEqual(parsed);
  });
});

describe('printRules', () => {
  it('writes what was read, and what it writes reads as the same', () => {
    fc.assert(
      fc.property(rules, (written) => {
        const parsed = read(parseRules, written);
        const printed = printRules(parsed);
        expect(printed).toEqual(written);
        expect(read(parseRules, printed ?? {})).toEqual(parsed);
      }),
    );
  });
});

describe('what a dialect has no words for', () => {
  const test = (matcher: Matcher, root: 'claims' | 'request' = 'claims'): Expression => ({
    op: 'test',
    criterion: 'claim',
    subject: { root, path: ['sub'] },
    matcher,
  });
  const equals: Matcher = { kind: 'equals', value: 'x' };
  const pulumi: Matcher = { kind: 'pulumi', pattern: 'x' };

  it.each<[string, readonly Expression[]]>([
    ['another matcher', [test({ kind: 'folded', of: equals })]],
    ['another matcher within', [test({ kind: 'not', of: { kind: 'contains', value: 'x' } })]],
    ['two matchers of a kind', [test({ kind: 'all', of: [equals, equals] })]],
    ['a join of one', [test({ kind: 'all', of: [equals] })]],
    ['a join within a join', [test({ kind: 'all', of: [{ kind: 'all', of: [equals, equals] }, equals] })]],
    ['a claim twice', [test(equals), test({ kind: 'prefix', value: 'x' })]],
    ['something that is no claim', [test(equals, 'request')]],
    ['a block', [{ op: 'or', of: [test(equals)] }]],
    ['a condition', [{ op: 'condition', source: 'true' }]],
    ['the other dialect', [test(pulumi)]],
  ])('is not written, and nothing beside it (native): %s', (_name, expressions) => {
    const plain: Expression = { ...test(equals), subject: { root: 'claims', path: ['other'] } } as Expression;
    expect(printMatch([plain, ...expressions])).toBeUndefined();
  });

  it.each<[string, readonly Expression[]]>([
    ['the other dialect', [test(equals)]],
    ['a claim twice', [test(pulumi), test(pulumi)]],
    ['something that is no claim', [test(pulumi, 'request')]],
  ])('is not written (Pulumi): %s', (_name, expressions) => {
    expect(printRules(expressions)).toBeUndefined();
  });
});
