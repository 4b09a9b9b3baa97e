import { describe, expect, it } from 'vitest';
import { startRig } from './testing/rig.ts';

/** Threats 6 and 16: what a stranger sends costs storage nothing, however much of it comes. */
const FLOOD = 500;

const encode = (document: unknown): string => Buffer.from(JSON.stringify(document)).toString('base64url');

const floods: readonly (readonly [string, (good: string, index: number) => string, string])[] = [
  ['garbage', (_good, index) => `${index}`.repeat(400), 'token.malformed'],
  [
    'well-formed garbage, of an issuer that nobody trusts',
    (good, index) => {
      const [header, , signature] = good.split('.');
      return `${header}.${encode({ iss: `https://nobody-${index}.example`, sub: 'x', exp: 1 })}.${signature}`;
    },
    'token.not_trusted',
  ],
  [
    'well-formed garbage, of an issuer that is trusted',
    (good, index) => {
      const [header, payload] = good.split('.');
      return `${header}.${payload}.${Buffer.alloc(64, (index % 250) + 1).toString('base64url')}`;
    },
    'token.not_trusted',
  ],
];

describe.each(floods)('a flood of %s', (_kind, spoil, code) => {
  it('is refused without a question to storage and without a write', async () => {
    const { exchange, mint, units, questions } = startRig({ settings: { failuresPerSecond: 1e6 } });
    const good = mint();
    const codes = new Set<unknown>();
    for (let index = 0; index < FLOOD; index += 1) {
      const answer = await exchange({ subject_token: spoil(good, index) });
      codes.add((JSON.parse(answer.body) as { readonly code?: string }).code);
    }
    expect(codes).toEqual(new Set([code]));
    expect({ units, questions }).toEqual({ units: [], questions: [] });
    expect((await exchange({ subject_token: good })).status).toBe(200);
  });
});
