import { principalId } from '@countersign/core';
import { organizationCreation, type OrganizationView } from '@countersign/core/api-model';
import { createOrganization, deleteOrganization } from '../administration/organizations.ts';
import { memberOf } from '../caller/role.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { Organization, Snapshot } from '../snapshot/model.ts';
import { apiError, NO_CONTENT, refusalAnswer } from './answer.ts';
import { ownership, pageOf, type DirectoryDeps } from './directory.ts';
import { readBodyAs } from './json-body.ts';
import type { ApiCall } from './operation.ts';

/** Organizations: those of the file, and those that the site administrator makes and deletes. */

/** GET /api/orgs */
export function getOrganizations(deps: DirectoryDeps, call: ApiCall): Answer {
  const page = pageOf(call, deps.snapshot().organizations, []);
  if (!page.ok) return page.error;
  const { items, continuation } = page.value;
  return jsonAnswer(200, { organizations: items.map(viewOf), ...continuation });
}

/** GET /api/orgs/{org} */
export function getOrganization(_deps: unknown, call: ApiCall): Answer {
  return jsonAnswer(200, viewOf(call.organization()));
}

/** POST /api/orgs `{name}`: 201 */
export async function postOrganization(deps: DirectoryDeps, call: ApiCall): Promise<Answer> {
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, organizationCreation);
  if (!body.ok) return body.error;
  const { name } = body.value;
  const author = { organization: name, actor: principalId(call.caller.principal) };
  const changed = await deps.change(author, (world) => createOrganization(world, name, deps.now()));
  if (!changed.ok) return refusalAnswer(changed.error);
  const organization = changed.value.organizations.get(name);
  if (!organization) throw new Error('an organization that was created is not there');
  return jsonAnswer(201, viewOf(organization));
}

/** DELETE /api/orgs/{org}: 204, and everything in it and every token of it is over. */
export async function removeOrganization(deps: DirectoryDeps, call: ApiCall): Promise<Answer> {
  const { name } = call.organization();
  const changed = await deps.change(call.author(), (world) => deleteOrganization(world, name));
  return changed.ok ? NO_CONTENT : refusalAnswer(changed.error);
}

function viewOf({ name, stored }: Organization): OrganizationView {
  return { name, githubLogin: name, avatarUrl: '', ...ownership(stored) };
}

/**
 * GET /api/user/organizations/default: the one organization that the caller belongs to, in the capitals that existing
 * clients expect; 404 when there is none.
 */
export function getDefaultOrganization(
  deps: { readonly snapshot: () => Snapshot },
  { caller: { principal } }: ApiCall,
): Answer {
  const name =
    principal.kind === 'user'
      ? memberOf(deps.snapshot(), principal)?.organization
      : principal.kind === 'administrator'
        ? undefined
        : principal.organization;
  return name === undefined
    ? apiError(404, 'There is no default organization.')
    : jsonAnswer(200, { GitHubLogin: name, Messages: [] });
}

/** GET /api/capabilities: none of the optional features that existing clients ask for. */
export function getCapabilities(): Answer {
  return jsonAnswer(200, { capabilities: [] });
}
