import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken } from '../support/exchange.ts';
import { ask } from '../support/request.ts';
import { startHouse, type House } from './house.ts';
import { createCaller, type Caller } from './openapi-caller.ts';
import { createChecker, type Checker } from './openapi-checker.ts';

/** The document against the product, at what anybody may ask: the endpoints of OAuth, metadata, and the document itself. */
let house: House;
let checker: Checker;
let answer: Caller['answer'];
let faults: Caller['faults'];
let done: Caller['done'];

beforeAll(async () => {
  house = await startHouse();
  checker = createChecker((await ask(house.server.port, { path: '/openapi.json' })).json(), 'endpoints');
  ({ answer, faults, done } = createCaller(house.server.port, checker));
});
afterAll(() => house.dispose());

let jobs = 0;
const mint = (sub = 'repo:acme/ops:x') => {
  jobs += 1;
  return house.ci.mint({ aud: 'urn:pulumi:org:acme', sub, jti: `job-${jobs}` });
};

const exchange = async (type: string, scope: string, sub?: string) =>
  accessToken(house.server, { subjectToken: await mint(sub), type, scope });

describe('what the endpoints answer is what the document says', () => {
  it('at the endpoints of OAuth', async () => {
    const request = async (more = {}) => ({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: 'urn:pulumi:org:acme',
      subject_token: await mint(),
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      ...more,
    });
    const types = ['urn:pulumi:token-type:access_token:organization', null];
    const given: string[] = [];
    for (const type of types) {
      const body = await request({ requested_token_type: type, expiration: 600 });
      const reply = await answer(200, 'POST /api/oauth/token', { body, token: null });
      given.push(String(reply.json()['access_token']));
    }
    const narrow = await request({ resource: `http://orders.localhost:${house.server.port}` });
    await answer(200, 'POST /api/oauth/token', { body: narrow, token: null });
    await answer(400, 'POST /api/oauth/token', { body: await request({ audience: 'x' }), token: null });
    await answer(400, 'POST /api/oauth/token', { body: {}, token: null });
    await answer(413, 'POST /api/oauth/token', { body: { a: 'x'.repeat(1_200_000) }, token: null });

    for (const token of [...given, await exchange('personal', 'user:bob', 'repo:acme/bob:x'), 'nothing'])
      await answer(200, 'POST /api/oauth/introspect', { body: { token } });
    await answer(400, 'POST /api/oauth/introspect', { body: {} });
    await answer(401, 'POST /api/oauth/introspect', { body: { token: 'x' }, token: null });
    const [mine = ''] = given;
    const poor = await exchange('organization', '', 'repo:acme/x:y');
    await answer(403, 'POST /api/oauth/revoke', { body: { token: mine }, token: poor });
    await answer(200, 'POST /api/oauth/revoke', { body: { token: mine }, token: mine });
    await answer(200, 'GET /api/oauth/audience', { query: '?org=acme', token: null });
    await answer(400, 'GET /api/oauth/audience', { token: null });

    const person = await house.corp.mint({ aud: 'countersign', sub: 'ada', email: 'ada@acme.example' });
    await answer(200, 'POST /api/v1/token', { body: { id_token: person }, token: null });
    await answer(401, 'POST /api/v1/token', { body: { id_token: 'x.y.z' }, token: null });
    const device = 'POST /api/oauth/device';
    const begun = await answer(200, device, { body: { client_id: 'tool' }, token: null });
    await answer(400, device, { body: {}, token: null });
    const grant = {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: begun.json()['device_code'],
      client_id: 'tool',
    };
    await answer(400, 'POST /api/oauth/token', { body: grant, token: null });
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    const logout = await house.corp.mint({ aud: 'countersign', sub: 'ada', jti: 'logout-1', events });
    const logoutPath = 'POST /.pomerium/backchannel_logout';
    await answer(200, logoutPath, { body: { logout_token: logout }, token: null });
    await answer(400, logoutPath, { body: { logout_token: person }, token: null });
    expect(faults()).toEqual([]);
  });

  it('of itself', async () => {
    const metadata = [
      'GET /.well-known/oauth-authorization-server',
      'GET /.well-known/openid-configuration',
      'GET /.well-known/jwks.json',
      'GET /openapi.json',
      'GET /api/openapi/pulumi-spec.json',
      'GET /healthz',
      'GET /readyz',
    ];
    for (const operation of metadata) await answer(200, operation, { token: null });
    for (const operation of metadata.slice(2, 5)) {
      const { headers } = await answer(200, operation, { token: null });
      await answer(304, operation, { token: null, headers: { 'if-none-match': headers['etag'] ?? '' } });
    }
    await answer(200, 'GET /errors/{code}', { at: ['policy.refused'] });
    await answer(404, 'GET /errors/{code}', { at: ['no.such'] });
    expect(faults()).toEqual([]);
  });

  it('to forms as to JSON', async () => {
    const token = await exchange('organization', 'admin');
    const headers = { authorization: `token ${token}`, 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ token, id_token: 'x.y.z', grant_type: 'x' }).toString();
    for (const operation of checker.operations.filter(checker.takesBody)) {
      const path = operation.replace('POST ', '');
      const reply = await ask(house.server.port, { method: 'POST', path, headers, body });
      expect(checker.answerFaults(operation, reply)).toEqual([]);
      // It was read: what is wrong with it, if anything, is what it says.
      expect(reply.text).not.toContain('request.body');
    }
  });

  it('of every endpoint: none was left out', () => {
    expect([...done].toSorted()).toEqual(checker.operations.toSorted());
  });
});

describe('the document over HTTP', () => {
  it('is the same at both places, for HEAD as well, and says where it is', async () => {
    const { port } = house.server;
    const [one, other] = await Promise.all(
      ['/openapi.json', '/api/openapi/pulumi-spec.json'].map((path) => ask(port, { path })),
    );
    expect(other?.text).toBe(one?.text);
    expect(one?.json()).toMatchObject({ servers: [{ url: `http://localhost:${port}` }] });
    expect(one?.headers['cache-control']).toBe('public, max-age=300');
    const head = await ask(port, { method: 'HEAD', path: '/openapi.json' });
    expect([head.status, head.text, head.headers['etag']]).toEqual([200, '', one?.headers['etag']]);
    expect((await ask(port, { method: 'POST', path: '/openapi.json' })).status).toBe(405);
  });
});
