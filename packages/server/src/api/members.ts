import type { Result } from '@countersign/core';
import { directoryName, memberCreation, memberUpdate, type MemberView } from '@countersign/core/api-model';
import type { Refusal } from '../administration/model.ts';
import { createMember, deleteMember, updateMember, type MemberPlace } from '../administration/members.ts';
import { memberOf } from '../caller/role.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { MemberEntry, Snapshot } from '../snapshot/model.ts';
import { apiError, NO_CONTENT, refusalAnswer } from './answer.ts';
import { ownership, pageOf, type DirectoryDeps } from './directory.ts';
import { readBodyAs } from './json-body.ts';
import type { ApiCall } from './operation.ts';

/** Members of an organization: people, by login. */

/** Existing clients ask for both lists and join them: there is one, and both are it. */
const TYPES: readonly string[] = ['frontend', 'backend'];

/** GET /api/orgs/{org}/members */
export function getMembers(_deps: unknown, call: ApiCall): Answer {
  const page = pageOf(call, call.organization().directory.members, ['type']);
  if (!page.ok) return page.error;
  const { items, values, continuation } = page.value;
  if (values.type !== undefined && !TYPES.includes(values.type))
    return apiError(400, 'type is neither frontend nor backend.');
  return jsonAnswer(200, { members: items.map(viewOf), ...continuation });
}

/** POST /api/orgs/{org}/members/{login} `{role, email?, name?}`: 201 */
export async function postMember(deps: DirectoryDeps, call: ApiCall): Promise<Answer> {
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, memberCreation);
  if (!body.ok) return body.error;
  const place = placeOf(call);
  const login = directoryName.safeParse(place.login);
  if (!login.success) return apiError(400, `login: ${login.error.issues[0]?.message ?? 'expected a name'}`);
  const changed = await deps.change(call.author(), (world) =>
    createMember(world, place, body.value, deps.now()),
  );
  return memberAnswer(201, changed, place);
}

/** PATCH /api/orgs/{org}/members/{login} `{role? | fgaRoleId?, email?, name?}`: `null` and absence are unchanged. */
export async function patchMember(deps: DirectoryDeps, call: ApiCall): Promise<Answer> {
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, memberUpdate);
  if (!body.ok) return body.error;
  const place = placeOf(call);
  const changed = await deps.change(call.author(), (world) => updateMember(world, place, body.value));
  return memberAnswer(200, changed, place);
}

/** DELETE /api/orgs/{org}/members/{login}: 204, and their tokens of this organization are over. */
export async function removeMember(deps: DirectoryDeps, call: ApiCall): Promise<Answer> {
  const place = placeOf(call);
  const { principal } = call.caller;
  const self = principal.kind === 'user' ? memberOf(deps.snapshot(), principal) : undefined;
  const caller = self?.organization === place.organization ? self.login : undefined;
  const changed = await deps.change(call.author(), (world) => deleteMember(world, place, caller));
  return changed.ok ? NO_CONTENT : refusalAnswer(changed.error);
}

function placeOf(call: ApiCall): MemberPlace {
  return { organization: call.organization().name, login: call.parameter('login') };
}

function memberAnswer(
  status: 200 | 201,
  changed: Result<Snapshot, Refusal>,
  { organization, login }: MemberPlace,
): Answer {
  if (!changed.ok) return refusalAnswer(changed.error);
  const member = changed.value.organizations.get(organization)?.directory.members.get(login);
  if (!member) throw new Error('a member who was changed is not there');
  return jsonAnswer(status, viewOf(member));
}

function viewOf({ user, login, name, email, role, stored }: MemberEntry): MemberView {
  return {
    role,
    fgaRole: { id: role, name: role },
    user: { id: user, githubLogin: login, name: name ?? login, email: email ?? '', avatarUrl: '' },
    knownToPulumi: true,
    virtualAdmin: false,
    ...ownership(stored),
  };
}
