import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken } from '../support/exchange.ts';
import { ask, post, type Reply } from '../support/request.ts';
import { ADMIN_TOKEN, startHouse, type House } from './house.ts';

/** Access tokens that are made over the API, from their making to their end, against the running product. */

let house: House;
/** Tokens of an exchange: of a person who is admin, of a member, of the organization with admin. */
let people: { readonly ada: string; readonly bob: string; readonly ops: string };

async function exchange(sub: string, type: string, scope: string, more = {}): Promise<string> {
  const subjectToken = await house.ci.mint({ aud: 'urn:pulumi:org:acme', sub, ...more });
  return accessToken(house.server, { subjectToken, type, scope });
}
const bobs = () => exchange('repo:acme/bob:x', 'personal', 'user:bob');

beforeAll(async () => {
  house = await startHouse();
  people = {
    ada: await exchange('repo:acme/x:y', 'personal', 'user:ada', { repository_id: '42' }),
    bob: await bobs(),
    ops: await exchange('repo:acme/ops:x', 'organization', 'admin'),
  };
});
afterAll(() => house.dispose());

const call = (method: string, path: string, token: string, body?: object): Promise<Reply> =>
  ask(house.server.port, {
    method,
    path,
    headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const get = (path: string, token: string) => call('GET', path, token);
const route = async (name: string, token: string): Promise<number> => {
  const headers = { authorization: `Bearer ${token}` };
  return (
    await ask(house.server.port, { path: '/', host: `${name}.localhost:${house.server.port}`, headers })
  ).status;
};

interface Made {
  readonly id: string;
  readonly tokenValue: string;
}

async function make(path: string, by: string, body: object): Promise<Made> {
  const reply = await call('POST', path, by, body);
  if (reply.status !== 200) throw new Error(reply.text);
  expect(reply.headers['cache-control']).toBe('no-store');
  return reply.json() as unknown as Made;
}

type Listed = Readonly<Record<string, unknown>>;

async function list(path: string, by: string): Promise<readonly Listed[]> {
  const reply = await get(path, by);
  if (reply.status !== 200) throw new Error(reply.text);
  return reply.json()['tokens'] as Listed[];
}

const ids = async (path: string, by: string) => (await list(path, by)).map(({ id }) => id);

const ORG = '/api/orgs/acme/tokens';
const TEAM = '/api/orgs/acme/teams/platform/tokens';
const OWN = '/api/user/tokens';
const descending = (one: string, other: string): number => (one < other ? 1 : -1);
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

describe('a token of the organization', () => {
  it('opens what its kind opens, tells its name, and is over when it is deleted', async () => {
    const { id, tokenValue } = await make(ORG, people.ops, {
      name: 'ci/deploy',
      description: 'of the pipeline',
    });
    expect(tokenValue).toMatch(/^cso_/);
    expect((await get('/api/user', tokenValue)).json()).toMatchObject({
      githubLogin: 'acme',
      tokenInfo: { name: 'ci/deploy', organization: 'acme' },
    });
    expect([await route('open', tokenValue), await route('orders', tokenValue)]).toEqual([200, 403]);
    expect((await get(ORG, tokenValue)).status).toBe(403);
    expect((await list(ORG, people.ada)).find((token) => token['id'] === id)).toEqual({
      id,
      name: 'ci/deploy',
      description: 'of the pipeline',
      created: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/),
      lastUsed: 0,
      expires: 0,
      admin: false,
      createdBy: 'org:acme',
      type: 'organization',
      source: 'api',
    });
    expect((await call('DELETE', `${ORG}/${id}`, people.ada)).status).toBe(204);
    expect((await get('/api/user', tokenValue)).status).toBe(401);
    expect(await route('open', tokenValue)).toBe(401);
    expect(await ids(ORG, people.ada)).not.toContain(id);
    expect((await list(`${ORG}?filter=all`, people.ada)).find((token) => token['id'] === id)).toMatchObject({
      revoked: expect.any(Number),
    });
  });

  it('administers the organization with admin, and is not among those of an exchange', async () => {
    const { id, tokenValue } = await make(ORG, ADMIN_TOKEN, {
      name: 'root',
      admin: true,
      expires: inAnHour(),
    });
    expect((await get(`${ORG}?filter=all`, tokenValue)).status).toBe(200);
    expect((await get('/api/orgs/globex/tokens', tokenValue)).status).toBe(403);
    const exchanged = await ids(`${ORG}?filter=exchanged`, tokenValue);
    expect([exchanged.length > 0, exchanged.includes(id)]).toEqual([true, false]);
    expect((await list(ORG, tokenValue)).find((token) => token['id'] === id)).toMatchObject({
      admin: true,
      createdBy: 'administrator',
    });
  });

  it('never has the name of another, dead or alive, of the organization or of a team', async () => {
    const first = await make(ORG, people.ada, { name: 'taken' });
    await call('DELETE', `${ORG}/${first.id}`, people.ada);
    for (const path of [ORG, TEAM]) {
      const again = await call('POST', path, people.ada, { name: 'taken' });
      expect(again.status).toBe(409);
      expect(again.json()).toMatchObject({ code: 409, message: expect.stringMatching(/^name: /) });
    }
    expect((await call('POST', '/api/orgs/globex/tokens', ADMIN_TOKEN, { name: 'taken' })).status).toBe(200);
  });

  it.each([
    ['no name', {}, 'name'],
    ['an empty name', { name: '' }, 'name'],
    ['a name of 41 characters', { name: 'a'.repeat(41) }, 'name'],
    ['a name with a line break', { name: 'a\nb' }, 'name'],
    ['a time that has passed', { name: 'late', expires: 1 }, 'expires'],
    ['a time three years ahead', { name: 'far', expires: inAnHour() + 3 * 366 * 86_400 }, 'expires'],
    ['half a second', { name: 'half', expires: inAnHour() + 0.5 }, 'expires'],
    ['a member that nobody knows', { name: 'more', roleID: 'x' }, 'roleID'],
  ])('is refused with %s, and the answer names the member', async (_, body, member) => {
    const refused = await call('POST', ORG, people.ada, body);
    expect(refused.status).toBe(400);
    expect(refused.json()['message']).toContain(member);
  });

  it('may have a name of 40 characters, a life of two years, and null where nothing is meant', async () => {
    const twoYears = Math.floor(Date.now() / 1000) + 2 * 365 * 86_400;
    const body = { name: `ä/${'a'.repeat(38)}`, description: null, admin: null, expires: twoYears };
    const { id } = await make(`${ORG}?reason=because`, people.ada, body);
    expect((await list(ORG, people.ada)).find((token) => token['id'] === id)).toMatchObject({
      name: body.name,
      expires: twoYears,
      createdBy: 'ada',
    });
  });
});

describe('the list of tokens', () => {
  it('comes in pages, newest first, and refuses what it does not know', async () => {
    const made = new Set<string>();
    for (let at = 0; at < 5; at += 1) made.add((await make(TEAM, ADMIN_TOKEN, { name: `page-${at}` })).id);
    const pages: string[] = [];
    let next = '';
    do {
      const page = (await get(`${TEAM}?maxResults=2${next}`, ADMIN_TOKEN)).json();
      pages.push(...(page['tokens'] as Listed[]).map(({ id }) => String(id)));
      const token = page['continuationToken'];
      next = typeof token === 'string' ? `&continuationToken=${token}` : '';
    } while (next !== '');
    expect(new Set(pages)).toEqual(made);
    expect(pages).toEqual([...made].sort(descending));
    expect(await ids(`${TEAM}?filter=expired`, ADMIN_TOKEN)).toEqual([]);
    for (const query of ['filter=exchanged', 'maxResults=0', 'maxResults=1001', 'continuationToken=x', 'x=1'])
      expect((await get(`${TEAM}?${query}`, ADMIN_TOKEN)).status, query).toBe(400);
    expect((await get(`${ORG}?issuerId=x`, ADMIN_TOKEN)).status).toBe(400);
  });
});

describe('a token of a team', () => {
  it('opens what the team opens, and nothing of another team ends it', async () => {
    const { id, tokenValue } = await make(TEAM, people.ada, { name: 'team' });
    expect(tokenValue).toMatch(/^cst_/);
    expect(await route('orders', tokenValue)).toBe(200);
    expect((await get('/api/user', tokenValue)).json()).toMatchObject({
      tokenInfo: { name: 'team', team: 'platform' },
    });
    const other = await make(ORG, people.ada, { name: 'not of the team' });
    expect((await call('DELETE', `${TEAM}/${other.id}`, people.ada)).status).toBe(404);
    expect((await get('/api/orgs/acme/teams/nobody/tokens', people.ada)).status).toBe(404);
    expect((await call('DELETE', `${TEAM}/${id}`, people.ada)).status).toBe(204);
    expect(await route('orders', tokenValue)).toBe(401);
  });

  it('is looked after by the team’s admins, and is over with the team, for good', async () => {
    const teams = '/api/orgs/acme/teams';
    const path = `${teams}/crew/tokens`;
    const create = () => call('POST', `${teams}/pulumi`, ADMIN_TOKEN, { name: 'crew' });
    const member = (memberAction: string) =>
      call('PATCH', `${teams}/crew`, ADMIN_TOKEN, { member: 'bob', memberAction });
    expect((await create()).status).toBe(201);
    expect((await member('add')).status).toBe(204);
    const wish = { name: 'crew', expires: inAnHour() };
    expect((await call('POST', path, people.bob, wish)).status).toBe(403);
    expect((await member('promote')).status).toBe(204);
    // A new one: no token of the team may be as old as one from before it.
    const bob = await bobs();
    expect((await call('POST', path, bob, { name: 'crew' })).status).toBe(400);
    const { id, tokenValue } = await make(path, bob, wish);
    expect((await list(path, people.bob)).map((token) => [token['id'], token['createdBy']])).toEqual([
      [id, 'bob'],
    ]);
    expect((await get(TEAM, people.bob)).status).toBe(403);
    expect((await call('PATCH', `${teams}/crew`, bob, { newDisplayName: 'Mine' })).status).toBe(403);
    expect((await get('/api/user', tokenValue)).status).toBe(200);
    expect((await call('DELETE', `${teams}/crew`, ADMIN_TOKEN)).status).toBe(204);
    expect((await get('/api/user', tokenValue)).status).toBe(401);
    expect((await create()).status).toBe(201);
    expect((await get('/api/user', tokenValue)).status).toBe(401);
    expect(await ids(path, ADMIN_TOKEN)).toEqual([]);
    expect(await list(`${path}?filter=all`, ADMIN_TOKEN)).toMatchObject([
      { id, revoked: expect.any(Number) },
    ]);
  });
});

describe('a personal token', () => {
  it('is its person, and theirs alone to see and to end', async () => {
    const { id, tokenValue } = await make(OWN, people.ada, { description: 'laptop' });
    expect(tokenValue).toMatch(/^csp_/);
    expect((await get('/api/user', tokenValue)).json()).toMatchObject({ githubLogin: 'ada' });
    expect(await route('orders', tokenValue)).toBe(200);
    expect(await list(OWN, tokenValue)).toMatchObject([
      { id, name: '', description: 'laptop', type: 'personal', createdBy: 'ada' },
    ]);
    expect(await ids(OWN, people.bob)).toEqual([]);
    expect((await call('DELETE', `${OWN}/${id}`, people.bob)).status).toBe(404);
    expect((await call('POST', OWN, people.ada, { name: 'x' })).status).toBe(400);
    expect((await call('DELETE', `${OWN}/${id}`, tokenValue)).status).toBe(204);
    expect((await get('/api/user', tokenValue)).status).toBe(401);
  });

  it('is not for whom no organization calls a member', async () => {
    const id_token = await house.corp.mint({ aud: 'cli-client', sub: '7', email: 'ada@acme.example' });
    const session = await post(house.server.port, '/api/v1/token', { id_token });
    expect((await get(OWN, String(session.json()['Token']))).status).toBe(403);
  });

  it('does not outlive the token of a job that it is made with, and ends with the issuer of that', async () => {
    for (const body of [{}, { expires: 0 }, { expires: inAnHour() + 86_400 }]) {
      const refused = await call('POST', OWN, people.bob, body);
      expect(refused.status).toBe(400);
      expect(refused.json()['message']).toMatch(/^expires: expected at most \d+ \(/);
    }
    const { tokenValue } = await make(OWN, people.bob, { expires: inAnHour() });
    expect((await get('/api/user', tokenValue)).status).toBe(200);
    expect((await call('POST', OWN, tokenValue, { expires: inAnHour() + 60 })).status).toBe(400);
    const made = { subject: 'repo:acme/bob:x' };
    expect((await call('POST', `${ORG}/revoke`, ADMIN_TOKEN, made)).status).toBe(200);
    expect((await get('/api/user', tokenValue)).status).toBe(401);
  });
});

describe('after a restart', () => {
  it('tokens are what they were, dead and alive, and have been used when they were', async () => {
    const before = Math.floor(Date.now() / 1000);
    const kept = await make(ORG, ADMIN_TOKEN, { name: 'kept' });
    const idle = await make(ORG, ADMIN_TOKEN, { name: 'idle' });
    const gone = await make(ORG, ADMIN_TOKEN, { name: 'gone' });
    expect(await route('open', kept.tokenValue)).toBe(200);
    const about = await ask(house.server.port, {
      method: 'POST',
      path: '/api/oauth/introspect',
      headers: {
        authorization: `Bearer ${ADMIN_TOKEN}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: `token=${idle.tokenValue}`,
    });
    expect(about.json()).toMatchObject({ active: true, client_id: 'api', sub: 'org:acme' });
    expect(about.json()).not.toHaveProperty('exp');
    await call('DELETE', `${ORG}/${gone.id}`, ADMIN_TOKEN);
    expect(await house.server.stop()).toBe(0);
    await house.server.start();
    const listed = await list(ORG, ADMIN_TOKEN);
    const used = (id: string) => Number(listed.find((token) => token['id'] === id)?.['lastUsed']);
    expect([used(kept.id) >= before, used(idle.id)]).toEqual([true, 0]);
    expect((await get('/api/user', kept.tokenValue)).status).toBe(200);
    expect((await get('/api/user', gone.tokenValue)).status).toBe(401);
    const exchanged = await list(`${ORG}?filter=exchanged`, ADMIN_TOKEN);
    expect(exchanged.some((token) => Number(token['lastUsed']) > 0)).toBe(true);
    expect((await call('POST', ORG, ADMIN_TOKEN, { name: 'gone' })).status).toBe(409);
  });
});
