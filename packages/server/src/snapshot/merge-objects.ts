import { issuerKey } from '@countersign/core';
import type {
  Config,
  IssuerConfig,
  MemberConfig,
  OrganizationConfig,
  RunnerConfig,
  ServiceAccountConfig,
  StoredMark,
  TeamConfig,
} from '../config/model.ts';
import type { RuledProblem } from '../config/problem.ts';
import type { ObjectKind, StoredObject } from './stored-objects.ts';

/**
 * The file and what was created over the API, as one configuration: both are used alike. Neither may speak of what the
 * other owns; whatever stands on something that the file no longer has is left out until it comes back.
 */
export interface Merged {
  readonly config: Config;
  /** Objects of the API that have the name or the URL of one in the file. */
  readonly collisions: readonly RuledProblem[];
}

type Of<Kind extends ObjectKind> = Extract<StoredObject, { readonly kind: Kind }>;

export function mergeObjects(config: Config, objects: readonly StoredObject[]): Merged {
  if (objects.length === 0) return { config, collisions: [] };
  const collisions: RuledProblem[] = [];
  const created = ofKind(objects, 'organization');
  const declared = config.organizations.map((organization, index) => {
    const path = ['organizations', index];
    if (created.some(({ key }) => key === organization.name))
      collisions.push(collision(path, 'organization'));
    return withObjects(organization, objects, path, collisions);
  });
  const added = created
    .filter(({ key }) => !config.organizations.some(({ name }) => name === key))
    .map((one) => withObjects({ ...EMPTY, name: one.key, stored: markOf(one) }, objects, [], collisions));
  return { config: { ...config, organizations: [...declared, ...added] }, collisions };
}

/** What the file means where it names no organization: its own, and none that somebody creates later. */
export function declaredNames(organizations: readonly OrganizationConfig[]): readonly string[] {
  return organizations.filter(({ stored }) => stored === undefined).map(({ name }) => name);
}

const EMPTY = { members: [], teams: [], runners: [], issuers: [] } as const;

function withObjects(
  organization: OrganizationConfig,
  all: readonly StoredObject[],
  path: RuledProblem['path'],
  collisions: RuledProblem[],
): OrganizationConfig {
  const objects = all.filter((object) => object.organization === organization.name);
  const { members, runners, issuers, teams } = organization;
  const list = <T>(
    name: string,
    declared: readonly T[],
    added: readonly T[],
    isSame: Same<T>,
  ): readonly T[] => {
    for (const [index, one] of declared.entries()) {
      if (added.some((other) => isSame(one, other))) collisions.push(collision([...path, name, index], name));
    }
    return [...declared, ...added];
  };
  const people = list('members', members, ofKind(objects, 'member').map(memberOf), sameLogin);
  return {
    ...organization,
    members: people,
    teams: list(
      'teams',
      teams,
      ofKind(objects, 'team').map((team) => teamOf(team, people)),
      sameName,
    ),
    runners: list('runners', runners, ofKind(objects, 'runner').map(runnerOf), sameName),
    serviceAccounts: ofKind(objects, 'service_account').map(serviceAccountOf),
    issuers: list('issuers', issuers, issuersOf(objects), sameIssuer),
  };
}

type Same<T> = (one: T, other: T) => boolean;

const sameLogin: Same<MemberConfig> = (one, other) => one.login === other.login;
const sameName: Same<{ readonly name: string }> = (one, other) => one.name === other.name;
const sameIssuer: Same<IssuerConfig> = (one, other) =>
  one.name === other.name || issuerKey(one.url) === issuerKey(other.url);

function collision(path: RuledProblem['path'], kind: string): RuledProblem {
  const message = `expected another name: one of the ${kind} created over the API has this one already`;
  return { path, message: kind === 'issuers' ? `${message}, or its url` : message };
}

function ofKind<Kind extends ObjectKind>(objects: readonly StoredObject[], kind: Kind): readonly Of<Kind>[] {
  return objects.filter((object): object is Of<Kind> => object.kind === kind);
}

function markOf({ version, created, modified }: StoredObject): StoredMark {
  return { version, created, modified };
}

function memberOf(object: Of<'member'>): MemberConfig {
  return { login: object.key, ...object.document, stored: markOf(object) };
}

/** Whoever is no member any more is in no team either, and is again if they return. */
function teamOf(object: Of<'team'>, people: readonly MemberConfig[]): TeamConfig {
  const { displayName, description, members } = object.document;
  const known = members.filter(({ login }) => people.some((person) => person.login === login));
  return {
    name: object.key,
    displayName,
    description,
    members: known.map(({ login }) => login),
    admins: known.filter(({ role }) => role === 'admin').map(({ login }) => login),
    stored: markOf(object),
  };
}

function runnerOf(object: Of<'runner'>): RunnerConfig {
  return { ...object.document, stored: { ...markOf(object), id: object.key } };
}

function serviceAccountOf(object: Of<'service_account'>): ServiceAccountConfig {
  return { name: object.key, ...object.document, stored: markOf(object) };
}

function issuersOf(objects: readonly StoredObject[]): readonly IssuerConfig[] {
  const lists = ofKind(objects, 'policies');
  return ofKind(objects, 'issuer').map((object): IssuerConfig => {
    const { issuer, ...document } = object.document;
    const list = lists.find(({ key }) => key === object.key);
    const policies = list === undefined ? {} : { policies: markOf(list) };
    return {
      ...document,
      policies: list?.document.policies ?? [],
      stored: { ...markOf(object), id: object.key, issuer, ...policies },
    };
  });
}
