import { err, ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import {
  ACCESS_TOKEN,
  idToken,
  json,
  NOW,
  PROVIDER,
  providerWorld,
  stranger,
  tokens,
} from './testing/provider-world.ts';

type World = ReturnType<typeof providerWorld>;

const refresh = ({ client }: World) => client.refresh(PROVIDER, 'the-old-token', 'ada');
const answering = (answer: World['state']['token'], userInfo?: World['state']['userInfo']): World => {
  const world = providerWorld();
  world.state.token = answer;
  if (userInfo) world.state.userInfo = userInfo;
  return world;
};

describe('a refresh', () => {
  it('gives the new refresh token and what the provider says of the person now', async () => {
    const world = answering(tokens({ id_token: idToken({ groups: ['left'] }), refresh_token: 'new' }));
    expect(await refresh(world)).toMatchObject(
      ok({ claims: { groups: ['left'] }, refreshToken: 'new', refreshBy: NOW + 300 }),
    );
    expect(Object.fromEntries(new URLSearchParams(world.state.calls[0]?.call.form))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'the-old-token',
    });
  });

  it('asks UserInfo where it gives no id_token, and the person is what that says', async () => {
    const world = answering(tokens(), json({ sub: 'ada', groups: ['left'] }));
    expect(await refresh(world)).toEqual(
      ok({ claims: { sub: 'ada', groups: ['left'] }, refreshBy: NOW + 300 }),
    );
    expect(world.state.calls[1]?.call.headers).toEqual({ authorization: `Bearer ${ACCESS_TOKEN}` });
  });

  it.each([
    ['whose id_token is about another person', tokens({ id_token: idToken({ sub: 'eve' }) })],
    ['whose id_token is signed by another', tokens({ id_token: idToken({}, { key: stranger }) })],
    ['whose id_token is for another client', tokens({ id_token: idToken({ aud: 'b' }) })],
  ])('%s is not believed', async (_name, answer) => {
    expect(await refresh(answering(answer))).toEqual(err('malformed'));
  });

  it('is not believed when UserInfo is about another person', async () => {
    expect(await refresh(answering(tokens(), json({ sub: 'eve', groups: ['admins'] })))).toEqual(
      err('malformed'),
    );
  });

  it('keeps the new refresh token when what else there is to learn is out of reach', async () => {
    const world = answering(tokens({ refresh_token: 'new' }), err('time'));
    expect(await refresh(world)).toEqual(ok({ refreshToken: 'new', refreshBy: NOW + 300 }));
    expect(world.state.log).toMatchObject([{ fields: { step: 'refresh', reason: 'time' } }]);
  });

  it.each([
    ['invalid_grant', 'refused'],
    ['interaction_required', 'refused'],
    ['temporarily_unavailable', 'unreachable'],
    ['invalid_client', 'malformed'],
  ])('that the provider answers with %s is %s', async (error, fault) => {
    expect(await refresh(answering(json({ error }, 400)))).toEqual(err(fault));
  });

  it('is unreachable when the provider is, before the token is sent anywhere', async () => {
    const world = providerWorld();
    world.state.metadata = err('connection');
    expect(await refresh(world)).toEqual(err('unreachable'));
    expect(world.state.calls).toEqual([]);
  });

  it('does not say when it ends where nobody said so', async () => {
    const world = answering(json({ access_token: ACCESS_TOKEN, token_type: 'Bearer' }), json({ sub: 'ada' }));
    expect(await refresh(world)).toEqual(ok({ claims: { sub: 'ada' } }));
  });
});
