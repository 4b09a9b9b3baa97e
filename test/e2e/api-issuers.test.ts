import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, type TestCertificate } from '../support/certificates.ts';
import { countersign } from '../support/command.ts';
import { accessToken, exchangeReply } from '../support/exchange.ts';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { ask, type Reply } from '../support/request.ts';
import { ADMIN_TOKEN, startHouse, type House } from './house.ts';

/** Trusted issuers and their policies made over the API, against the running product, in the order of a real life. */
let house: House;
let late: TestIssuer;
let jobs = 0;

beforeAll(async () => {
  [house, late] = await Promise.all([startHouse(), startIssuer('RS256', '/late')]);
});
afterAll(async () => {
  await Promise.all([house.dispose(), late.close()]);
});

const ISSUERS = '/api/orgs/acme/oidc/issuers';

function api(method: string, path: string, body?: unknown, headers = {}): Promise<Reply> {
  return ask(house.server.port, {
    method,
    path,
    headers: { authorization: `token ${ADMIN_TOKEN}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const mint = (issuer: TestIssuer, sub = 'project:acme/shop') => {
  jobs += 1;
  return issuer.mint({ aud: 'urn:pulumi:org:acme', sub, jti: `job-${jobs}` });
};

const ALLOW = {
  decision: 'allow',
  tokenType: 'team',
  teamName: 'platform',
  authorizedPermissions: [],
  rules: { aud: 'urn:pulumi:org:acme', sub: 'project:acme/shop' },
};

async function register(more = {}): Promise<Record<string, unknown>> {
  const reply = await api('POST', ISSUERS, { name: `late ${String((jobs += 1))}`, url: late.url, ...more });
  expect(reply.status, reply.text).toBe(200);
  return reply.json();
}

async function policiesOf(issuer: Record<string, unknown>): Promise<Record<string, unknown>> {
  return (await api('GET', `/api/orgs/acme/auth/policies/oidcissuers/${String(issuer['id'])}`)).json();
}

async function allow(issuer: Record<string, unknown>, policy: object = ALLOW): Promise<void> {
  const { id } = await policiesOf(issuer);
  const reply = await api('PATCH', `/api/orgs/acme/auth/policies/${String(id)}`, { policies: [policy] });
  expect(reply.status, reply.text).toBe(200);
}

const remove = (issuer: Record<string, unknown>) => api('DELETE', `${ISSUERS}/${String(issuer['id'])}`);

const exchangeFor = async (issuer: TestIssuer) =>
  exchangeReply(house.server, { subjectToken: await mint(issuer), type: 'team', scope: 'team:platform' });

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
    expect((await api('GET', `${ISSUERS}/${String(issuer['id'])}`)).json()).toEqual(issuer);
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

describe('a list of policies', () => {
  let issuer: Record<string, unknown>;
  let path: string;
  beforeAll(async () => {
    issuer = await register();
    path = `/api/orgs/acme/auth/policies/${String((await policiesOf(issuer))['id'])}`;
  });
  afterAll(() => remove(issuer));

  it('keeps its order and what was sent, and has a version', async () => {
    const deny = {
      decision: 'deny',
      tokenType: 'team',
      authorizedPermissions: [],
      rules: { event: 'pull_request' },
    };
    const first = await api('PATCH', path, { policies: [deny, { ...ALLOW, teamName: 'platform' }] });
    expect(first.json()).toMatchObject({ policies: [deny, ALLOW] });
    const { version } = first.json();
    expect(first.headers['etag']).toBe(`"${String(version)}"`);
    const second = await api('PATCH', path, { policies: [ALLOW, deny] });
    expect(second.json()).toMatchObject({ version: Number(version) + 1, policies: [ALLOW, deny] });
    expect((await policiesOf(issuer))['policies']).toEqual(second.json()['policies']);
  });

  it('is replaced only in the version that If-Match names', async () => {
    const { version } = await policiesOf(issuer);
    const stale = await api('PATCH', path, { policies: [ALLOW] }, { 'if-match': `"${Number(version) - 1}"` });
    expect(stale.status).toBe(412);
    for (const header of ['nonsense', `W/"${String(version)}"`])
      expect((await api('PATCH', path, { policies: [ALLOW] }, { 'if-match': header })).status).toBe(412);
    const fresh = await api('PATCH', path, { policies: [ALLOW] }, { 'if-match': `"${String(version)}"` });
    expect(fresh.json()['version']).toBe(Number(version) + 1);
    expect((await api('PATCH', path, { policies: [ALLOW] }, { 'if-match': '*' })).status).toBe(200);
  });

  it.each([
    ['is empty', [], 'policies: expected at least one policy'],
    ['has a policy without a decision', [{ ...ALLOW, decision: undefined }], 'policies[0].decision'],
    ['names the target of another type', [{ ...ALLOW, userLogin: 'ada' }], 'policies[0].userLogin'],
    ['has an allow without a target', [{ ...ALLOW, teamName: null }], 'policies[0]: an allow policy'],
    [
      'has a role',
      [{ ...ALLOW, tokenType: 'organization', teamName: null, roleID: 'r' }],
      'policies[0].roleID: roles',
    ],
    ['has a rule that is no text', [{ ...ALLOW, rules: { sub: 1 } }], 'policies[0].rules.sub'],
    ['has a condition that is none', [{ ...ALLOW, condition: 'claims.' }], 'policies[0].condition'],
    ['has a matcher that is none', [{ ...ALLOW, match: { sub: { like: 'x' } } }], 'policies[0].match'],
  ])('is refused by name when it %s', async (_name, policies, message) => {
    const before = await policiesOf(issuer);
    const reply = await api('PATCH', path, { policies });
    expect(reply.json()).toEqual({ code: 400, message: expect.stringContaining(message) });
    expect(await policiesOf(issuer)).toEqual(before);
  });

  it('is refused when it lets in whom nobody meant, with a token that would pass', async () => {
    const shared = await register({ url: 'https://gitlab.com', jwks: late.jwks() });
    const list = `/api/orgs/acme/auth/policies/${String((await policiesOf(shared))['id'])}`;
    const broad = await api('PATCH', list, { policies: [{ ...ALLOW, rules: { sub: 'project_path:*' } }] });
    expect(broad.json()).toEqual({
      code: 400,
      message: expect.stringMatching(/^policies\[0\].*this token would pass: \{.*project_path:/),
    });
    const meant = { ...ALLOW, rules: { sub: 'project_path:*' }, allowBroad: true };
    expect((await api('PATCH', list, { policies: [meant] })).json()).toMatchObject({ policies: [meant] });
    const names = { ...ALLOW, rules: { sub: 'project_path:acme/shop:ref_type:branch:ref:main' } };
    const warned = await api('PATCH', list, { policies: [names] });
    expect([warned.status, warned.headers['x-pulumi-warning']]).toEqual([
      200,
      expect.stringContaining('policies[0]'),
    ]);
    await remove(shared);
  });

  it('may have a condition', async () => {
    const reply = await api('PATCH', path, { policies: [{ ...ALLOW, condition: 'claims.env == "prod"' }] });
    expect(reply.status, reply.text).toBe(200);
    const refused = await exchangeFor(late);
    expect(refused.status).toBe(400);
    const subjectToken = await late.mint({
      aud: 'urn:pulumi:org:acme',
      sub: 'project:acme/shop',
      env: 'prod',
    });
    const allowed = await exchangeReply(house.server, { subjectToken, type: 'team', scope: 'team:platform' });
    expect(allowed.status).toBe(200);
  });

  it('is not lost when many write at once', async () => {
    const { version } = await policiesOf(issuer);
    const replies = await Promise.all(
      Array.from({ length: 12 }, () => api('PATCH', path, { policies: [ALLOW] })),
    );
    const versions = replies.map((reply) => Number(reply.json()['version']) - Number(version));
    expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
  });

  it('is told of in the trail, with who did it', async () => {
    const env = { COUNTERSIGN_ADMIN_TOKEN: ADMIN_TOKEN };
    const { out } = await countersign(['audit', 'export'], { cwd: house.server.folder, env });
    const events = out.split('\n').filter((line) => line.includes('"policies.updated"'));
    expect(events.length).toBeGreaterThan(12);
    expect(events[0]).toContain('"administrator"');
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
