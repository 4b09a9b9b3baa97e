import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, type TestCertificate } from '../support/certificates.ts';
import { accessToken, exchangeReply } from '../support/exchange.ts';
import { startIssuer } from '../support/issuer.ts';
import { ask } from '../support/request.ts';
import { ALLOW, ISSUERS, startRegistrar, type Registrar } from './registrar.ts';

/** Trusted issuers made over the API, against the running product, in the order of a real life. */

let registrar: Registrar;
let house: Registrar['house'];
let late: Registrar['late'];
const api: Registrar['api'] = (...call) => registrar.api(...call);
const register: Registrar['register'] = (more) => registrar.register(more);
const remove: Registrar['remove'] = (issuer) => registrar.remove(issuer);
const policiesOf: Registrar['policiesOf'] = (issuer) => registrar.policiesOf(issuer);
const exchangeFor: Registrar['exchangeFor'] = (issuer) => registrar.exchangeFor(issuer);
const allow: Registrar['allow'] = (issuer) => registrar.allow(issuer);
const mint: Registrar['mint'] = (issuer) => registrar.mint(issuer);
beforeAll(async () => {
  registrar = await startRegistrar();
  ({ house, late } = registrar);
});
afterAll(() => registrar.dispose());

describe('an issuer of the API', () => {
  it('is registered, given policies, used and deleted, and its tokens end with it for good', async () => {
    expect((await exchangeFor(late)).json()).toMatchObject({ error: 'invalid_request' });
    const issuer = await register({ name: 'late', thumbprints: null });
    expect(issuer).toMatchObject({
      id: expect.stringMatching(/^iss_[0-9A-Z]{26}$/),
      name: 'late',
      url: late.url,
      issuer: late.url,
      thumbprints: [],
      maxExpiration: 90_000,
      created: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/),
      source: 'api',
    });
    // Nothing is allowed before somebody says so.
    expect((await exchangeFor(late)).status).toBe(400);
    expect(await policiesOf(issuer)).toMatchObject({ version: 0, policies: [], source: 'api' });
    await allow(issuer);
    const token = await accessToken(house.server, {
      subjectToken: await mint(late),
      type: 'team',
      scope: 'team:platform',
    });
    const use = () =>
      ask(house.server.port, { path: '/api/user', headers: { authorization: `token ${token}` } });
    expect((await use()).status).toBe(200);

    expect((await remove(issuer)).status).toBe(204);
    expect((await use()).status).toBe(401);
    expect((await remove(issuer)).status).toBe(404);
    expect((await exchangeFor(late)).status).toBe(400);
    const again = await register({ name: 'late' });
    expect(again['id']).not.toBe(issuer['id']);
    await allow(again);
    expect((await use()).status).toBe(401);
    expect((await exchangeFor(late)).status).toBe(200);
    await remove(again);
  });

  it('is changed, where null and absence change nothing', async () => {
    const issuer = await register();
    const path = `${ISSUERS}/${String(issuer['id'])}`;
    const changed = await api('PATCH', path, { name: 'renamed', maxExpiration: 60, thumbprints: null });
    expect(changed.json()).toMatchObject({ id: issuer['id'], name: 'renamed', maxExpiration: 60 });
    await allow(issuer);
    expect((await exchangeFor(late)).json()).toMatchObject({ expires_in: 60 });
    expect((await api('PATCH', path, {})).json()).toMatchObject({ name: 'renamed', maxExpiration: 60 });
    expect((await api('PATCH', path, { disabled: true })).json()).toMatchObject({ disabled: true });
    expect((await exchangeFor(late)).status).toBe(400);
    expect((await api('PATCH', path, { url: 'https://other.example' })).json()).toEqual({
      code: 400,
      message: 'url is not a member of this',
    });
    await remove(issuer);
  });

  it('brings keys of its own, and then nobody is asked', async () => {
    const hand = await startIssuer('ES256', '/hand');
    const issuer = await register({ url: hand.url, jwks: hand.jwks() });
    await allow(issuer);
    expect((await exchangeFor(hand)).status).toBe(200);
    expect([...hand.requests.keys()]).toEqual([]);
    const regenerated = await api('POST', `${ISSUERS}/${String(issuer['id'])}/regenerate-thumbprints`);
    expect(regenerated.status).toBe(400);
    await remove(issuer);
    await hand.close();
  });

  it.each([
    ['is no object', [], 'The body is not a JSON object.'],
    ['has no name', { url: 'https://a.example' }, 'name: expected a text'],
    ['has no url', { name: 'x' }, 'url: expected a text'],
    [
      'has a member that nobody knows',
      { name: 'x', url: 'https://a.example', policy: [] },
      'policy is not a member',
    ],
    ['has a url with a query', { name: 'x', url: 'https://a.example/?x' }, 'url: expected an https URL'],
    ['has a url in the clear', { name: 'x', url: 'http://a.example' }, 'url: expected https'],
    [
      'has a metadata service as url',
      { name: 'x', url: 'https://169.254.169.254' },
      'cannot be had (discovery: address)',
    ],
    [
      'names an issuer that does not answer',
      { name: 'x', url: 'http://127.0.0.1:1' },
      'cannot be had (discovery: connection)',
    ],
    [
      'has a secret among its keys',
      { name: 'x', url: 'https://a.example', jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } },
      'jwks: expected public keys alone',
    ],
    [
      'has keys that are none',
      { name: 'x', url: 'https://a.example', jwks: { keys: [] } },
      'jwks: expected a key set',
    ],
    [
      'has a thumbprint that is none',
      { name: 'x', url: 'https://a.example', thumbprints: ['ab'] },
      'thumbprints[0]: expected the SHA-256',
    ],
    [
      'has no time to live',
      { name: 'x', url: 'https://a.example', maxExpiration: 0 },
      'maxExpiration: expected at least',
    ],
    [
      'has the preset of another platform',
      { name: 'x', url: 'https://a.example', jwks: { keys: [] }, preset: 'github-actions' },
      'preset: expected the preset of this url',
    ],
  ])('is refused by name when the body %s', async (_name, body, message) => {
    const reply = await api('POST', ISSUERS, body);
    expect(reply.status, reply.text).toBe(400);
    expect(reply.json()).toEqual({ code: 400, message: expect.stringContaining(message) });
    expect(reply.text).not.toContain('c2VjcmV0');
  });

  it('is there once, whoever owns it', async () => {
    const issuer = await register();
    const same = [
      { name: 'another', url: late.url },
      { name: 'another', url: `${late.url}/` },
      { name: issuer['name'], url: house.foreign.url },
      { name: 'another', url: house.ci.url },
      { name: 'ci', url: house.foreign.url },
    ];
    for (const body of same) expect((await api('POST', ISSUERS, body)).status).toBe(409);
    await remove(issuer);
  });

  it('is known to its organization alone', async () => {
    const issuer = await register();
    const abroad = `/api/orgs/globex/oidc/issuers/${String(issuer['id'])}`;
    for (const method of ['GET', 'PATCH', 'DELETE'])
      expect((await api(method, abroad, method === 'PATCH' ? {} : undefined)).status).toBe(404);
    const foreign = await exchangeReply(house.server, {
      subjectToken: await mint(late),
      organization: 'globex',
    });
    expect(foreign.status).toBe(400);
    await remove(issuer);
  });

  it('outlives a restart, with its policies and tokens', async () => {
    const issuer = await register();
    await allow(issuer);
    const token = await accessToken(house.server, {
      subjectToken: await mint(late),
      type: 'team',
      scope: 'team:platform',
    });
    await house.server.stop();
    await house.server.start();
    // What was used in the last minute is written at the latest when the process ends.
    expect((await api('GET', `${ISSUERS}/${String(issuer['id'])}`)).json()).toEqual({
      ...issuer,
      lastUsed: expect.stringMatching(/^\d{4}-\d\d-\d\d /),
    });
    expect((await policiesOf(issuer))['version']).toBe(1);
    const used = await ask(house.server.port, {
      path: '/api/user',
      headers: { authorization: `token ${token}` },
    });
    expect(used.status).toBe(200);
    expect((await exchangeFor(late)).status).toBe(200);
    await remove(issuer);
  });
});

describe('what the file declares', () => {
  it('is shown and refused to be changed', async () => {
    const list = (await api('GET', ISSUERS)).json()['oidcIssuers'] as Record<string, unknown>[];
    const declared = list.find(({ name }) => name === 'ci') ?? {};
    expect(declared['source']).toBe('file');
    const path = `${ISSUERS}/${String(declared['id'])}`;
    const { id: policies, version, source } = await policiesOf(declared);
    expect([version, source]).toEqual([1, 'file']);
    const replies = await Promise.all([
      api('PATCH', path, { name: 'mine' }),
      api('DELETE', path),
      api('POST', `${path}/regenerate-thumbprints`),
      api('PATCH', `/api/orgs/acme/auth/policies/${String(policies)}`, { policies: [ALLOW] }),
    ]);
    for (const reply of replies) {
      expect(reply.json()).toEqual({ code: 409, message: expect.stringContaining('configuration file') });
    }
  });
});

describe('an issuer behind TLS that no authority vouches for', () => {
  let certificate: TestCertificate;
  let server: Server;
  let url: string;
  const answer = (path: string) =>
    path.endsWith('/jwks') ? late.jwks() : { issuer: url, jwks_uri: `${url}/jwks` };

  beforeAll(async () => {
    certificate = makeCertificate({ names: ['127.0.0.1'] });
    server = createServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer(request.url ?? '')));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('is registered by its thumbprint alone, and told which it is when that is wrong', async () => {
    const bare = await api('POST', ISSUERS, { name: 'tls', url });
    expect(bare.json()).toMatchObject({
      code: 400,
      message: expect.stringContaining(certificate.thumbprint),
    });
    const wrong = await api('POST', ISSUERS, { name: 'tls', url, thumbprints: ['ab'.repeat(32)] });
    expect(wrong.json()).toMatchObject({
      code: 400,
      message: expect.stringMatching(new RegExp(`^Bad Request: .*${certificate.thumbprint}`)),
    });
    const issuer = await register({ url, thumbprints: [certificate.thumbprint.toUpperCase()] });
    expect(issuer['thumbprints']).toEqual([certificate.thumbprint]);
    const path = `${ISSUERS}/${String(issuer['id'])}`;
    const replaced = await api('PATCH', path, { thumbprints: ['cd'.repeat(32)] });
    expect(replaced.status).toBe(400);
    // Nobody vouches for it, so there is nothing that could be taken over unseen.
    expect((await api('POST', `${path}/regenerate-thumbprints`)).status).toBe(400);
    await remove(issuer);
  });
});
