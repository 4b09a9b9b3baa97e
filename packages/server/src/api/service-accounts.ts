import { principalId, type Result } from '@countersign/core';
import { serviceAccountCreation, serviceAccountUpdate } from '@countersign/core/api-model';
import type { Refusal } from '../administration/model.ts';
import {
  createServiceAccount,
  deleteServiceAccount,
  servicePrincipal,
  updateServiceAccount,
  type ServiceAccountPlace,
} from '../administration/service-accounts.ts';
import type { ServiceAccountConfig } from '../config/model.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { Snapshot } from '../snapshot/model.ts';
import { apiError, NO_CONTENT, refusalAnswer } from './answer.ts';
import type { DirectoryDeps } from './directory.ts';
import { readBodyAs } from './json-body.ts';
import type { ApiCall } from './operation.ts';
import { timeText } from './time-text.ts';

/** Service accounts of an organization: made, changed, disabled and deleted by its administrators. */

/** GET /api/orgs/{org}/service-accounts */
export function getServiceAccounts(_deps: unknown, call: ApiCall): Answer {
  const { name, directory } = call.organization();
  const accounts = [...directory.serviceAccounts.values()];
  return jsonAnswer(200, { serviceAccounts: accounts.map((account) => viewOf(name, account)) });
}

/** GET /api/orgs/{org}/service-accounts/{name} */
export function getServiceAccount(_deps: unknown, call: ApiCall): Answer {
  const { name, directory } = call.organization();
  const account = directory.serviceAccounts.get(call.parameter('name'));
  return account ? jsonAnswer(200, viewOf(name, account)) : NO_ACCOUNT;
}

/** POST /api/orgs/{org}/service-accounts `{name, description?, claims?}` */
export async function postServiceAccount(deps: DirectoryDeps, call: ApiCall): Promise<Answer> {
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, serviceAccountCreation);
  if (!body.ok) return body.error;
  const organization = call.organization().name;
  const changed = await deps.change(call.author(), (world) =>
    createServiceAccount(world, organization, body.value, deps.now()),
  );
  return accountAnswer(changed, { organization, name: body.value.name });
}

/** PATCH /api/orgs/{org}/service-accounts/{name} `{description?, disabled?}` */
export async function patchServiceAccount(deps: DirectoryDeps, call: ApiCall): Promise<Answer> {
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, serviceAccountUpdate);
  if (!body.ok) return body.error;
  const place = placeOf(call);
  const changed = await deps.change(call.author(), (world) => updateServiceAccount(world, place, body.value));
  return accountAnswer(changed, place);
}

/** DELETE /api/orgs/{org}/service-accounts/{name}: 204, and its tokens are over for good. */
export async function removeServiceAccount(deps: DirectoryDeps, call: ApiCall): Promise<Answer> {
  const changed = await deps.change(call.author(), (world) => deleteServiceAccount(world, placeOf(call)));
  return changed.ok ? NO_CONTENT : refusalAnswer(changed.error);
}

export const NO_ACCOUNT = apiError(404, 'No such service account.');

export function placeOf(call: ApiCall): ServiceAccountPlace {
  return { organization: call.organization().name, name: call.parameter('name') };
}

function accountAnswer(
  changed: Result<Snapshot, Refusal>,
  { organization, name }: ServiceAccountPlace,
): Answer {
  if (!changed.ok) return refusalAnswer(changed.error);
  const account = changed.value.organizations.get(organization)?.directory.serviceAccounts.get(name);
  if (!account) throw new Error('a service account that was changed is not there');
  return jsonAnswer(200, viewOf(organization, account));
}

function viewOf(organization: string, { name, description, claims, disabled, stored }: ServiceAccountConfig) {
  return {
    name,
    principal: principalId(servicePrincipal({ organization, name })),
    description,
    claims,
    disabled,
    created: timeText(stored.created),
    modified: timeText(stored.modified),
  };
}
