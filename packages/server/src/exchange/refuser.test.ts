import { describe, expect, it } from 'vitest';
import type { DecisionRecord, UnverifiedFacts } from '../audit/model.ts';
import type { Decisions } from '../audit/port.ts';
import type { UnverifiedJws } from '../trust/compact-jws.ts';
import { createRefuser } from './refuser.ts';

const attempt = { id: 'dec_1', time: 1, remoteAddress: '192.0.2.1', audience: 'urn:pulumi:org:acme' };

function trail(storage: 'works' | 'silent'): {
  readonly decisions: Decisions;
  readonly refused: DecisionRecord[];
  readonly unverified: [DecisionRecord, UnverifiedFacts][];
} {
  const refused: DecisionRecord[] = [];
  const unverified: [DecisionRecord, UnverifiedFacts][] = [];
  const decisions = {
    unverified: (record: DecisionRecord, seen: UnverifiedFacts) => void unverified.push([record, seen]),
    refused: async (record: DecisionRecord) => {
      refused.push(record);
      return storage === 'works' ? { ok: true, value: undefined } : { ok: false, error: 'unavailable' };
    },
  } as unknown as Decisions;
  return { decisions, refused, unverified };
}

describe('a refusal', () => {
  it('of a verified token is recorded with what it was about, then answered with its hint', async () => {
    const { decisions, refused } = trail('works');
    const refuse = createRefuser(decisions, attempt);
    const answer = await refuse.verified(
      { code: 'token.audience', hint: ['expected audience x'] },
      { subject: 's' },
    );
    expect(answer).toEqual({
      ok: false,
      error: { code: 'token.audience', decisionId: 'dec_1', hint: ['expected audience x'] },
    });
    expect(refused).toMatchObject([{ id: 'dec_1', effect: 'deny', code: 'token.audience', subject: 's' }]);
  });

  it('turns into a 503 when it cannot be recorded', async () => {
    const refuse = createRefuser(trail('silent').decisions, attempt);
    expect(await refuse.verified({ code: 'policy.refused' }, {})).toEqual({
      ok: false,
      error: { code: 'server.storage', decisionId: 'dec_1' },
    });
  });

  it('of an unproved token keeps which issuer and header it claimed, and no other claim', () => {
    const { decisions, unverified } = trail('works');
    const jws = {
      header: { alg: 'RS256' },
      claims: { iss: 'https://evil.example', secret: 'x' },
    } as unknown as UnverifiedJws;
    createRefuser(decisions, attempt).unverified({ code: 'token.not_trusted' }, jws);
    expect(unverified[0]?.[1]).toEqual({ issuer: 'https://evil.example', header: { alg: 'RS256' } });
    expect(JSON.stringify(unverified)).not.toContain('secret');
  });
});
