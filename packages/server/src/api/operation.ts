import { principalId } from '@countersign/core';
import type { Author } from '../administration/model.ts';
import { identifyCaller, type Caller, type CallerDeps } from '../caller/caller.ts';
import { looksAfterTeam, roleIn, type Role } from '../caller/role.ts';
import type { Answer, ServiceRequest } from '../http/message.ts';
import type { Organization } from '../snapshot/model.ts';
import { apiError, callerError } from './answer.ts';

/**
 * The management API: operations as data. Who may call what is a column of the list and is enforced here, once; a
 * handler is never reached by somebody who may not, and says nothing about what the caller may not know exists.
 */
export interface Operation<Deps> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Segments; one that begins with `:` matches any single segment. `:org` is the organization whose role counts. */
  readonly path: string;
  /** S site administrator, A organization admin, M member, T organization, team or runner token. */
  readonly roles: readonly Role[];
  /** Also members who look after the team that `:team` names. */
  readonly teamAdmins?: true;
  readonly handle: (deps: Deps, call: ApiCall) => Answer | Promise<Answer>;
}

/** A call by somebody who may make it. */
export interface ApiCall {
  readonly request: ServiceRequest;
  readonly caller: Caller;
  readonly role: Role;
  /** The organization of the path. Asked for on a path without one: a fault. */
  readonly organization: () => Organization;
  readonly parameter: (name: string) => string;
  /** Who changes what, for the trail. */
  readonly author: () => Author;
}

/** Identifies the caller, holds the role against the operation's, then lets the handler answer. */
export async function callOperation<Deps extends CallerDeps>(
  operation: Operation<Deps>,
  deps: Deps,
  request: ServiceRequest,
  parameters: Readonly<Record<string, string>>,
): Promise<Answer> {
  const caller = await identifyCaller(deps, request);
  if (!caller.ok) return callerError(caller.error, deps.failures.wait(request.remoteAddress));
  const snapshot = deps.snapshot();
  const name = parameters['org'];
  const role =
    name === undefined ? roleAtLarge(caller.value) : roleIn(snapshot, caller.value.principal, name);
  // A foreign organization and one that does not exist read the same to everybody but the site administrator.
  const organization = name === undefined ? undefined : snapshot.organizations.get(name);
  if (role === undefined) return apiError(403, FORBIDDEN);
  const isTeamAdmin =
    operation.teamAdmins === true &&
    looksAfterTeam(snapshot, caller.value.principal, name ?? '', parameters['team'] ?? '');
  if (!operation.roles.includes(role) && !isTeamAdmin) return apiError(403, FORBIDDEN);
  if (name !== undefined && !organization) return apiError(404, 'No such organization.');
  const known = (): Organization => {
    if (!organization) throw new Error('an operation without :org asked for its organization');
    return organization;
  };
  return operation.handle(deps, {
    request,
    caller: caller.value,
    role,
    organization: known,
    parameter: (parameter) => parameters[parameter] ?? '',
    author: () => ({ organization: known().name, actor: principalId(caller.value.principal) }),
  });
}

const FORBIDDEN = 'The caller may not do this.';

/** Where no organization is in the path: what a caller is to their own. */
function roleAtLarge({ principal }: Caller): Role {
  if (principal.kind === 'administrator') return 'S';
  if (principal.kind === 'organization' && principal.admin) return 'A';
  return principal.kind === 'user' ? 'M' : 'T';
}
