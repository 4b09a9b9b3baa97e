import { hash } from 'node:crypto';
import { err, ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { ATTEMPT, ISSUER, PROVIDER, providerWorld } from './testing/provider-world.ts';

type World = ReturnType<typeof providerWorld>;

const begun = async ({ client }: World, provider = PROVIDER): Promise<URL | undefined> => {
  const url = await client.begin(provider, ATTEMPT);
  return url.ok ? new URL(url.value) : undefined;
};
const described = (document: object) => ok(Buffer.from(JSON.stringify(document)));

describe('the beginning of a sign-in', () => {
  it('sends the browser to the provider with code, PKCE S256, state and nonce, and never the verifier', async () => {
    const url = await begun(providerWorld());
    expect(`${url?.origin}${url?.pathname}`).toBe(`${ISSUER}/authorize`);
    expect(Object.fromEntries(url?.searchParams ?? [])).toEqual({
      client_id: 'countersign',
      redirect_uri: ATTEMPT.redirectUri,
      response_type: 'code',
      scope: 'openid email offline_access',
      state: ATTEMPT.state,
      nonce: ATTEMPT.nonce,
      code_challenge: hash('sha256', ATTEMPT.verifier, 'base64url'),
      code_challenge_method: 'S256',
    });
  });

  it('keeps the parameters that the endpoint has, but for those that are ours', async () => {
    const url = await begun(
      providerWorld({ authorization_endpoint: `${ISSUER}/authorize?tenant=a&state=theirs` }),
    );
    expect(url?.searchParams.getAll('tenant')).toEqual(['a']);
    expect(url?.searchParams.getAll('state')).toEqual([ATTEMPT.state]);
  });

  it('leaves out offline_access where the provider lists its scopes without it', async () => {
    const url = await begun(providerWorld({ scopes_supported: ['openid', 'email'] }));
    expect(url?.searchParams.get('scope')).toBe('openid email');
  });

  it('asks Google in its own words for a refresh token', async () => {
    const issuer = 'https://accounts.google.com';
    const endpoints = { authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` };
    const world = providerWorld({ issuer, ...endpoints, scopes_supported: ['openid', 'email'] });
    const url = await begun(world, { ...PROVIDER, issuer });
    expect(url?.searchParams.get('access_type')).toBe('offline');
    expect(url?.searchParams.get('prompt')).toBe('consent');
  });

  it.each([
    ['speaks for another issuer', { issuer: 'https://attacker.test' }],
    ['has no authorization endpoint', { authorization_endpoint: null }],
    ['has no token endpoint', { token_endpoint: null }],
    ['would send people where others can read along', { authorization_endpoint: 'http://idp.test/a' }],
    ['would send codes where others can read along', { token_endpoint: 'http://idp.test/t' }],
    ['leads to a script', { authorization_endpoint: 'javascript:alert(1)' }],
  ])('is refused when the description %s', async (_name, metadata) => {
    expect(await providerWorld(metadata).client.begin(PROVIDER, ATTEMPT)).toEqual(err('malformed'));
  });
});

describe('the description of a provider', () => {
  it('is asked for once by however many sign in at once, and again after ten minutes', async () => {
    const world = providerWorld();
    await Promise.all(Array.from({ length: 20 }, () => begun(world)));
    world.state.now += 10 * 60_000 - 1;
    await begun(world);
    expect(world.state.described).toBe(1);
    world.state.now += 1;
    await begun(world);
    expect(world.state.described).toBe(2);
  });

  it('serves for a day while the provider is down, which is asked every five seconds', async () => {
    const world = providerWorld();
    await begun(world);
    world.state.metadata = err('connection');
    world.state.now += 10 * 60_000;
    await Promise.all([begun(world), begun(world)]);
    world.state.now += 4_999;
    expect(await begun(world)).toBeDefined();
    expect(world.state.described).toBe(2);
    world.state.now += 1;
    await begun(world);
    expect(world.state.described).toBe(3);
    world.state.now += 24 * 60 * 60_000;
    expect(await world.client.begin(PROVIDER, ATTEMPT)).toEqual(err('unreachable'));
  });

  it('that comes to speak for another issuer does not take the place of the good one', async () => {
    const world = providerWorld();
    await begun(world);
    world.state.metadata = described({ issuer: 'https://attacker.test' });
    world.state.now += 10 * 60_000;
    expect((await begun(world))?.origin).toBe(ISSUER);
  });

  it('is forgotten for the oldest of more providers than are remembered', async () => {
    const world = providerWorld();
    for (let index = 0; index <= 1024; index += 1) await begun(world, { ...PROVIDER, id: `idp_${index}` });
    await begun(world, { ...PROVIDER, id: 'idp_1024' });
    expect(world.state.described).toBe(1025);
    await begun(world, { ...PROVIDER, id: 'idp_0' });
    expect(world.state.described).toBe(1026);
  });
});

describe('signing out at the provider', () => {
  const to = { returnTo: 'https://auth.test/.pomerium/signed_out', state: 'a state' };
  const place = async (world: World, idToken?: string) => {
    const url = await world.client.signOutUrl(PROVIDER, {
      ...to,
      ...(idToken === undefined ? {} : { idToken }),
    });
    return url === undefined ? undefined : Object.fromEntries(new URL(url).searchParams);
  };

  it('says who signs out and where to come back to', async () => {
    expect(await place(providerWorld(), 'an.id.token')).toEqual({
      id_token_hint: 'an.id.token',
      client_id: 'countersign',
      post_logout_redirect_uri: to.returnTo,
      state: to.state,
    });
  });

  it('leaves out an id_token that would make the URL too long', async () => {
    expect(await place(providerWorld(), 'x'.repeat(4096))).toHaveProperty('id_token_hint');
    expect(await place(providerWorld(), 'x'.repeat(4097))).not.toHaveProperty('id_token_hint');
  });

  it('has no place where the provider offers none, or cannot be asked', async () => {
    expect(await place(providerWorld({ end_session_endpoint: null }))).toBeUndefined();
    const down = providerWorld();
    down.state.metadata = err('time');
    expect(await place(down)).toBeUndefined();
  });
});
