import { describe, expect, it } from 'vitest';
import { mergeObjects } from './merge-objects.ts';
import type { ObjectContent, StoredObject } from './stored-objects.ts';
import { acme, configOf } from './testing/from-file.ts';

const FILE = configOf(acme());
const MARK = { version: 3, created: 1, modified: 2 };

const stored = (content: ObjectContent): StoredObject => ({ ...content, ...MARK });
const merge = (...objects: readonly ObjectContent[]) => mergeObjects(FILE, objects.map(stored));

const issuer = (name: string, url: string): ObjectContent => ({
  organization: 'acme',
  kind: 'issuer',
  key: 'iss_1',
  document: {
    name,
    url,
    issuer: url,
    disabled: false,
    replay: 'allow',
    thumbprints: [],
    maxExpiration: 60,
  },
});
const member = (organization: string, key: string): ObjectContent => ({
  organization,
  kind: 'member',
  key,
  document: { role: 'member' },
});
const team = (key: string, ...logins: readonly string[]): ObjectContent => ({
  organization: 'acme',
  kind: 'team',
  key,
  document: {
    displayName: key,
    description: '',
    members: logins.map((login) => ({ login, role: 'admin' })),
  },
});
const organization = (name: string): ObjectContent => ({
  organization: name,
  kind: 'organization',
  key: name,
  document: {},
});

describe('file and API as one', () => {
  it('is the file where nothing was created', () => {
    expect(mergeObjects(FILE, [])).toEqual({ config: FILE, collisions: [] });
  });

  it('has what either has, and says whose it is', () => {
    const { config, collisions } = merge(
      issuer('late', 'https://late.example'),
      { organization: 'acme', kind: 'policies', key: 'iss_1', document: { policies: [] } },
      member('acme', 'eve'),
      { organization: 'acme', kind: 'runner', key: 'run_1', document: { name: 'arm', description: 'd' } },
    );
    expect(collisions).toEqual([]);
    const [merged] = config.organizations;
    const [declared] = FILE.organizations;
    expect(merged?.issuers.slice(0, -1)).toEqual(declared?.issuers);
    expect(merged?.issuers.at(-1)).toMatchObject({
      name: 'late',
      stored: { id: 'iss_1', issuer: 'https://late.example', version: 3, policies: MARK },
    });
    expect(merged?.members.at(-1)).toEqual({ login: 'eve', role: 'member', stored: MARK });
    expect(merged?.runners.at(-1)).toEqual({
      name: 'arm',
      description: 'd',
      stored: { ...MARK, id: 'run_1' },
    });
  });

  it('has organizations of the API beside those of the file', () => {
    const { config } = merge(organization('later'), member('later', 'eve'));
    expect(config.organizations.at(-1)).toMatchObject({
      name: 'later',
      stored: MARK,
      members: [{ login: 'eve' }],
    });
  });

  it('leaves out what belongs to an organization that is gone, and returns it with the organization', () => {
    const { config, collisions } = merge(member('gone', 'eve'));
    expect([config.organizations.map(({ name }) => name), collisions]).toEqual([['acme'], []]);
    expect(merge(member('gone', 'eve'), organization('gone')).config.organizations).toHaveLength(2);
  });

  it('leaves out of a team whoever is no member', () => {
    const { config } = merge(team('later', 'ada', 'gone'));
    expect(config.organizations[0]?.teams.at(-1)).toMatchObject({ members: ['ada'], admins: ['ada'] });
  });

  it.each([
    ['organization', organization('acme'), ['organizations', 0]],
    ['member', member('acme', 'ada'), ['organizations', 0, 'members', 0]],
    ['team', team('platform'), ['organizations', 0, 'teams', 0]],
    ['issuer by name', issuer('ci', 'https://late.example'), ['organizations', 0, 'issuers', 0]],
    ['issuer by url', issuer('late', 'https://ci.example'), ['organizations', 0, 'issuers', 0]],
  ])('is a problem of the file where both have the same %s', (_kind, content, path) => {
    expect(merge(content).collisions).toEqual([{ path, message: expect.stringContaining('over the API') }]);
  });
});
