import { principalId, type Principal, type UserPrincipal } from '@countersign/core';
import type { Caller } from '../caller/caller.ts';
import { memberOf } from '../caller/role.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { Snapshot } from '../snapshot/model.ts';
import type { ApiCall } from './operation.ts';

/** GET /api/user: who a token makes its holder, in the shape that the Pulumi CLI reads. */

export function getUser(deps: { readonly snapshot: () => Snapshot }, { caller }: ApiCall): Answer {
  return jsonAnswer(200, describe(deps.snapshot(), caller));
}

function describe(snapshot: Snapshot, { principal, token }: Caller): Readonly<Record<string, unknown>> {
  switch (principal.kind) {
    case 'administrator':
      return user(principal, 'administrator', {});
    case 'organization':
      return machine(principal, principal.organization, {
        name: token?.id ?? '',
        organization: principal.organization,
      });
    case 'runner':
      return machine(principal, principal.organization, {
        name: token?.id ?? '',
        organization: principal.organization,
      });
    case 'team':
      return machine(principal, principal.organization, {
        name: token?.id ?? '',
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
