import { describe, expect, it } from 'vitest';
import { ok } from '@countersign/core';
import { serviceRequest } from '../oauth/testing/rig.ts';
import type { MassRevocation } from '../tokens/model.ts';
import type { ApiCall } from './operation.ts';
import { revokeTokens, type TokensDeps } from './tokens.ts';

/** What a mass revocation with this body answers, and what it would end. */
async function revoke(body: unknown): Promise<readonly [number, ...MassRevocation[]]> {
  const made: MassRevocation[] = [];
  const deps = {
    snapshot: () => ({ settings: { limits: { body: 4096 } } }),
    now: () => 1_000,
    revokeMany: async (revocation: MassRevocation) => (made.push(revocation), ok({ revoked: 0 })),
  } as unknown as TokensDeps;
  const request = serviceRequest(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });
  const call = { request, organization: () => ({ name: 'acme' }) } as unknown as ApiCall;
  const answer = await revokeTokens(deps, call);
  return [answer.status, ...made];
}

describe('a mass revocation', () => {
  it('ends what its body names, up to a time that has passed', async () => {
    const ended = { organization: 'acme', by: 'subject', value: 'x' };
    expect(await revoke({ subject: 'x' })).toEqual([200, { ...ended, before: 1_000 }]);
    expect(await revoke({ subject: 'x', principal: null, before: 7 })).toEqual([
      200,
      { ...ended, before: 7 },
    ]);
  });

  it.each([
    {},
    { subject: '' },
    { subject: {} },
    { subject: ['x'] },
    { subject: 'x', principal: 'y' },
    { subject: 'x', principal: {} },
    { subject: 'x', before: {} },
    { subject: 'x', before: '7' },
    { subject: 'x', before: 1_001 },
    { subject: 'x', issuer: 'y' },
  ])('is refused when a member of %j does not say what it should: none is ignored', async (body) => {
    expect(await revoke(body)).toEqual([400]);
  });
});
