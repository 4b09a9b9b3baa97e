import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, post } from '../support/request.ts';
import { exchangeWith, MAIN, parametersOf, typeOf, type Overrides } from './exchange-parameters.ts';
import { startHouse, type House } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.dispose());

const exchange = (overrides: Overrides = {}) => exchangeWith(house, overrides);

describe('POST /api/oauth/token grants', () => {
  it.each([
    ['organization', undefined, 'cso_', ''],
    ['organization', '', 'cso_', ''],
    ['team', 'team:platform', 'cst_', 'team:platform'],
    ['runner', 'runner:linux', 'csr_', 'runner:linux'],
  ])('a %s token for scope %s', async (type, scope, prefix, granted) => {
    const reply = await exchange({
      requested_token_type: typeOf(type),
      ...(scope === undefined ? {} : { scope }),
    });
    expect(reply.status).toBe(200);
    expect(reply.headers['cache-control']).toBe('no-store');
    const { access_token: token, ...rest } = reply.json();
    expect(token).toMatch(new RegExp(`^${prefix}[0-9A-Za-z]{38}$`));
    expect(rest).toEqual({
      issued_token_type: typeOf(type),
      token_type: 'token',
      expires_in: type === 'team' ? 3600 : 7200,
      scope: granted,
      refresh_token: '',
    });
  });

  it('a personal token by a typed matcher', async () => {
    const subject_token = await house.ci.mint({ ...MAIN, repository_id: '42' });
    const reply = await exchange({
      requested_token_type: typeOf('personal'),
      scope: 'user:ada',
      subject_token,
    });
    expect(reply.json()['access_token']).toMatch(/^csp_/);
    const user = await ask(house.server.port, {
      path: '/api/user',
      headers: { authorization: `token ${reply.json()['access_token'] as string}` },
    });
    expect(user.json()).toMatchObject({
      githubLogin: 'ada',
      name: 'Ada',
      email: 'ada@acme.example',
      organizations: [{ name: 'acme', githubLogin: 'acme', role: 'admin' }],
    });
  });

  it('an admin token only where a policy lists the permission', async () => {
    const ops = await house.ci.mint({ ...MAIN, sub: 'repo:acme/ops:ref:refs/heads/main' });
    expect((await exchange({ scope: 'admin', subject_token: ops })).json()['scope']).toBe('admin');
    expect((await exchange({ scope: 'admin' })).json()['code']).toBe('policy.refused');
  });

  it('the same by a form, with the lifetime as text', async () => {
    const body = new URLSearchParams(
      (await parametersOf(house, { expiration: '600', scope: '' })) as Record<string, string>,
    );
    const reply = await ask(house.server.port, {
      method: 'POST',
      path: '/api/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: body.toString(),
    });
    expect(reply.json()['expires_in']).toBe(600);
  });

  it('at the doubled slash that a client with a trailing slash in its base URL sends', async () => {
    const reply = await post(house.server.port, '//api/oauth/token', await parametersOf(house));
    expect(reply.status).toBe(200);
    expect((await post(house.server.port, '/x//api/oauth/token', await parametersOf(house))).status).toBe(
      404,
    );
  });

  it('for tokens signed with ES256, an array audience and nested claims, within the limits of the issuer', async () => {
    const subject_token = await house.cluster.mint({
      aud: ['kubernetes', 'https://countersign.acme.example'],
      sub: 'system:serviceaccount:deploy:runner',
      'kubernetes.io': { namespace: 'deploy' },
    });
    const reply = await exchange({
      requested_token_type: typeOf('team'),
      scope: 'team:platform',
      subject_token,
    });
    expect(reply.json()).toMatchObject({ expires_in: 600, scope: 'team:platform' });
  });

  it('under the name urn:countersign as under urn:pulumi', async () => {
    const reply = await exchange({
      audience: 'urn:countersign:org:acme',
      requested_token_type: 'urn:countersign:token-type:access_token:organization',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    });
    expect(reply.json()['issued_token_type']).toBe('urn:countersign:token-type:access_token:organization');
  });

  it('as if a parameter without a value had not been sent', async () => {
    const reply = await exchange({ actor_token: '', resource: '', scope: '', expiration: '' });
    expect(reply.json()).toMatchObject({ expires_in: 7200, scope: '' });
  });

  it('asking the issuer for its keys once', async () => {
    const before = await exchange();
    expect(before.status).toBe(200);
    expect(house.ci.requests.get('/ci/jwks')).toBe(1);
  });
});
