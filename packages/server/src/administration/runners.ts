import { err, ok, principalId, type Result } from '@countersign/core';
import type { AgentPoolCreation, AgentPoolUpdate } from '@countersign/core/api-model';
import type { OrganizationDirectory } from '../snapshot/model.ts';
import type { ObjectContent, RunnerDocument } from '../snapshot/stored-objects.ts';
import type { World } from '../snapshot/world.ts';
import type { MintedMade } from './made-token.ts';
import type { Edit, Ending, Refused } from './model.ts';
import { runnerPrincipal } from './runner-token.ts';
import { declared, directoryOf, endsEarlier, storedObject } from './stored-thing.ts';

/** Runners over the API, where they are called agent pools: each is made together with the token that it works with. */

export interface RunnerPlace {
  readonly organization: string;
  /** `run_…` */
  readonly id: string;
}

/** Runner and token are one commit: neither is ever there without the other. */
export function createRunner(
  world: World,
  place: RunnerPlace,
  { name, description }: AgentPoolCreation,
  { record, statements }: Pick<MintedMade, 'record' | 'statements'>,
): Result<Edit, Refused> {
  const { organization, id } = place;
  const directory = directoryOf(world, organization);
  if (!directory.ok) return directory;
  const fault = nameFault(directory.value, name);
  if (fault) return err(fault);
  return ok({
    put: [runnerObject(place, { name, description: description ?? '' })],
    // By the second of the very token: it is the first that is not over.
    revoke: [endsEarlier(tokensOf(organization, name), record.issuedAt)],
    more: statements,
    event: 'runner.created',
    detail: { runner: id, name, token: record.id },
  });
}

/**
 * `null` and absence are unchanged. Tokens speak as the name: with the name they end, and the one that was made with the
 * runner too, for a name that is free again may be given to another.
 */
export function updateRunner(
  world: World,
  place: RunnerPlace,
  request: AgentPoolUpdate,
  now: number,
): Result<Edit, Refused> {
  const found = ownedRunner(world, place);
  if (!found.ok) return found;
  const { directory, document: before } = found.value;
  const name = request.name ?? before.name;
  const isRenamed = name !== before.name;
  const fault = isRenamed ? nameFault(directory, name) : undefined;
  if (fault) return err(fault);
  const { organization, id } = place;
  const endings = [tokensOf(organization, before.name), endsEarlier(tokensOf(organization, name), now)];
  return ok({
    put: [runnerObject(place, { name, description: request.description ?? before.description })],
    ...(isRenamed ? { revoke: endings } : {}),
    event: 'runner.updated',
    detail: { runner: id, name, ...(isRenamed ? { was: before.name } : {}) },
  });
}

/** Its tokens end with it, for good. */
export function deleteRunner(world: World, place: RunnerPlace): Result<Edit, Refused> {
  const found = ownedRunner(world, place);
  if (!found.ok) return found;
  const { organization, id } = place;
  const { name } = found.value.document;
  return ok({
    remove: [{ organization, kind: 'runner', key: id }],
    revoke: [tokensOf(organization, name)],
    event: 'runner.deleted',
    detail: { runner: id, name },
  });
}

/** A scope names a runner by name or id: a name that looks like an id could be taken for somebody else's. */
const LIKE_AN_ID = /^run_[0-9A-Z]{26}$/;

function nameFault({ runners }: OrganizationDirectory, name: string): Refused | undefined {
  if (LIKE_AN_ID.test(name)) return { kind: 'invalid', message: 'name: expected a name, and not an id' };
  if (!runners.has(name)) return undefined;
  return { kind: 'taken', message: 'There is an agent pool with this name already.' };
}

interface OwnedRunner {
  readonly directory: OrganizationDirectory;
  readonly document: RunnerDocument;
}

function ownedRunner(world: World, { organization, id }: RunnerPlace): Result<OwnedRunner, Refused> {
  const directory = directoryOf(world, organization);
  if (!directory.ok) return directory;
  if (!directory.value.runnersById.has(id)) return err({ kind: 'absent', message: 'No such agent pool.' });
  const stored = storedObject(world, organization, 'runner', id);
  return stored ? ok({ directory: directory.value, document: stored.document }) : err(declared('agent pool'));
}

function tokensOf(organization: string, runner: string): Ending {
  return { by: 'principal', value: principalId(runnerPrincipal(organization, runner)) };
}

function runnerObject({ organization, id: key }: RunnerPlace, document: RunnerDocument): ObjectContent {
  return { organization, kind: 'runner', key, document };
}
