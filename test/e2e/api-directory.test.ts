import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  agentPoolList,
  memberList,
  memberView,
  organizationList,
  organizationView,
} from '@countersign/core/api-model';
import { countersign } from '../support/command.ts';
import { exchangeReply } from '../support/exchange.ts';
import { done, startDirectory, type Directory } from './directory.ts';
import { ADMIN_TOKEN } from './house.ts';

/** Organizations and members made over the API, against the running product: used, and ended for good. */

let directory: Directory;
const api: Directory['api'] = (...call) => directory.api(...call);
const use: Directory['use'] = (token) => directory.use(token);

beforeAll(async () => {
  directory = await startDirectory();
});
afterAll(() => directory.dispose());

describe('an organization of the API', () => {
  it('is made, used and deleted, and nothing of it returns with its name', async () => {
    const made = await done(201, api('POST', '', { name: 'later' }));
    expect(organizationView.parse(made)).toMatchObject({ name: 'later', source: 'api' });
    await directory.trust('later', { tokenType: 'team', teamName: 'core' });
    await done(201, api('POST', '/later/members/eve', { role: 'admin' }));
    await done(201, api('POST', '/later/teams/pulumi', { name: 'core' }));
    const pool = await done(200, api('POST', '/later/agent-pools', { name: 'arm' }));
    const tokens = [
      await directory.exchanged('later', { type: 'organization' }),
      await directory.exchanged('later', { type: 'team', scope: 'team:core' }),
      String(pool['tokenValue']),
    ];
    expect(await Promise.all(tokens.map(use))).toEqual([200, 200, 200]);

    await done(204, api('DELETE', '/later'));
    expect(await Promise.all(tokens.map(use))).toEqual([401, 401, 401]);
    expect(await directory.tried('later', { type: 'organization' })).toBe(400);
    await done(404, api('GET', '/later'));
    await done(404, api('DELETE', '/later'));

    await done(201, api('POST', '', { name: 'later' }));
    expect(await done(200, api('GET', '/later/members'))).toEqual({ members: [] });
    await directory.trust('later', { tokenType: 'team', teamName: 'core' });
    await done(201, api('POST', '/later/teams/pulumi', { name: 'core' }));
    await done(200, api('POST', '/later/agent-pools', { name: 'arm' }));
    expect(await Promise.all(tokens.map(use))).toEqual([401, 401, 401]);
    await done(204, api('DELETE', '/later'));
  });

  it('is listed beside those of the file, page by page, to the site administrator', async () => {
    await done(201, api('POST', '', { name: 'listed' }));
    const list = organizationList.parse(await done(200, api('GET', '')));
    expect(list.organizations.map(({ name, source }) => [name, source])).toEqual([
      ['acme', 'file'],
      ['globex', 'file'],
      ['listed', 'api'],
    ]);
    const first = await done(200, api('GET', '?maxResults=2'));
    expect(first['continuationToken']).toBe('globex');
    const rest = await done(200, api('GET', '?continuationToken=globex'));
    expect(rest).toMatchObject({ organizations: [{ name: 'listed' }] });
    await done(204, api('DELETE', '/listed'));
  });

  it.each([
    ['is taken by the file', { name: 'acme' }, 409, 'There is an organization'],
    ['is none', { name: 'Later' }, 400, 'name: expected 1 to 40 of a-z'],
    ['is missing', {}, 400, 'name: expected a text'],
    ['has company', { name: 'later', members: [] }, 400, 'members is not a member of this'],
  ])('is refused when its name %s', async (_name, body, code, message) => {
    const reply = await done(code, api('POST', '', body));
    expect(reply).toEqual({ code, message: expect.stringContaining(message) });
  });
});

describe('a member of the API', () => {
  it('is added, exchanged into, changed and removed, and their token does not return with them', async () => {
    await done(201, api('POST', '', { name: 'people' }));
    await directory.trust('people', { tokenType: 'personal', userLogin: 'eve' });
    const eve = { type: 'personal', scope: 'user:eve' };
    expect(await directory.tried('people', eve)).toBe(400);
    const body = { role: 'member', email: 'eve@people.example', name: null };
    const added = memberView.parse(await done(201, api('POST', '/people/members/eve', body)));
    expect(added).toMatchObject({
      role: 'member',
      fgaRole: { id: 'member', name: 'member' },
      user: { githubLogin: 'eve', name: 'eve', email: 'eve@people.example' },
      source: 'api',
    });
    await done(409, api('POST', '/people/members/eve', body));
    const token = await directory.exchanged('people', eve);
    // The role is looked up at use: the token of a member becomes that of an admin, and stays.
    expect((await api('GET', '/people/tokens?filter=exchanged', undefined, token)).status).toBe(403);
    const promoted = await done(200, api('PATCH', '/people/members/eve', { fgaRoleId: 'admin' }));
    expect(promoted).toMatchObject({ role: 'admin', user: added.user });
    expect((await api('GET', '/people/tokens?filter=exchanged', undefined, token)).status).toBe(200);
    const alone = await done(400, api('DELETE', '/people/members/eve', undefined, token));
    expect(alone).toEqual({ code: 400, message: 'A member cannot remove themselves.' });

    await done(204, api('DELETE', '/people/members/eve'));
    expect(await use(token)).toBe(401);
    expect(await directory.tried('people', eve)).toBe(400);
    await done(404, api('DELETE', '/people/members/eve'));
    await done(201, api('POST', '/people/members/eve', body));
    expect(await use(token)).toBe(401);
    expect(await directory.tried('people', eve)).toBe(200);
    await done(204, api('DELETE', '/people'));
  });

  it('is out of their teams with it, and not in them again on return', async () => {
    await done(201, api('POST', '/acme/members/eve', { role: 'member' }));
    await done(201, api('POST', '/acme/teams/pulumi', { name: 'leavers' }));
    await done(204, api('PATCH', '/acme/teams/leavers', { member: 'eve', memberAction: 'add' }));
    await done(204, api('DELETE', '/acme/members/eve'));
    await done(201, api('POST', '/acme/members/eve', { role: 'member' }));
    expect(await done(200, api('GET', '/acme/teams/leavers'))).toMatchObject({ members: [] });
    await done(204, api('DELETE', '/acme/members/eve'));
    await done(204, api('DELETE', '/acme/teams/leavers'));
  });

  it('is listed page by page, whichever of the two lists is asked for', async () => {
    await done(201, api('POST', '/acme/members/carol', { role: 'member' }));
    for (const type of ['frontend', 'backend']) {
      const first = memberList.parse(await done(200, api('GET', `/acme/members?type=${type}&maxResults=2`)));
      expect(first.members.map(({ user }) => user.githubLogin)).toEqual(['ada', 'bob']);
      const rest = await done(
        200,
        api('GET', `/acme/members?type=${type}&continuationToken=${String(first.continuationToken)}`),
      );
      expect(memberList.parse(rest).members.map(({ user, source }) => [user.githubLogin, source])).toEqual([
        ['carol', 'api'],
      ]);
    }
    await done(400, api('GET', '/acme/members?type=other'));
    await done(400, api('GET', '/acme/members?continuationToken=%2F'));
    await done(204, api('DELETE', '/acme/members/carol'));
  });

  it.each([
    ['has no role', 'eve', {}, 400, 'role: expected admin or member'],
    ['has a role that is none', 'eve', { role: 'owner' }, 400, 'role: expected admin or member'],
    ['has an email that is none', 'eve', { role: 'member', email: 'eve' }, 400, 'email: expected an email'],
    ['has the email of another', 'eve', { role: 'member', email: 'ADA@acme.example' }, 409, 'email: ada has'],
    ['has a member that nobody knows', 'eve', { role: 'member', teams: [] }, 400, 'teams is not a member'],
    ['has a login that is none', 'e:ve', { role: 'member' }, 400, 'login: expected 1 to 100 letters'],
    ['is of the file', 'ada', { role: 'member' }, 409, 'ada is a member already'],
  ])('is refused when it %s', async (_name, login, body, code, message) => {
    const reply = await done(code, api('POST', `/acme/members/${login}`, body));
    expect(reply).toEqual({ code, message: expect.stringContaining(message) });
  });

  it('is changed by one name of the role at a time', async () => {
    const body = { role: 'admin', fgaRoleId: 'member' };
    const reply = await done(400, api('PATCH', '/acme/members/ada', body));
    expect(reply['message']).toBe('fgaRoleId: expected one of role and fgaRoleId');
  });
});

describe('what the file declares', () => {
  it('is shown beside the rest, and refused to be changed', async () => {
    const pools = agentPoolList.parse(await done(200, api('GET', '/acme/agent-pools')));
    const [linux] = pools.agentPools;
    expect(linux).toMatchObject({ name: 'linux', source: 'file', created: 0 });
    const refusals = await Promise.all([
      api('DELETE', '/acme'),
      api('PATCH', '/acme/members/ada', { role: 'member' }),
      api('DELETE', '/acme/members/ada'),
      api('PATCH', '/acme/teams/platform', { member: 'bob', memberAction: 'add' }),
      api('DELETE', '/acme/teams/platform'),
      api('PATCH', `/acme/agent-pools/${String(linux?.id)}`, { name: 'x' }),
      api('DELETE', `/acme/agent-pools/${String(linux?.id)}`),
    ]);
    for (const reply of refusals)
      expect(reply.json()).toEqual({ code: 409, message: expect.stringContaining('configuration file') });
  });

  it('is asked for by id as well', async () => {
    const pools = agentPoolList.parse(await done(200, api('GET', '/acme/agent-pools')));
    const subjectToken = await directory.house.ci.mint({ aud: 'urn:pulumi:org:acme', sub: 'repo:acme/x:y' });
    const reply = await exchangeReply(directory.house.server, {
      subjectToken,
      type: 'runner',
      scope: `runner:${String(pools.agentPools[0]?.id)}`,
    });
    expect(reply.json()).toMatchObject({ scope: 'runner:linux' });
  });
});

describe('the directory', () => {
  it('outlives a restart, with its tokens', async () => {
    await done(201, api('POST', '', { name: 'kept' }));
    await done(201, api('POST', '/kept/members/eve', { role: 'admin', email: 'eve@kept.example' }));
    await done(201, api('POST', '/kept/teams/pulumi', { name: 'core' }));
    await done(204, api('PATCH', '/kept/teams/core', { member: 'eve', memberAction: 'add' }));
    const pool = await done(200, api('POST', '/kept/agent-pools', { name: 'arm' }));
    const gone = await done(200, api('POST', '/kept/agent-pools', { name: 'gone' }));
    await done(204, api('DELETE', `/kept/agent-pools/${String(gone['id'])}`));
    const lists = () =>
      Promise.all(
        ['', '/members', '/teams', '/agent-pools'].map((list) => done(200, api('GET', `/kept${list}`))),
      );
    const before = await lists();
    await directory.house.server.stop();
    await directory.house.server.start();
    expect(await lists()).toEqual(before);
    expect([await use(String(pool['tokenValue'])), await use(String(gone['tokenValue']))]).toEqual([
      200, 401,
    ]);
    await done(204, api('DELETE', '/kept'));
  });

  it('has each of many who are added at once, and one of those who are the same', async () => {
    const logins = Array.from({ length: 10 }, (_, at) => `crowd-${at}`);
    const body = { role: 'member', email: 'same@acme.example' };
    const [added, same] = await Promise.all([
      Promise.all(logins.map((login) => api('POST', `/acme/members/${login}`, { role: 'member' }))),
      Promise.all(['twin', 'double'].map((login) => api('POST', `/acme/members/${login}`, body))),
    ]);
    expect(added.map(({ status }) => status)).toEqual(logins.map(() => 201));
    expect(same.map(({ status }) => status)).toContain(201);
    expect(same.map(({ status }) => status)).toContain(409);
    const { members } = memberList.parse(await done(200, api('GET', '/acme/members')));
    const there = members.map(({ user }) => user.githubLogin);
    expect(there.filter((login) => login.startsWith('crowd-'))).toEqual(logins.toSorted());
    const removed = await Promise.all(
      there
        .filter((login) => !['ada', 'bob'].includes(login))
        .map((login) => api('DELETE', `/acme/members/${login}`)),
    );
    expect(removed.map(({ status }) => status)).toEqual(Array.from({ length: 11 }, () => 204));
  });

  it('is told of in the trail, with who did it, and without a value', async () => {
    await done(201, api('POST', '', { name: 'trail' }));
    const made = await done(200, api('POST', '/trail/agent-pools', { name: 'arm' }));
    await done(200, api('PATCH', `/trail/agent-pools/${String(made['id'])}`, { description: 'd' }));
    await done(201, api('POST', '/trail/members/eve', { role: 'admin' }));
    await done(201, api('POST', '/trail/teams/pulumi', { name: 'core' }));
    await done(204, api('DELETE', '/trail'));
    const env = { COUNTERSIGN_ADMIN_TOKEN: ADMIN_TOKEN };
    const { out } = await countersign(['audit', 'export'], { cwd: directory.house.server.folder, env });
    const told = out.split('\n').filter((line) => line.includes('"trail"'));
    const events = told.map((line) => /"(organization|runner|member|team)\.[a-z]+"/.exec(line)?.[0]);
    expect(events).toEqual([
      '"organization.created"',
      '"runner.created"',
      '"runner.updated"',
      '"member.created"',
      '"team.created"',
      '"organization.deleted"',
    ]);
    for (const line of told) expect(line).toContain('"administrator"');
    expect(told[1]).toContain(String(made['id']));
    expect(out).not.toContain(String(made['tokenValue']));
  });
});
