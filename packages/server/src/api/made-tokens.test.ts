import { describe, expect, it } from 'vitest';
import { ok } from '@countersign/core';
import type { Caller } from '../caller/caller.ts';
import { bodyOf, serviceRequest, startRig } from '../oauth/testing/rig.ts';
import { createdTokenAnswer, type MadeTokensDeps } from './made-tokens.ts';
import type { ApiCall } from './operation.ts';

/** What comes of a creation that is asked for with a token of the organization's admin. */
async function creation(whileTheBodyCame: (rig: ReturnType<typeof startRig>) => void = () => undefined) {
  const rig = startRig();
  const subject_token = rig.mint({ sub: 'repo:acme/ops' });
  const value = String(bodyOf(await rig.exchange({ subject_token, scope: 'admin' }))['access_token']);
  const request = serviceRequest({}, { headers: { authorization: `token ${value}` } });
  const presented = rig.deps.find(value);
  if (presented.state !== 'live') throw new Error(presented.state);
  const caller: Caller = { principal: presented.token.principal, token: presented.token };
  let made = 0;
  const deps = {
    ...rig.deps,
    makeToken: (decide: Parameters<MadeTokensDeps['makeToken']>[0]) => {
      const order = decide(rig.snapshot, rig.time.now);
      if (!order.ok) return Promise.resolve(order);
      made += 1;
      return Promise.resolve(ok({ id: 'tok_1', value: 'cso_1' }));
    },
  } as unknown as MadeTokensDeps;
  whileTheBodyCame(rig);
  const target = { type: 'organization', admin: false } as const;
  const wish = { organization: 'acme', target, name: 'n' };
  const answer = await createdTokenAnswer(
    { ...deps, present: rig.deps.present },
    { request, caller } as ApiCall,
    wish,
  );
  return { status: answer.status, body: bodyOf(answer), made };
}

describe('the creation of a token', () => {
  it('answers with the id and the value', async () => {
    expect(await creation()).toEqual({ status: 200, body: { id: 'tok_1', tokenValue: 'cso_1' }, made: 1 });
  });

  it('is refused when the token that it is asked with ended while the body came', async () => {
    const { status, made } = await creation((rig) => (rig.deps.present = () => ({ state: 'revoked' })));
    expect([status, made]).toEqual([401, 0]);
  });

  it('is 503 when storage cannot say whether it did', async () => {
    const { status, made } = await creation((rig) => (rig.deps.present = () => ({ state: 'unavailable' })));
    expect([status, made]).toEqual([503, 0]);
  });

  it('is refused when the right to it went while the body came', async () => {
    const { status, made } = await creation((rig) => {
      const { present } = rig.deps;
      rig.deps.present = (value) => {
        const presented = present(value);
        if (presented.state !== 'live' || presented.token.principal.kind !== 'organization') return presented;
        const principal = { ...presented.token.principal, admin: false };
        return { state: 'live', token: { ...presented.token, principal } };
      };
    });
    expect([status, made]).toEqual([403, 0]);
  });
});
