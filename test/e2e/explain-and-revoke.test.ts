import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken, exchangeReply } from '../support/exchange.ts';
import { ask, type Reply } from '../support/request.ts';
import { ADMIN_TOKEN, startHouse, type House } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.dispose());

const main = {
  aud: 'urn:pulumi:org:acme',
  sub: 'repo:acme/shop:ref:refs/heads/main',
  repository: 'acme/shop',
};
const mint = (claims = {}) => house.ci.mint({ ...main, ...claims });
const get = (path: string, token?: string): Promise<Reply> =>
  ask(house.server.port, {
    path,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  });
const revoke = (token: string, by?: string): Promise<Reply> =>
  ask(house.server.port, {
    method: 'POST',
    path: '/api/oauth/revoke',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(by === undefined ? {} : { authorization: `token ${by}` }),
    },
    body: `token=${token}`,
  });
const alive = async (token: string) => (await get('/api/user', token)).status === 200;

describe('a decision', () => {
  it('on a fork’s pull request names the rule that denied, with what it saw', async () => {
    const refused = await exchangeReply(house.server, {
      subjectToken: await mint({ event_name: 'pull_request' }),
      type: 'team',
      scope: 'team:platform',
    });
    const id = String(refused.json()['decision_id']);
    const decision = (await get(`/api/decisions/${id}`, ADMIN_TOKEN)).json();
    expect(decision).toMatchObject({
      id,
      kind: 'exchange',
      effect: 'deny',
      code: 'policy.refused',
      issuer: 'acme/ci',
    });
    expect(JSON.stringify(decision['explanation'])).toContain('pull_request');
    expect(JSON.stringify(decision['trace'])).toContain('policies[6]');
    expect(decision['claims']).toMatchObject({ sub: main.sub });
  });

  it('is there for its organization’s admins, and for nobody else', async () => {
    const refused = await exchangeReply(house.server, { subjectToken: await mint({ sub: 'repo:evil/x' }) });
    const path = `/api/orgs/acme/decisions/${String(refused.json()['decision_id'])}`;
    const admin = await accessToken(house.server, {
      subjectToken: await mint({ sub: 'repo:acme/ops:x' }),
      scope: 'admin',
    });
    const plain = await accessToken(house.server, { subjectToken: await mint() });
    expect((await get(path, admin)).status).toBe(200);
    expect((await get(path, ADMIN_TOKEN)).status).toBe(200);
    expect((await get(path, plain)).status).toBe(403);
    expect((await get(path)).status).toBe(401);
    expect((await get(path.replace('acme', 'globex'), admin)).status).toBe(403);
    expect((await get(path.replace('acme', 'globex'), ADMIN_TOKEN)).status).toBe(404);
    expect((await get(path.replace('/orgs/acme', ''), admin)).status).toBe(403);
  });

  it('on a token that did not verify says so, and holds none of its claims', async () => {
    const subjectToken = await house.ci.mint(
      { ...main, secret: 'unproved' },
      { issuer: 'https://evil.example' },
    );
    const refused = await exchangeReply(house.server, { subjectToken });
    const decision = (
      await get(`/api/decisions/${String(refused.json()['decision_id'])}`, ADMIN_TOKEN)
    ).json();
    expect(decision).toMatchObject({ effect: 'deny', code: 'token.not_trusted' });
    expect(JSON.stringify(decision)).toContain('https://evil.example');
    expect(JSON.stringify(decision)).not.toContain('unproved');
  });

  it('is found again by each thing that the list shows of it', async () => {
    const refused = await exchangeReply(house.server, { subjectToken: await mint({ sub: 'repo:listed/x' }) });
    const list = async (filter: string) =>
      (await get(`/api/orgs/acme/decisions?${filter}`, ADMIN_TOKEN)).json()['decisions'] as Record<
        string,
        unknown
      >[];
    const id = refused.json()['decision_id'];
    const shown = (await list('subject=repo:listed/x')).find((decision) => decision['id'] === id) ?? {};
    expect(shown).toMatchObject({ issuer: 'acme/ci', code: 'policy.refused', policy: expect.any(String) });
    for (const name of ['kind', 'effect', 'code', 'issuer', 'subject', 'policy']) {
      const found = await list(
        `${name}=${encodeURIComponent(String(shown[name]))}&since=${String(shown['time'])}`,
      );
      expect([name, found.some((decision) => decision['id'] === id)]).toEqual([name, true]);
    }
    expect(await list('issuer=acme/nobody')).toEqual([]);
  });

  it('that does not exist is 404', async () => {
    expect((await get(`/api/decisions/dec_${'0'.repeat(26)}`, ADMIN_TOKEN)).status).toBe(404);
    expect((await get('/api/decisions/x', ADMIN_TOKEN)).status).toBe(404);
  });
});

describe('revocation', () => {
  it('lets a token end itself, and nobody end another’s', async () => {
    const [first, second] = [
      await accessToken(house.server, { subjectToken: await mint() }),
      await accessToken(house.server, { subjectToken: await mint() }),
    ];
    expect((await revoke(second)).status).toBe(401);
    expect((await revoke(second, first)).status).toBe(403);
    expect(await alive(second)).toBe(true);
    expect((await revoke(first, first)).status).toBe(200);
    expect(await alive(first)).toBe(false);
  });

  it('lets an organization’s admin end its tokens, and not another organization’s', async () => {
    const admin = await accessToken(house.server, {
      subjectToken: await mint({ sub: 'repo:acme/ops:x' }),
      scope: 'admin',
    });
    const own = await accessToken(house.server, { subjectToken: await mint() });
    const foreign = await accessToken(house.server, {
      organization: 'globex',
      subjectToken: await house.foreign.mint({ aud: 'urn:pulumi:org:globex', sub: 'x' }),
    });
    expect((await revoke(own, admin)).status).toBe(200);
    expect(await alive(own)).toBe(false);
    expect((await revoke(foreign, admin)).status).toBe(403);
    expect(await alive(foreign)).toBe(true);
    expect((await revoke(foreign, ADMIN_TOKEN)).status).toBe(200);
    expect(await alive(foreign)).toBe(false);
  });

  it('answers 200 to what is unknown or dead already, 400 without a token', async () => {
    expect((await revoke(`cso_${'a'.repeat(38)}`, ADMIN_TOKEN)).status).toBe(200);
    expect((await revoke('', ADMIN_TOKEN)).status).toBe(400);
  });

  it('survives a restart', async () => {
    const token = await accessToken(house.server, { subjectToken: await mint() });
    const other = await accessToken(house.server, { subjectToken: await mint() });
    await revoke(token, token);
    await house.server.stop('SIGTERM');
    await house.server.start();
    expect(await alive(token)).toBe(false);
    expect(await alive(other)).toBe(true);
  });
});

describe('GET /api/user', () => {
  it('is 401 in the API’s own shape without a credential or with a bad one', async () => {
    for (const reply of [
      await get('/api/user'),
      await get('/api/user', 'nonsense'),
      await get('/api/user', `${ADMIN_TOKEN}x`),
    ]) {
      expect(reply.status).toBe(401);
      expect(reply.json()).toMatchObject({ code: 401, message: expect.stringMatching(/credentials/) });
    }
  });

  it('shows a machine token by its organization', async () => {
    const team = await accessToken(house.server, {
      subjectToken: await mint(),
      type: 'team',
      scope: 'team:platform',
    });
    expect((await get('/api/user', team)).json()).toMatchObject({
      githubLogin: 'acme',
      tokenInfo: { organization: 'acme', team: 'platform' },
    });
  });

  it('knows the site administrator', async () => {
    expect((await get('/api/user', ADMIN_TOKEN)).json()).toMatchObject({ githubLogin: 'administrator' });
  });
});
