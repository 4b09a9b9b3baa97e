import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken, exchangeReply } from '../support/exchange.ts';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { ask, post } from '../support/request.ts';
import { startHouse, type House } from './house.ts';
import { createCaller, type Caller } from './openapi-caller.ts';
import { createChecker, type Checker } from './openapi-checker.ts';

/**
 * The document against the product: every operation of the API is called with real data, in the order of a real life,
 * and what comes back has to be what the document says of that status, with no member more.
 */
let house: House;
let late: TestIssuer;
let checker: Checker;
let answer: Caller['answer'];
let faults: Caller['faults'];
let done: Caller['done'];

beforeAll(async () => {
  [house, late] = await Promise.all([startHouse(), startIssuer('RS256', '/late')]);
  checker = createChecker((await ask(house.server.port, { path: '/openapi.json' })).json(), 'api');
  ({ answer, faults, done } = createCaller(house.server.port, checker));
});
afterAll(() => Promise.all([house.dispose(), late.close()]));

const ORG = '/api/orgs/{org}';

let jobs = 0;
const mint = (issuer: TestIssuer, sub = 'repo:acme/ops:x', more = {}) => {
  jobs += 1;
  return issuer.mint({ aud: 'urn:pulumi:org:acme', sub, jti: `job-${jobs}`, ...more });
};

const exchange = async (type: string, scope: string, sub?: string, more?: object) =>
  accessToken(house.server, { subjectToken: await mint(house.ci, sub, more), type, scope });

describe('what the product answers is what the document says', () => {
  it('to whoever calls, whatever they are', async () => {
    const tokens = await Promise.all([
      exchange('organization', 'admin'),
      exchange('team', 'team:platform', 'repo:acme/x:ref:refs/heads/main'),
      exchange('runner', 'runner:linux'),
      exchange('personal', 'user:bob', 'repo:acme/bob:x'),
    ]);
    for (const token of tokens) {
      await answer(200, 'GET /api/user', { token });
      await answer(200, 'GET /api/user/organizations/default', { token });
    }
    await answer(200, 'GET /api/user');
    await answer(404, 'GET /api/user/organizations/default');
    await answer(200, 'GET /api/capabilities');
    expect(faults()).toEqual([]);
  });

  it('about identities and sessions', async () => {
    const signIn = async (): Promise<string> => {
      const ada = { aud: 'countersign', sub: '1001', email: 'ada@acme.example', email_verified: true };
      const idToken = await house.corp.mint(ada);
      const reply = await post(house.server.port, '/api/v1/token', { id_token: idToken });
      return String(reply.json()['Token']);
    };
    const token = await signIn();
    const sessions = await answer(200, 'GET /api/user/sessions', { token });
    const [listed] = sessions.json()['tokens'] as readonly {
      readonly id: string;
      readonly issuerId: string;
    }[];
    await answer(400, 'GET /api/user/sessions', { token, query: '?state=none' });
    await answer(400, 'GET /api/user/sessions');
    await answer(200, 'GET /api/user/sessions', { query: `?issuerId=${listed?.issuerId}&subject=1001` });
    await answer(404, 'DELETE /api/user/sessions/{id}', { at: ['tok_none'], token });
    await answer(204, 'DELETE /api/user/sessions/{id}', { at: [listed?.id ?? ''], token: await signIn() });
    await answer(400, 'DELETE /api/user/sessions');
    await answer(204, 'DELETE /api/user/sessions', { token: await signIn() });
    const identities = await answer(200, `GET ${ORG}/members/{login}/identities`, { at: ['acme', 'ada'] });
    const [identity] = identities.json()['identities'] as readonly { readonly id: string }[];
    await answer(404, `GET ${ORG}/members/{login}/identities`, { at: ['acme', 'nobody'] });
    await answer(200, `GET ${ORG}/members/{login}/sessions`, { at: ['acme', 'ada'], query: '?state=all' });
    await answer(404, `GET ${ORG}/members/{login}/sessions`, { at: ['acme', 'nobody'] });
    const one = { at: ['acme', 'ada', identity?.id ?? ''] };
    await answer(204, `DELETE ${ORG}/members/{login}/identities/{id}`, one);
    await answer(404, `DELETE ${ORG}/members/{login}/identities/{id}`, one);
    expect(faults()).toEqual([]);
  });

  it('about organizations and members', async () => {
    await answer(201, 'POST /api/orgs', { body: { name: 'initech' } });
    await answer(409, 'POST /api/orgs', { body: { name: 'initech' } });
    await answer(400, 'POST /api/orgs', { body: { name: 'No Name' } });
    await answer(200, 'GET /api/orgs');
    await answer(200, 'GET /api/orgs', { query: '?maxResults=1' });
    await answer(400, 'GET /api/orgs', { query: '?maxResults=0' });
    await answer(200, `GET ${ORG}`, { at: ['acme'] });
    await answer(200, `GET ${ORG}`, { at: ['initech'] });
    await answer(204, `DELETE ${ORG}`, { at: ['initech'] });
    await answer(404, `DELETE ${ORG}`, { at: ['initech'] });
    await answer(409, `DELETE ${ORG}`, { at: ['acme'] });

    const eve = { at: ['acme', 'eve'] };
    await answer(201, `POST ${ORG}/members/{login}`, {
      ...eve,
      body: { role: 'member', email: 'eve@acme.example' },
    });
    await answer(409, `POST ${ORG}/members/{login}`, { ...eve, body: { role: 'member' } });
    await answer(200, `PATCH ${ORG}/members/{login}`, { ...eve, body: { role: 'admin', name: null } });
    await answer(400, `PATCH ${ORG}/members/{login}`, { ...eve, body: { role: 'owner' } });
    await answer(200, `GET ${ORG}/members`, { at: ['acme'], query: '?type=frontend' });
    await answer(400, `GET ${ORG}/members`, { at: ['acme'], query: '?type=back' });
    await answer(204, `DELETE ${ORG}/members/{login}`, eve);
    await answer(404, `DELETE ${ORG}/members/{login}`, eve);
    await answer(409, `DELETE ${ORG}/members/{login}`, { at: ['acme', 'ada'] });
    expect(faults()).toEqual([]);
  });

  it('about teams and agent pools', async () => {
    const web = { at: ['acme', 'web'] };
    await answer(201, `POST ${ORG}/teams/pulumi`, {
      at: ['acme'],
      body: { name: 'web', displayName: 'Web', description: null },
    });
    await answer(409, `POST ${ORG}/teams/pulumi`, { at: ['acme'], body: { name: 'web' } });
    await answer(204, `PATCH ${ORG}/teams/{team}`, { ...web, body: { member: 'bob', memberAction: 'add' } });
    await answer(400, `PATCH ${ORG}/teams/{team}`, { ...web, body: { member: 'bob' } });
    await answer(200, `GET ${ORG}/teams`, { at: ['acme'] });
    await answer(200, `GET ${ORG}/teams/{team}`, web);
    await answer(204, `DELETE ${ORG}/teams/{team}`, web);
    await answer(404, `GET ${ORG}/teams/{team}`, web);

    const made = await answer(200, `POST ${ORG}/agent-pools`, { at: ['acme'], body: { name: 'arm' } });
    await answer(409, `POST ${ORG}/agent-pools`, { at: ['acme'], body: { name: 'arm' } });
    const arm = { at: ['acme', String(made.json()['id'])] };
    await answer(200, `GET ${ORG}/agent-pools`, { at: ['acme'] });
    await answer(200, `GET ${ORG}/agent-pools/{id}`, arm);
    await answer(200, `PATCH ${ORG}/agent-pools/{id}`, { ...arm, body: { description: 'ARM machines' } });
    await answer(204, `DELETE ${ORG}/agent-pools/{id}`, arm);
    await answer(404, `GET ${ORG}/agent-pools/{id}`, arm);
    expect(faults()).toEqual([]);
  });

  it('about issuers and policies', async () => {
    const issuers = `${ORG}/oidc/issuers`;
    const body = { name: 'late', url: late.url, maxExpiration: 3600, preset: null };
    const made = (await answer(200, `POST ${issuers}`, { at: ['acme'], body })).json();
    await answer(409, `POST ${issuers}`, { at: ['acme'], body });
    await answer(400, `POST ${issuers}`, { at: ['acme'], body: { name: 'x', url: 'http://127.0.0.1:1' } });
    const one = { at: ['acme', String(made['id'])] };
    await answer(200, `GET ${issuers}`, { at: ['acme'] });
    await answer(200, `GET ${issuers}/{id}`, one);
    await answer(200, `PATCH ${issuers}/{id}`, { ...one, body: { audiences: ['urn:pulumi:org:acme'] } });

    const list = await answer(200, `GET ${ORG}/auth/policies/oidcissuers/{issuerId}`, one);
    const policies = `PATCH ${ORG}/auth/policies/{policyId}`;
    const where = { at: ['acme', String(list.json()['id'])] };
    const allow = {
      decision: 'allow',
      tokenType: 'team',
      teamName: 'platform',
      rules: { sub: 'repo:acme/*' },
      match: { ref: { one_of: ['refs/heads/main'] } },
      maxExpiration: 600,
      mode: 'audit',
    };
    await answer(200, policies, { ...where, body: { policies: [allow, { ...allow, mode: null }] } });
    await answer(412, policies, { ...where, body: { policies: [allow] }, headers: { 'if-match': '"0"' } });
    await answer(400, policies, { ...where, body: { policies: [] } });
    await answer(200, `GET ${ORG}/auth/policies/oidcissuers/{issuerId}`, one);
    await answer(404, `GET ${ORG}/auth/policies/oidcissuers/{issuerId}`, { at: ['acme', 'iss_none'] });

    await answer(200, `PATCH ${issuers}/{id}`, { ...one, body: { jwks: late.jwks() } });
    await answer(200, `GET ${issuers}/{id}`, one);
    await answer(400, `POST ${issuers}/{id}/regenerate-thumbprints`, one);
    await answer(204, `DELETE ${issuers}/{id}`, one);
    await answer(404, `DELETE ${issuers}/{id}`, one);
    expect(faults()).toEqual([]);
  });

  it('about access tokens, made and exchanged', async () => {
    const at = ['acme'];
    const tokens = `${ORG}/tokens`;
    const body = { name: 'robot', description: 'of the tests', expires: 0, admin: true };
    const made = (await answer(200, `POST ${tokens}`, { at, body })).json();
    await answer(409, `POST ${tokens}`, { at, body });
    await exchange('organization', 'admin');
    for (const query of ['', '?filter=all', '?filter=exchanged', '?filter=exchanged&maxResults=1'])
      await answer(200, `GET ${tokens}`, { at, query });
    await answer(400, `GET ${tokens}`, { at, query: '?filter=none' });
    await answer(204, `DELETE ${tokens}/{id}`, { at: ['acme', String(made['id'])] });
    await answer(404, `DELETE ${tokens}/{id}`, { at: ['acme', 'tok_none'] });
    await answer(200, `POST ${tokens}/revoke`, { at, body: { subject: 'repo:acme/nobody', before: null } });
    await answer(400, `POST ${tokens}/revoke`, { at, body: {} });

    const team = { at: ['acme', 'platform'] };
    const teams = `${ORG}/teams/{team}/tokens`;
    const theirs = (await answer(200, `POST ${teams}`, { ...team, body: { name: 'deploy' } })).json();
    await answer(200, `GET ${teams}`, team);
    await answer(404, `GET ${teams}`, { at: ['acme', 'nobody'] });
    await answer(204, `DELETE ${teams}/{id}`, { at: [...team.at, String(theirs['id'])] });

    const token = await exchange('personal', 'user:bob', 'repo:acme/bob:x');
    // It may not outlive the token that it is made with.
    const expires = Math.floor(Date.now() / 1000) + 600;
    const wish = { description: 'mine', expires };
    const mine = (await answer(200, 'POST /api/user/tokens', { token, body: wish })).json();
    await answer(200, 'GET /api/user/tokens', { token });
    await answer(403, 'GET /api/user/tokens');
    await answer(204, 'DELETE /api/user/tokens/{id}', { token, at: [String(mine['id'])] });
    await answer(404, 'DELETE /api/user/tokens/{id}', { token, at: ['tok_none'] });
    expect(faults()).toEqual([]);
  });

  it('about service accounts', async () => {
    const accounts = `${ORG}/service-accounts`;
    const at = ['acme'];
    const backup = { at: ['acme', 'backup'] };
    const claims = { environment: 'production', tiers: [1, 2], nightly: true };
    await answer(200, `POST ${accounts}`, { at, body: { name: 'backup', description: null, claims } });
    await answer(409, `POST ${accounts}`, { at, body: { name: 'backup' } });
    await answer(200, `GET ${accounts}`, { at });
    await answer(200, `GET ${accounts}/{name}`, backup);
    await answer(200, `PATCH ${accounts}/{name}`, { ...backup, body: { disabled: false } });
    const made = (await answer(200, `POST ${accounts}/{name}/tokens`, { ...backup, body: {} })).json();
    const old = { at: [...backup.at, String(made['id'])] };
    await answer(200, `POST ${accounts}/{name}/tokens/{id}/rotate`, { ...old, body: { overlap: 60 } });
    await answer(409, `POST ${accounts}/{name}/tokens/{id}/rotate`, { ...old, body: {} });
    await answer(200, `GET ${accounts}/{name}/tokens`, { ...backup, query: '?filter=all' });
    await answer(200, 'GET /api/user', { token: String(made['tokenValue']) });
    await answer(204, `DELETE ${accounts}/{name}/tokens/{id}`, old);
    await answer(204, `DELETE ${accounts}/{name}`, backup);
    expect(faults()).toEqual([]);
  });

  it('about decisions, whatever they were about', async () => {
    const at = ['acme'];
    const refused = await exchangeReply(house.server, { subjectToken: await mint(house.ci, 'repo:evil/x') });
    const unknown = await exchangeReply(house.server, { subjectToken: await mint(late) });
    const gateway = await ask(house.server.port, {
      path: '/',
      host: `orders.localhost:${house.server.port}`,
      headers: { authorization: `Bearer ${await exchange('organization', '', 'repo:acme/x:y')}` },
    });
    expect([refused.status, unknown.status, gateway.status]).toEqual([400, 400, 403]);
    for (const query of ['', '?effect=deny&code=policy.refused', '?kind=gateway', '?maxResults=1'])
      await answer(200, `GET ${ORG}/decisions`, { at, query });
    await answer(400, `GET ${ORG}/decisions`, { at, query: '?since=yesterday' });

    const listed = (await answer(200, `GET ${ORG}/decisions`, { at })).json()['decisions'] as {
      id: string;
    }[];
    expect(listed.length).toBeGreaterThan(5);
    for (const { id } of listed) await answer(200, `GET ${ORG}/decisions/{id}`, { at: ['acme', id] });
    for (const reply of [refused, unknown])
      await answer(200, 'GET /api/decisions/{id}', { at: [String(reply.json()['decision_id'])] });
    await answer(404, 'GET /api/decisions/{id}', { at: ['dec_none'] });

    const question = {
      issuer: 'ci',
      claims: { sub: 'repo:acme/x', event_name: 'pull_request' },
      request: { type: 'team', scope: 'team:platform' },
    };
    await answer(200, `POST ${ORG}/explain`, { at, body: question });
    await answer(400, `POST ${ORG}/explain`, { at, body: { ...question, issuer: 'none' } });
    expect(faults()).toEqual([]);
  });

  it('about keys', async () => {
    const rings = (await answer(200, 'GET /api/keys')).json()['rings'] as {
      ring: string;
      keys: { kid: string; state: string }[];
    }[];
    await answer(409, 'POST /api/keys/{ring}/rotate', { at: ['access'] });
    await answer(200, 'POST /api/keys/{ring}/rotate', { at: ['access'], body: { force: true } });
    await answer(400, 'POST /api/keys/{ring}/rotate', { at: ['access'], body: { force: 'yes' } });
    await answer(404, 'POST /api/keys/{ring}/rotate', { at: ['none'] });
    await answer(200, 'GET /api/routes');
    const kid = rings
      .find(({ ring }) => ring === 'access')
      ?.keys.find(({ state }) => state === 'active')?.kid;
    await answer(204, 'POST /api/keys/{ring}/{kid}/revoke', { at: ['access', String(kid)] });
    await answer(404, 'POST /api/keys/{ring}/{kid}/revoke', { at: ['access', String(kid)] });
    expect(faults()).toEqual([]);
  });

  it('to who is nobody, and to bodies that are none', async () => {
    const at = ['acme', 'platform', 'nothing'];
    const bob = { token: await exchange('personal', 'user:bob', 'repo:acme/bob:x') };
    for (const operation of checker.operations) {
      await answer(401, operation, { at, token: null });
      const caller = operation.includes('/user/') ? bob : {};
      if (checker.takesBody(operation)) await answer(400, operation, { at, body: [], ...caller });
    }
    expect(faults()).toEqual([]);
  });

  it('of every operation: none was left out', () => {
    // Nobody vouches for a certificate here that could be taken over.
    const refusedOnly = [`POST ${ORG}/oidc/issuers/{id}/regenerate-thumbprints`];
    expect([...done, ...refusedOnly].toSorted()).toEqual(checker.operations.toSorted());
  });
});
