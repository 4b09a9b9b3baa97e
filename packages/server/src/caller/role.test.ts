import { describe, expect, it } from 'vitest';
import type { Directory, Principal } from '@countersign/core';
import type { Organization, Snapshot } from '../snapshot/model.ts';
import { roleIn } from './role.ts';

const directory = (organization: string): Directory => ({
  organization,
  members: new Map([
    ['ada', { user: 'usr_ada', login: 'ada', role: 'admin' }],
    ['bob', { user: 'usr_bob', login: 'bob', role: 'member' }],
  ]),
  teams: new Map(),
  runners: new Set(),
  resources: new Set(),
});
const organization = (name: string) => [name, { name, directory: directory(name) }] as const;
const snapshot = {
  organizations: new Map([organization('acme'), organization('other')]),
} as unknown as Snapshot & {
  organizations: Map<string, Organization>;
};
const byOrganization = (name: string) => ({ kind: 'organization', organization: name }) as const;
const person = (login: string, user: string, by: string): Principal => ({
  kind: 'user',
  user,
  login,
  groups: [],
  vouchedBy: byOrganization(by),
});

describe('roleIn', () => {
  const table: readonly [string, Principal, string | undefined, string | undefined][] = [
    ['the site administrator', { kind: 'administrator', vouchedBy: { kind: 'server' } }, 'S', 'S'],
    ['an admin', person('ada', 'usr_ada', 'acme'), 'A', undefined],
    ['a member', person('bob', 'usr_bob', 'acme'), 'M', undefined],
    ['a login that is not the member it names', person('ada', 'usr_else', 'acme'), undefined, undefined],
    [
      'an organization token',
      { kind: 'organization', organization: 'acme', admin: false, vouchedBy: byOrganization('acme') },
      'T',
      undefined,
    ],
    [
      'an admin organization token',
      { kind: 'organization', organization: 'acme', admin: true, vouchedBy: byOrganization('acme') },
      'A',
      undefined,
    ],
    [
      'a team',
      { kind: 'team', organization: 'acme', team: 't', vouchedBy: byOrganization('acme') },
      'T',
      undefined,
    ],
    [
      'a runner',
      { kind: 'runner', organization: 'acme', runner: 'r', vouchedBy: byOrganization('acme') },
      'T',
      undefined,
    ],
    [
      'a person of a provider who bears the very name of a member',
      {
        kind: 'user',
        user: 'usr_ada',
        login: 'ada',
        groups: [],
        vouchedBy: { kind: 'identity_provider', provider: 'corp', organizations: ['acme', 'other'] },
      },
      undefined,
      undefined,
    ],
    [
      'a person of a provider with the email and login of an admin',
      {
        kind: 'user',
        user: 'corp/1',
        login: 'ada',
        groups: [],
        vouchedBy: { kind: 'identity_provider', provider: 'corp', organizations: ['acme', 'other'] },
      },
      undefined,
      undefined,
    ],
  ];
  it.each(table)('%s is what the table says, at home and abroad', (_name, principal, own, foreign) => {
    expect(roleIn(snapshot, principal, 'acme')).toBe(own);
    expect(roleIn(snapshot, principal, 'other')).toBe(foreign);
  });
});
