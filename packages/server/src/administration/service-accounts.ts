import { err, ok, principalId, type Principal, type Result } from '@countersign/core';
import type { ServiceAccountCreation, ServiceAccountUpdate } from '@countersign/core/api-model';
import type { ObjectContent, ServiceAccountDocument } from '../snapshot/stored-objects.ts';
import type { World } from '../snapshot/world.ts';
import type { Edit, Ending, Refused } from './model.ts';
import { directoryOf, endsEarlier, storedObject } from './stored-thing.ts';

/**
 * Service accounts: machines of an organization that no issuer vouches for. What they may is written where all rights
 * are, in the policies of routes; here they get a name, and lose it with everything that was given to it.
 */

export interface ServiceAccountPlace {
  readonly organization: string;
  readonly name: string;
}

/** `now` in epoch seconds. */
export function createServiceAccount(
  world: World,
  organization: string,
  { name, description, claims }: ServiceAccountCreation,
  now: number,
): Result<Edit, Refused> {
  const directory = directoryOf(world, organization);
  if (!directory.ok) return directory;
  if (directory.value.serviceAccounts.has(name))
    return err({ kind: 'taken', message: 'There is a service account with this name already.' });
  const place = { organization, name };
  return ok({
    put: [accountObject(place, { description: description ?? '', claims: claims ?? {}, disabled: false })],
    revoke: [endsEarlier(tokensOf(place), now)],
    event: 'service_account.created',
    detail: { name },
  });
}

/** `null` and absence are unchanged. Claims never change: tokens carry those that their account was made with. */
export function updateServiceAccount(
  world: World,
  place: ServiceAccountPlace,
  { description, disabled }: ServiceAccountUpdate,
): Result<Edit, Refused> {
  const found = storedAccount(world, place);
  if (!found.ok) return found;
  const before = found.value;
  const document = {
    ...before,
    description: description ?? before.description,
    disabled: disabled ?? before.disabled,
  };
  return ok({
    put: [accountObject(place, document)],
    event: 'service_account.updated',
    detail: { name: place.name, disabled: document.disabled },
  });
}

/** Its tokens end with it, for good. */
export function deleteServiceAccount(world: World, place: ServiceAccountPlace): Result<Edit, Refused> {
  const found = storedAccount(world, place);
  if (!found.ok) return found;
  const { organization, name } = place;
  return ok({
    remove: [{ organization, kind: 'service_account', key: name }],
    revoke: [tokensOf(place)],
    event: 'service_account.deleted',
    detail: { name },
  });
}

export function servicePrincipal({ organization, name }: ServiceAccountPlace): Principal {
  return { kind: 'service', organization, service: name, vouchedBy: { kind: 'organization', organization } };
}

function storedAccount(
  world: World,
  { organization, name }: ServiceAccountPlace,
): Result<ServiceAccountDocument, Refused> {
  const directory = directoryOf(world, organization);
  if (!directory.ok) return directory;
  const stored = storedObject(world, organization, 'service_account', name);
  return stored ? ok(stored.document) : err({ kind: 'absent', message: 'No such service account.' });
}

function tokensOf(place: ServiceAccountPlace): Ending {
  return { by: 'principal', value: principalId(servicePrincipal(place)) };
}

function accountObject(
  { organization, name: key }: ServiceAccountPlace,
  document: ServiceAccountDocument,
): ObjectContent {
  return { organization, kind: 'service_account', key, document };
}
