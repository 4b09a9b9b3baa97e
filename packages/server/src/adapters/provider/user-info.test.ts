import { err } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import {
  ATTEMPT,
  CALLBACK,
  idToken,
  json,
  PROVIDER,
  providerWorld,
  tokens,
} from './testing/provider-world.ts';

/** A sign-in whose id_token says this, and UserInfo that. */
async function claimsOf(said: Parameters<typeof idToken>[0], userInfo: ReturnType<typeof json>) {
  const world = providerWorld();
  world.state.token = tokens({ id_token: idToken(said) });
  world.state.userInfo = userInfo;
  const finished = await world.client.finish(PROVIDER, ATTEMPT, CALLBACK);
  return { world, finished, claims: finished.ok ? finished.value.claims : undefined };
}

const WITHOUT_GROUPS = { groups: undefined as never };

describe('UserInfo', () => {
  it('is not asked while the id_token says whatever the configuration reads', async () => {
    const { world, claims } = await claimsOf({}, err('connection'));
    expect(claims).toMatchObject({ groups: ['staff'] });
    expect(world.state.calls).toHaveLength(1);
  });

  it('gives what the id_token lacks, and changes nothing that it says', async () => {
    const { claims } = await claimsOf(
      WITHOUT_GROUPS,
      json({ sub: 'ada', groups: ['from UserInfo'], name: 'Mallory' }),
    );
    expect(claims).toMatchObject({ groups: ['from UserInfo'], name: 'Ada' });
  });

  it('does not have the address of the id_token verified by what it says of another', async () => {
    const { claims } = await claimsOf(
      WITHOUT_GROUPS,
      json({ sub: 'ada', email: 'eve@other.example', email_verified: true }),
    );
    expect(claims).toMatchObject({ email: 'ada@acme.example' });
    expect(claims).not.toHaveProperty('email_verified');
  });

  it('says with its address whether that one is verified, whatever the id_token says of none', async () => {
    const { claims } = await claimsOf(
      { email: undefined as never, email_verified: true },
      json({ sub: 'ada', email: 'ada@other.example', email_verified: false }),
    );
    expect(claims).toMatchObject({ email: 'ada@other.example', email_verified: false });
  });

  it('says nothing about tokens: how and for whom somebody signed in is what was signed', async () => {
    const { claims } = await claimsOf(
      WITHOUT_GROUPS,
      json({ sub: 'ada', amr: ['mfa'], acr: 'gold', sid: 'of-another', auth_time: 1 }),
    );
    for (const name of ['amr', 'acr', 'sid', 'auth_time']) expect(claims).not.toHaveProperty(name);
  });

  it.each([
    ['about another person', json({ sub: 'eve', groups: ['admins'] }), 'malformed'],
    ['about nobody', json({ groups: ['admins'] }), 'malformed'],
    ['that is no object', json(['sub']), 'malformed'],
    ['that does not answer', err('time'), 'unreachable'],
    ['that refuses', err('status'), 'unreachable'],
  ] as const satisfies readonly (readonly [string, ReturnType<typeof json>, string])[])(
    '%s fails the sign-in',
    async (_name, answer, fault) => {
      expect((await claimsOf(WITHOUT_GROUPS, answer)).finished).toEqual(err(fault));
    },
  );

  it('is not sent an access token that would write another header', async () => {
    const world = providerWorld();
    const answer = { id_token: idToken(WITHOUT_GROUPS), access_token: 'a\r\nhost: b' };
    world.state.token = tokens(answer);
    expect(await world.client.finish(PROVIDER, ATTEMPT, CALLBACK)).toEqual(err('malformed'));
    expect(world.state.calls).toHaveLength(1);
  });
});
