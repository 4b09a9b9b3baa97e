import { err, ok, type Problem, type Result } from '@countersign/core';
import type { Clock, Logger } from '../adapters/ports.ts';
import { canonicalJson } from '../audit/canonical-json.ts';
import type { Decisions } from '../audit/port.ts';
import { formatPath } from '../config/problem.ts';
import type { LiveSnapshot } from '../snapshot/live-snapshot.ts';
import { objectName, objectRow, type ObjectContent, type StoredObject } from '../snapshot/stored-objects.ts';
import { compileWorld, conditionsFor, type LoadConditions, type World } from '../snapshot/world.ts';
import type { Unit } from '../storage/port.ts';
import { insertChange } from '../storage/repositories/changes.ts';
import { insertMassRevocation } from '../storage/repositories/mass-revocations.ts';
import { deleteObject, nextObjectsVersion, putObject } from '../storage/repositories/objects.ts';
import { insertPolicySet } from '../storage/repositories/policy-sets.ts';
import { createTurns } from '../storage/turns.ts';
import type { MassRevocations } from '../tokens/mass-revocations.ts';
import type { MassRevocation } from '../tokens/model.ts';
import type { Author, Change, Decide, Edit, Refusal } from './model.ts';

export interface ChangeDeps {
  readonly live: LiveSnapshot;
  readonly decisions: Pick<Decisions, 'changed'>;
  readonly massRevocations: Pick<MassRevocations, 'add'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly loadConditions: LoadConditions;
}

/** Times that a change is decided anew because another process came first. */
const ATTEMPTS = 5;

/** Objects of all organizations together: each change compiles them all. */
export const MAX_OBJECTS = 20_000;

/** Decides, compiles, commits, swaps. Changes of one process queue; those of others are found by the version. */
export function createChange(deps: ChangeDeps): Change {
  const inTurn = createTurns();
  const attempt = async (author: Author, decide: Decide): Promise<ReturnType<Change> | 'conflict'> => {
    const world = deps.live.world();
    const edit = decide(world);
    if (!edit.ok) return edit;
    const now = deps.clock.now();
    const next = await nextWorld(deps, world, edit.value, now);
    if (!next.ok) return next;
    return commit(deps, author, { world, next: next.value, edit: edit.value, now });
  };
  return (author, decide) =>
    inTurn(async () => {
      for (let tries = 0; tries < ATTEMPTS; tries += 1) {
        const done = await attempt(author, decide);
        if (done !== 'conflict') return done;
        // Somebody else was first: what they have made is what has to be decided on.
        const reloaded = await deps.live.reload();
        if (!reloaded.ok) break;
      }
      return err({ kind: 'unavailable' });
    });
}

async function nextWorld(
  { loadConditions }: ChangeDeps,
  { file, objects, version }: World,
  { put = [], remove = [] }: Edit,
  now: number,
): Promise<Result<World, Refusal>> {
  const changed = new Set([...put, ...remove].map(objectName));
  const before = new Map(objects.map((object) => [objectName(object), object]));
  const kept = objects.filter((object) => !changed.has(objectName(object)));
  const next = [...kept, ...put.map((content) => stored(content, before.get(objectName(content)), now))];
  if (next.length > MAX_OBJECTS && put.length > remove.length) {
    return err({ kind: 'invalid', message: `There are ${MAX_OBJECTS} objects already; that is the most.` });
  }
  const conditions = await conditionsFor(file, next, loadConditions);
  const compiled = compileWorld(file, { objects: next, version: version + 1 }, conditions);
  return compiled.ok ? compiled : err({ kind: 'invalid', message: messageOf(compiled.error) });
}

function stored(content: ObjectContent, before: StoredObject | undefined, now: number): StoredObject {
  return {
    ...content,
    version: (before?.version ?? 0) + 1,
    created: before?.created ?? now,
    modified: now,
  };
}

/** What else would have been found when the file was read: a policy test that fails, say. */
function messageOf(problems: readonly Problem[]): string {
  return problems.map(({ path, message }) => `${formatPath(path)}: ${message}`).join('; ');
}

interface Commit {
  readonly world: World;
  readonly next: World;
  readonly edit: Edit;
  /** Epoch milliseconds. */
  readonly now: number;
}

async function commit(
  deps: ChangeDeps,
  { organization, actor }: Author,
  { world, next, edit, now }: Commit,
): Promise<ReturnType<Change> | 'conflict'> {
  const at = Math.floor(now / 1000);
  const revocations = (edit.revoke ?? []).map((one) => ({ organization, before: at, ...one }));
  const { event, detail } = edit;
  const written = await deps.decisions.changed({ event, time: now, actor, organization, detail }, [
    nextObjectsVersion(world.version),
    ...rowsOf(edit, next),
    ...newPolicySets(world, next, at),
    ...revocations.flatMap((revocation) => rowsOfRevocation(revocation, at)),
    ...(edit.more ?? []),
    insertChange('objects.changed', { version: next.version }, at),
  ]);
  if (!written.ok) return written.error === 'conflict' ? 'conflict' : err({ kind: 'unavailable' });
  for (const revocation of revocations) deps.massRevocations.add(revocation);
  deps.live.swap(next);
  deps.logger.info('changed over the API', { event, organization, actor, version: next.version });
  return ok(next.snapshot);
}

function rowsOf({ put = [], remove = [] }: Edit, next: World): Unit {
  const written = new Set(put.map(objectName));
  const rows = next.objects.filter((object) => written.has(objectName(object))).map(objectRow);
  return [...remove.map(deleteObject), ...rows.map(putObject)];
}

/** In the same commit: a decision never cites a document that a crash could lose. */
function newPolicySets(world: World, next: World, at: number): Unit {
  return [...next.snapshot.policySets]
    .filter(([hash]) => !world.snapshot.policySets.has(hash))
    .map(([hash, document]) => insertPolicySet(hash, canonicalJson(document), at));
}

function rowsOfRevocation(revocation: MassRevocation, at: number): Unit {
  const { organization, by, value, before } = revocation;
  return [
    insertMassRevocation(revocation, at),
    insertChange('tokens.revoked', { organization, by, value, before }, at),
  ];
}
