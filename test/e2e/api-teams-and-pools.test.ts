import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentPoolView, teamList, teamView } from '@countersign/core/api-model';
import { accessToken } from '../support/exchange.ts';
import { done, startDirectory, type Directory } from './directory.ts';
import { ADMIN_TOKEN } from './house.ts';

/** Teams and agent pools made over the API, against the running product: used, and ended for good. */

let directory: Directory;
const api: Directory['api'] = (...call) => directory.api(...call);
const use: Directory['use'] = (token) => directory.use(token);

beforeAll(async () => {
  directory = await startDirectory();
});
afterAll(() => directory.dispose());

describe('a team of the API', () => {
  it('is made, given members, exchanged into and deleted, and its tokens do not return with its name', async () => {
    await done(201, api('POST', '', { name: 'teams' }));
    await directory.trust('teams', { tokenType: 'team', teamName: 'core' });
    await done(201, api('POST', '/teams/members/eve', { role: 'member', name: 'Eve' }));
    const body = {
      organization: 'teams',
      teamType: 'pulumi',
      name: 'core',
      displayName: 'Core',
      description: '',
    };
    const made = teamView.parse(await done(201, api('POST', '/teams/teams/pulumi', body)));
    expect(made).toMatchObject({ name: 'core', displayName: 'Core', userRole: 'none', members: [] });
    await done(409, api('POST', '/teams/teams/pulumi', body));
    const member = (memberAction: string) =>
      api('PATCH', '/teams/teams/core', { member: 'eve', memberAction });
    await done(204, member('add'));
    await done(409, member('add'));
    await done(204, member('promote'));
    await done(204, api('PATCH', '/teams/teams/core', { newDisplayName: 'Kernel', newDescription: 'us' }));
    expect(teamView.parse(await done(200, api('GET', '/teams/teams/core')))).toMatchObject({
      displayName: 'Kernel',
      description: 'us',
      members: [{ name: 'Eve', githubLogin: 'eve', role: 'admin' }],
    });
    const token = await directory.exchanged('teams', { type: 'team', scope: 'team:core' });

    await done(204, api('DELETE', '/teams/teams/core'));
    expect(await use(token)).toBe(401);
    await done(404, api('GET', '/teams/teams/core'));
    await done(201, api('POST', '/teams/teams/pulumi', body));
    expect(await use(token)).toBe(401);
    expect(await directory.tried('teams', { type: 'team', scope: 'team:core' })).toBe(200);
    await done(204, api('DELETE', '/teams'));
  });

  it('says what the caller is in it', async () => {
    const mint = (sub: string, more = {}) =>
      directory.house.ci.mint({ aud: 'urn:pulumi:org:acme', sub, ...more });
    const person = async (login: string, sub: string, more = {}) =>
      accessToken(directory.house.server, {
        subjectToken: await mint(sub, more),
        type: 'personal',
        scope: `user:${login}`,
      });
    const ada = await person('ada', 'repo:acme/x:y', { repository_id: '42' });
    const bob = await person('bob', 'repo:acme/bob:x');
    await done(201, api('POST', '/acme/teams/pulumi', { name: 'roles' }));
    const roleOf = async (token: string) =>
      (await done(200, api('GET', '/acme/teams/roles', undefined, token)))['userRole'];
    expect(await roleOf(bob)).toBe('none');
    await done(204, api('PATCH', '/acme/teams/roles', { member: 'bob', memberAction: 'add' }));
    expect(await roleOf(bob)).toBe('member');
    await done(204, api('PATCH', '/acme/teams/roles', { member: 'bob', memberAction: 'promote' }));
    expect([await roleOf(bob), await roleOf(ada), await roleOf(ADMIN_TOKEN)]).toEqual([
      'admin',
      'none',
      'none',
    ]);
    const list = teamList.parse(await done(200, api('GET', '/acme/teams', undefined, bob)));
    expect(list.teams.map(({ name, userRole, source }) => [name, userRole, source])).toEqual([
      ['platform', 'none', 'file'],
      ['roles', 'admin', 'api'],
    ]);
    await done(204, api('DELETE', '/acme/teams/roles'));
  });

  it.each([
    ['has no name', {}, 'name: expected a text'],
    ['has a name that is none', { name: 'a/b' }, 'name: expected 1 to 100 letters'],
    ['is of another organization', { name: 'x', organization: 'globex' }, 'organization: expected the one'],
    ['is of another kind', { name: 'x', teamType: 'github' }, 'teamType: expected pulumi'],
    ['has a long name', { name: 'x', displayName: 'x'.repeat(101) }, 'displayName: expected at most 100'],
    ['brings members', { name: 'x', members: ['ada'] }, 'members is not a member of this'],
  ])('is refused when it %s', async (_name, body, message) => {
    const reply = await done(400, api('POST', '/acme/teams/pulumi', body));
    expect(reply).toEqual({ code: 400, message: expect.stringContaining(message) });
  });

  it.each([
    ['a member without an action', { member: 'ada' }, 'member: expected member and memberAction together'],
    [
      'an action without a member',
      { memberAction: 'add' },
      'member: expected member and memberAction together',
    ],
    ['an action that is none', { member: 'ada', memberAction: 'own' }, 'memberAction: expected add, remove'],
    ['somebody from elsewhere', { member: 'nobody', memberAction: 'add' }, 'member: nobody is no member'],
    ['a stack', { addStackPermission: {} }, 'addStackPermission is not a member of this'],
  ])('is not changed by %s', async (_name, body, message) => {
    await done(201, api('POST', '/acme/teams/pulumi', { name: 'still' }));
    const reply = await done(400, api('PATCH', '/acme/teams/still', body));
    expect(reply).toEqual({ code: 400, message: expect.stringContaining(message) });
    await done(204, api('DELETE', '/acme/teams/still'));
  });
});

describe('an agent pool of the API', () => {
  it('comes with a token, may be asked for by its id, and ends with all its tokens', async () => {
    await done(201, api('POST', '', { name: 'pools' }));
    const made = await done(200, api('POST', '/pools/agent-pools', { name: 'arm', description: 'd' }));
    const id = String(made['id']);
    const value = String(made['tokenValue']);
    expect([id, value]).toEqual([
      expect.stringMatching(/^run_[0-9A-Z]{26}$/),
      expect.stringMatching(/^csr_[0-9A-Za-z]{38}$/),
    ]);
    expect(await use(value)).toBe(200);
    expect(
      agentPoolView.parse(await done(200, api('GET', `/pools/agent-pools/${id}`, undefined, value))),
    ).toMatchObject({ id, name: 'arm', description: 'd', source: 'api' });
    await done(403, api('DELETE', `/pools/agent-pools/${id}`, undefined, value));

    await directory.trust('pools', { tokenType: 'runner', runnerID: id });
    const byName = { type: 'runner', scope: 'runner:arm' };
    const byId = { type: 'runner', scope: `runner:${id}` };
    const tokens = [
      value,
      await directory.exchanged('pools', byName),
      await directory.exchanged('pools', byId),
    ];
    expect(await Promise.all(tokens.map(use))).toEqual([200, 200, 200]);
    expect(await directory.tried('pools', { type: 'runner', scope: 'runner:other' })).toBe(400);

    await done(204, api('DELETE', `/pools/agent-pools/${id}?force=true`));
    expect(await Promise.all(tokens.map(use))).toEqual([401, 401, 401]);
    await done(404, api('GET', `/pools/agent-pools/${id}`));
    // At once, in the same second perhaps: what was ended stays so, and what is new lives.
    const again = await done(200, api('POST', '/pools/agent-pools', { name: 'arm' }));
    expect(await Promise.all(tokens.map(use))).toEqual([401, 401, 401]);
    expect(await use(String(again['tokenValue']))).toBe(200);
    await done(204, api('DELETE', '/pools'));
  });

  it('loses its tokens with its name, and nothing else', async () => {
    const made = await done(200, api('POST', '/acme/agent-pools', { name: 'mac' }));
    const path = `/acme/agent-pools/${String(made['id'])}`;
    const value = String(made['tokenValue']);
    expect(await done(200, api('PATCH', path, { name: null, description: 'm' }))).toMatchObject({
      name: 'mac',
      description: 'm',
    });
    expect(await use(value)).toBe(200);
    expect(await done(200, api('PATCH', path, { name: 'macos' }))).toMatchObject({
      name: 'macos',
      description: 'm',
    });
    expect(await use(value)).toBe(401);
    await done(200, api('PATCH', path, { name: 'mac' }));
    expect(await use(value)).toBe(401);
    await done(204, api('DELETE', path));
  });

  it.each([
    ['no name', {}, 400, 'name: expected a text'],
    ['a name that is none', { name: 'a b' }, 400, 'name: expected 1 to 100 letters'],
    ['the name of another', { name: 'linux' }, 409, 'There is an agent pool'],
    ['a token of its own', { name: 'x', tokenValue: 'y' }, 400, 'tokenValue is not a member of this'],
  ])('is refused with %s', async (_name, body, code, message) => {
    const reply = await done(code, api('POST', '/acme/agent-pools', body));
    expect(reply).toEqual({ code, message: expect.stringContaining(message) });
  });
});
