import { err, ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import {
  ACCESS_TOKEN,
  atHash,
  ATTEMPT,
  CALLBACK,
  formOf,
  idToken,
  ISSUER,
  json,
  NOW,
  PROVIDER,
  providerWorld,
  stranger,
  tokens,
} from './testing/provider-world.ts';

type World = ReturnType<typeof providerWorld>;

const finish = ({ client }: World, query = CALLBACK, provider = PROVIDER) =>
  client.finish(provider, ATTEMPT, query);
const MALFORMED = err('malformed');

describe('the callback of a sign-in', () => {
  it('gives the verified claims, the refresh token, and when the first of the two ends', async () => {
    const world = providerWorld();
    expect(await finish(world)).toEqual({
      ok: true,
      value: {
        claims: expect.objectContaining({ sub: 'ada', email: 'ada@acme.example', groups: ['staff'] }),
        idToken: expect.stringMatching(/^ey/),
        refreshToken: 'a-refresh-token',
        refreshBy: NOW + 300,
      },
    });
  });

  it('sends the code with the verifier and the redirect URI of the attempt, and its secret in the header alone', async () => {
    const world = providerWorld();
    await finish(world);
    expect(formOf(world.state)).toEqual({
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: ATTEMPT.redirectUri,
      code_verifier: ATTEMPT.verifier,
    });
    const { authorization = '' } = world.state.calls[0]?.call.headers ?? {};
    expect(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()).toBe(
      'countersign:a+secret+of+a+test',
    );
  });

  it.each([
    ['of another attempt', 'code=the-code&state=another'],
    ['without a state', 'code=the-code'],
    ['with two states', `${CALLBACK}&state=${ATTEMPT.state}`],
    ['without a code', `state=${ATTEMPT.state}`],
    ['of another provider (RFC 9207)', `${CALLBACK}&iss=https%3A%2F%2Fattacker.test`],
    ['that answers with tokens in the query', `${CALLBACK}&id_token=x`],
  ])('%s is refused before the code goes anywhere', async (_name, query) => {
    const world = providerWorld();
    expect(await finish(world, query)).toEqual(MALFORMED);
    expect(world.state.calls).toEqual([]);
  });

  it('has to name the provider where that promises to (RFC 9207)', async () => {
    const promises = { authorization_response_iss_parameter_supported: true };
    const without = providerWorld(promises);
    expect(await finish(without)).toEqual(MALFORMED);
    expect(without.state.calls).toEqual([]);
    expect(
      await finish(providerWorld(promises), `${CALLBACK}&iss=${encodeURIComponent(ISSUER)}`),
    ).toMatchObject({
      ok: true,
    });
  });

  it.each([
    ['access_denied', 'denied'],
    ['login_required', 'denied'],
    ['temporarily_unavailable', 'unreachable'],
    ['server_error', 'unreachable'],
    ['invalid_scope', 'malformed'],
    ['a word of its own', 'malformed'],
  ])('that says %s is %s', async (code, fault) => {
    const query = `error=${encodeURIComponent(code)}&error_description=secret&state=${ATTEMPT.state}`;
    expect(await finish(providerWorld(), query)).toEqual(err(fault));
  });

  it('that says no with the state of another attempt is not believed', async () => {
    expect(await finish(providerWorld(), 'error=access_denied&state=another')).toEqual(MALFORMED);
  });
});

describe('an id_token', () => {
  const finished = async (token: string) => {
    const world = providerWorld();
    world.state.token = tokens({ id_token: token });
    return finish(world);
  };

  it.each([
    ['with the nonce of another attempt', idToken({ nonce: 'another' })],
    ['for another client', idToken({ aud: 'somebody-else' })],
    ['for us and another, presented by that one', idToken({ aud: ['countersign', 'b'], azp: 'b' })],
    ['presented by another', idToken({ azp: 'somebody-else' })],
    ['of another issuer', idToken({ iss: 'https://attacker.test' })],
    ['that is over', idToken({ iat: NOW - 900, exp: NOW - 300 })],
    ['from the future', idToken({ iat: NOW + 300 })],
    ['without an end', idToken({ exp: null })],
    ['about nobody', idToken({ sub: null })],
    ['signed with another key', idToken({}, { key: stranger })],
    ['signed with a key that the provider does not publish', idToken({}, { header: { kid: 'b' } })],
    ['signed with an algorithm that the provider does not use', idToken({}, { header: { alg: 'PS256' } })],
    ['without a signature (alg none)', idToken({}, { header: { alg: 'none' } }).replace(/[^.]*$/, '')],
    ['given with another access token', idToken({ at_hash: atHash('another access token') })],
    ['whose hash of the access token is no text', idToken({ at_hash: 1 })],
    ['that is no token', 'x.y.z'],
    ['longer than any of ours', idToken({ note: 'n'.repeat(16_384) })],
  ])('%s is not believed', async (_name, token) => {
    expect(await finished(token)).toEqual(MALFORMED);
  });

  it.each([
    ['with the hash of the access token it came with', { at_hash: atHash(ACCESS_TOKEN) }],
    ['for us and another, presented by us', { aud: ['countersign', 'b'], azp: 'countersign' }],
  ])('%s is believed', async (_name, claims) => {
    expect(await finished(idToken(claims))).toMatchObject({ ok: true, value: { claims: { sub: 'ada' } } });
  });

  it('has to be there', async () => {
    const world = providerWorld();
    world.state.token = tokens();
    expect(await finish(world)).toEqual(MALFORMED);
  });

  it('is not believed without the keys of its provider, and may be tried again', async () => {
    const world = providerWorld();
    world.state.keysAreDown = true;
    expect(await finish(world)).toEqual(err('unreachable'));
  });
});

describe('a token endpoint', () => {
  it.each([
    ['that says no to the code', json({ error: 'invalid_grant' }, 400), 'refused'],
    ['that does not know us', json({ error: 'invalid_client' }, 401), 'malformed'],
    ['that does not answer', err('time'), 'unreachable'],
    ['at an address that nobody may reach', err('address'), 'unreachable'],
    ['that sends the code on', err('redirect'), 'malformed'],
    ['that answers without end', err('size'), 'malformed'],
    ['that answers with a page', json('<html>', 200, 'text/html'), 'malformed'],
    ['whose answer says a thing twice', ok(twice()), 'malformed'],
    ['whose access token is none', tokens({ access_token: 1 }), 'malformed'],
  ] as const satisfies readonly (readonly [string, ReturnType<typeof tokens>, string])[])(
    '%s: %s',
    async (_name, answer, fault) => {
      const world = providerWorld();
      world.state.token = answer;
      expect(await finish(world)).toEqual(err(fault));
    },
  );

  function twice() {
    const body = Buffer.from(`{"access_token":"a","access_token":"b","token_type":"Bearer"}`);
    return { status: 200, contentType: 'application/json', body };
  }

  it('gets the secret in the form where it takes nothing else, and none from a public client', async () => {
    const formOnly = providerWorld({ token_endpoint_auth_methods_supported: ['client_secret_post'] });
    await finish(formOnly);
    expect(formOf(formOnly.state)).toMatchObject({ client_secret: PROVIDER.clientSecret });
    expect(formOnly.state.calls[0]?.call.headers).toEqual({});
    const { clientSecret: _, ...publicClient } = PROVIDER;
    const open = providerWorld();
    await finish(open, CALLBACK, publicClient);
    expect(formOf(open.state)).toMatchObject({ client_id: 'countersign', code_verifier: ATTEMPT.verifier });
    expect(formOf(open.state)).not.toHaveProperty('client_secret');
    expect(open.state.calls[0]?.call.headers).toEqual({});
  });
});

describe('what is written down of a sign-in that failed', () => {
  it('is one line of our words in ten seconds, and nothing of the provider or the browser', async () => {
    const world = providerWorld();
    world.state.token = json({ error: 'invalid_client', error_description: 'the-code is bad' }, 401);
    await finish(world);
    await finish(world);
    expect(world.state.log).toEqual([
      {
        message: 'an identity provider answers what cannot be believed',
        fields: { provider: 'staff', step: 'finish', reason: 'invalid_client' },
      },
    ]);
    world.state.now += 10_000;
    await finish(world);
    expect(world.state.log).toHaveLength(2);
  });

  it('is no word of the provider', async () => {
    const world = providerWorld();
    world.state.token = json({ error: 'the-secret-of-somebody' }, 400);
    await finish(world);
    expect(world.state.log).toMatchObject([{ fields: { reason: 'error' } }]);
  });

  it('is no line where the person or the provider has said no in good order', async () => {
    const world = providerWorld();
    await finish(world, `error=access_denied&state=${ATTEMPT.state}`);
    expect(world.state.log).toEqual([]);
  });
});
