import type { ObjectContent } from '../../snapshot/stored-objects.ts';
import { acme, configOf } from '../../snapshot/testing/from-file.ts';
import { compileWorld, type World } from '../../snapshot/world.ts';
import type { Edit } from '../model.ts';

/** Worlds for tests of changes: the file of one organization, and what the API is to have made beside it. */

const MARK = { version: 1, created: 1, modified: 1 };

export function worldOf(objects: readonly ObjectContent[], file: object = acme()): World {
  const stored = objects.map((content) => ({ ...content, ...MARK }));
  const world = compileWorld(configOf(file), { objects: stored, version: 1 }, undefined);
  if (!world.ok) throw new Error(JSON.stringify(world.error));
  return world.value;
}

/** The world that an edit makes of another; it has to compile. */
export function worldAfter(
  { objects }: World,
  { put = [], remove = [] }: Edit,
  file: object = acme(),
): World {
  const changed = [...put, ...remove].map(({ organization, kind, key }) => `${organization} ${kind} ${key}`);
  const kept = objects.filter(
    ({ organization, kind, key }) => !changed.includes(`${organization} ${kind} ${key}`),
  );
  return worldOf([...kept, ...put], file);
}

export const made = {
  organization: (name: string): ObjectContent => ({
    organization: name,
    kind: 'organization',
    key: name,
    document: {},
  }),
  member: (organization: string, login: string, person: object = {}): ObjectContent => ({
    organization,
    kind: 'member',
    key: login,
    document: { role: 'member', ...person },
  }),
  /** Everybody in it looks after it. */
  team: (organization: string, name: string, ...logins: readonly string[]): ObjectContent => ({
    organization,
    kind: 'team',
    key: name,
    document: {
      displayName: name,
      description: '',
      members: logins.map((login) => ({ login, role: 'admin' })),
    },
  }),
  serviceAccount: (organization: string, name: string, document: object = {}): ObjectContent => ({
    organization,
    kind: 'service_account',
    key: name,
    document: { description: '', claims: {}, disabled: false, ...document },
  }),
  runner: (organization: string, id: string, name: string): ObjectContent => ({
    organization,
    kind: 'runner',
    key: id,
    document: { name, description: '' },
  }),
};
