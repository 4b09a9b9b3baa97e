import { describe, expect, it } from 'vitest';
import { parseRules } from './pulumi.ts';

describe('parseRules', () => {
  it('gives one condition for each claim', () => {
    expect(parseRules({ aud: 'urn:pulumi:org:acme', '"kubernetes.io".pod.name': '*' }, [])).toEqual({
      ok: true,
      value: [
        {
          op: 'test',
          criterion: 'claim',
          subject: { root: 'claims', path: ['aud'] },
          matcher: { kind: 'pulumi', pattern: 'urn:pulumi:org:acme' },
        },
        {
          op: 'test',
          criterion: 'claim',
          subject: { root: 'claims', path: ['kubernetes.io', 'pod', 'name'] },
          matcher: { kind: 'pulumi', pattern: '*' },
        },
      ],
    });
  });

  it('reports all problems together, each at its claim', () => {
    const parsed = parseRules({ 'a.': 'x', sub: 'x'.repeat(1_025), aud: '*' }, ['rules']);
    expect(parsed).toMatchObject({
      ok: false,
      error: [{ path: ['rules', 'a.'] }, { path: ['rules', 'sub'] }],
    });
  });

  it('takes 100 claims and no more', () => {
    const rules = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, '*']));
    expect(parseRules(rules(100), []).ok).toBe(true);
    expect(parseRules(rules(101), []).ok).toBe(false);
  });
});
