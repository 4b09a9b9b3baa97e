import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, post } from '../support/request.ts';
import { exchangeWith, MAIN, typeOf, type Overrides } from './exchange-parameters.ts';
import { startHouse, type House } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.dispose());

const exchange = (overrides: Overrides = {}) => exchangeWith(house, overrides);

describe('POST /api/oauth/token refuses', () => {
  const hour = 3600;
  const now = () => Math.floor(Date.now() / 1000);
  const mint = (claims: Readonly<Record<string, unknown>>, header = {}) =>
    house.ci.mint({ ...MAIN, ...claims }, { header });
  const cases: readonly [string, number, string, string, () => Promise<Readonly<Record<string, unknown>>>][] =
    [
      [
        'an unknown grant',
        400,
        'unsupported_grant_type',
        'request.grant_type',
        async () => ({ grant_type: 'password' }),
      ],
      ['a missing grant', 400, 'invalid_request', 'request.parameter', async () => ({ grant_type: null })],
      ['a missing audience', 400, 'invalid_request', 'request.parameter', async () => ({ audience: null })],
      [
        'a missing subject token',
        400,
        'invalid_request',
        'request.parameter',
        async () => ({ subject_token: '' }),
      ],
      [
        'a repeated parameter',
        400,
        'invalid_request',
        'request.parameter',
        async () => ({ audience: ['a', 'b'] }),
      ],
      ['an actor token', 400, 'invalid_request', 'request.parameter', async () => ({ actor_token: 'x' })],
      ['a lifetime of zero', 400, 'invalid_request', 'request.parameter', async () => ({ expiration: 0 })],
      [
        'a negative lifetime',
        400,
        'invalid_request',
        'request.parameter',
        async () => ({ expiration: '-5' }),
      ],
      [
        'a lifetime that is no number',
        400,
        'invalid_request',
        'request.parameter',
        async () => ({ expiration: 'soon' }),
      ],
      [
        'another subject token type',
        400,
        'invalid_request',
        'request.token_type',
        async () => ({ subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' }),
      ],
      [
        'a resource that is no route',
        400,
        'invalid_target',
        'request.resource',
        async () => ({ resource: 'https://nowhere.example' }),
      ],
      [
        'another requested type',
        400,
        'invalid_request',
        'request.token_type',
        async () => ({ requested_token_type: typeOf('root') }),
      ],
      [
        'a scope of another type',
        400,
        'invalid_scope',
        'request.scope',
        async () => ({ scope: 'team:platform' }),
      ],
      [
        'two scopes',
        400,
        'invalid_scope',
        'request.scope',
        async () => ({ requested_token_type: typeOf('team'), scope: 'team:platform,team:x' }),
      ],
      [
        'a resource',
        400,
        'invalid_target',
        'request.resource',
        async () => ({ resource: 'https://x.example' }),
      ],
      [
        'an audience that is not ours',
        400,
        'invalid_request',
        'token.not_trusted',
        async () => ({ audience: 'https://example.com' }),
      ],
      [
        'an unknown organization',
        400,
        'invalid_request',
        'token.not_trusted',
        async () => ({ audience: 'urn:pulumi:org:nobody' }),
      ],
      [
        'what is no JWS',
        400,
        'invalid_request',
        'token.malformed',
        async () => ({ subject_token: 'not-a-token' }),
      ],
      [
        'alg none',
        400,
        'invalid_request',
        'token.malformed',
        async () => ({ subject_token: `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.` }),
      ],
      [
        'a token of an unknown issuer',
        400,
        'invalid_request',
        'token.not_trusted',
        async () => ({ subject_token: await house.ci.mint(MAIN, { issuer: 'https://evil.example' }) }),
      ],
      [
        'a token of a disabled issuer',
        400,
        'invalid_request',
        'token.not_trusted',
        async () => ({ subject_token: await house.ci.mint(MAIN, { issuer: 'http://127.0.0.1:1/off' }) }),
      ],
      [
        'a token signed by another issuer',
        400,
        'invalid_request',
        'token.not_trusted',
        async () => ({ subject_token: await house.foreign.mint(MAIN, { issuer: house.ci.url }) }),
      ],
      [
        'an unknown key',
        400,
        'invalid_request',
        'token.not_trusted',
        async () => ({ subject_token: await mint({}, { kid: 'nobody' }) }),
      ],
      [
        'an issuer of another organization',
        400,
        'invalid_request',
        'token.not_trusted',
        async () => ({ subject_token: await house.foreign.mint(MAIN) }),
      ],
      [
        'an expired token',
        400,
        'invalid_request',
        'token.expired',
        async () => ({ subject_token: await mint({ iat: now() - 2 * hour, exp: now() - hour }) }),
      ],
      [
        'a token from the future',
        400,
        'invalid_request',
        'token.not_yet_valid',
        async () => ({ subject_token: await mint({ nbf: now() + hour }) }),
      ],
      [
        'a token for another audience',
        400,
        'invalid_request',
        'token.audience',
        async () => ({ subject_token: await mint({ aud: 'sts.amazonaws.com' }) }),
      ],
      [
        'a token that is too old',
        400,
        'invalid_request',
        'token.too_old',
        async () => ({
          subject_token: await house.cluster.mint({
            aud: 'https://countersign.acme.example',
            sub: 's',
            iat: now() - 2 * hour,
            exp: now() + hour,
          }),
        }),
      ],
      [
        'what no policy allows',
        400,
        'invalid_request',
        'policy.refused',
        async () => ({ subject_token: await mint({ sub: 'repo:evil/shop' }) }),
      ],
      [
        'what a policy denies',
        400,
        'invalid_request',
        'policy.refused',
        async () => ({
          requested_token_type: typeOf('team'),
          scope: 'team:platform',
          subject_token: await mint({ event_name: 'pull_request' }),
        }),
      ],
      [
        'a target that does not exist',
        400,
        'invalid_request',
        'policy.refused',
        async () => ({ requested_token_type: typeOf('team'), scope: 'team:nobody' }),
      ],
    ];

  it.each(cases)('%s', async (_name, status, error, code, overrides) => {
    const reply = await exchange(await overrides());
    expect(reply.status).toBe(status);
    expect(reply.headers['cache-control']).toBe('no-store');
    const body = reply.json();
    expect(body).toMatchObject({ error, code, retryable: false });
    expect(Object.keys(body)).toEqual([
      'error',
      'error_description',
      'code',
      'decision_id',
      'retryable',
      'hint',
      'error_uri',
    ]);
    expect(body['decision_id']).toMatch(/^dec_[0-9A-HJKMNP-TV-Z]{26}$/);
    const page = await ask(house.server.port, { path: `/errors/${code}` });
    expect(body['error_uri']).toBe(`http://localhost:${house.server.port}/errors/${code}`);
    expect(page.status).toBe(200);
  });

  it('every method but POST, naming it', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const reply = await ask(house.server.port, { method, path: '/api/oauth/token' });
      expect(reply.status).toBe(405);
      expect(reply.headers['allow']).toBe('POST');
      expect(reply.json()['code']).toBe('request.method');
    }
  });

  it('a body that is neither JSON nor a form, and one that is too large', async () => {
    const text = await ask(house.server.port, {
      method: 'POST',
      path: '/api/oauth/token',
      headers: { 'content-type': 'text/plain' },
      body: 'x',
    });
    expect([text.status, text.json()['code']]).toEqual([400, 'request.body']);
    const large = await post(house.server.port, '/api/oauth/token', { padding: 'x'.repeat(70_000) });
    expect([large.status, large.json()['code']]).toEqual([413, 'request.too_large']);
  });
});
