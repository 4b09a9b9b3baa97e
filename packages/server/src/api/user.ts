import { principalId, type Principal, type UserPrincipal } from '@countersign/core';
import type { Caller } from '../caller/caller.ts';
import { memberOf } from '../caller/role.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { Snapshot } from '../snapshot/model.ts';
import type { Reader } from '../storage/port.ts';
import { findMadeToken, parseMadeToken } from '../storage/repositories/made-tokens.ts';
import type { ApiCall } from './operation.ts';

/** GET /api/user: who a token makes its holder, in the shape that the Pulumi CLI reads. */

export interface UserDeps {
  readonly snapshot: () => Snapshot;
  readonly reader: Reader;
}

export async function getUser(deps: UserDeps, { caller }: ApiCall): Promise<Answer> {
  const name = await nameOf(deps, caller);
  return jsonAnswer(200, describe(deps.snapshot(), caller, name));
}

/** What the holders of a machine's token know it by: the name that it was given, else its id. */
async function nameOf({ reader }: UserDeps, { principal, token }: Caller): Promise<string> {
  if (token === undefined || principal.kind === 'user') return '';
  const rows = await reader.read(findMadeToken(token.id));
  // Nothing is decided by it: silent storage is no reason to answer nothing at all.
  const row = rows.ok ? rows.value[0] : undefined;
  return (row && parseMadeToken(row).name) ?? token.id;
}

function describe(
  snapshot: Snapshot,
  { principal }: Caller,
  name: string,
): Readonly<Record<string, unknown>> {
  switch (principal.kind) {
    case 'administrator':
      return user(principal, 'administrator', {});
    case 'organization':
      return machine(principal, principal.organization, {
        name,
        organization: principal.organization,
      });
    case 'runner':
      return machine(principal, principal.organization, {
        name,
        organization: principal.organization,
      });
    case 'service':
      return machine(principal, principal.organization, { name, organization: principal.organization });
    case 'team':
      return machine(principal, principal.organization, {
        name,
        organization: principal.organization,
        team: principal.team,
      });
    case 'user':
      return person(snapshot, principal);
  }
}

/** For machine tokens `githubLogin` is the organization's name; the client refuses an empty one. */
function machine(
  principal: Principal,
  organization: string,
  tokenInfo: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  return {
    ...user(principal, organization, { organizations: [membership(organization, 'member')] }),
    tokenInfo,
  };
}

function person(snapshot: Snapshot, principal: UserPrincipal): Readonly<Record<string, unknown>> {
  const member = memberOf(snapshot, principal);
  const organizations = member ? [membership(member.organization, member.role)] : [];
  return user(principal, principal.login ?? principal.user, {
    organizations,
    ...(principal.name === undefined ? {} : { name: principal.name }),
    ...(principal.email === undefined ? {} : { email: principal.email }),
  });
}

function membership(organization: string, role: string): Readonly<Record<string, string>> {
  return { name: organization, githubLogin: organization, avatarUrl: '', role };
}

function user(
  principal: Principal,
  login: string,
  members: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return {
    id: principalId(principal),
    githubLogin: login,
    name: login,
    email: '',
    avatarUrl: '',
    organizations: [],
    identities: [],
    ...members,
  };
}
