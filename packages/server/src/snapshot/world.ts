import { err, ok, type ConditionCompiler, type Result } from '@countersign/core';
import type { Config } from '../config/model.ts';
import type { RuledProblem } from '../config/problem.ts';
import type { Reader } from '../storage/port.ts';
import {
  objectsPage,
  objectsVersion,
  parseObject,
  parseObjectsVersion,
  type ObjectKey,
} from '../storage/repositories/objects.ts';
import { compileSnapshot } from './compile.ts';
import { mergeObjects } from './merge-objects.ts';
import type { Snapshot } from './model.ts';
import { readStoredObject, type StoredObject } from './stored-objects.ts';

/** What is in force, with what it was made from: a change begins with one world and ends with the next. */
export interface World extends Stored {
  /** As the file declares it. */
  readonly file: Config;
  readonly snapshot: Snapshot;
}

/** What was created over the API, as of one version. */
export interface Stored {
  readonly objects: readonly StoredObject[];
  /** One more with every change of any of them. */
  readonly version: number;
}

/** All or nothing; problems have the paths of the merged configuration, collisions those of the file. */
export function compileWorld(
  file: Config,
  stored: Stored,
  conditions: ConditionCompiler | undefined,
): Result<World, readonly RuledProblem[]> {
  const { config, collisions } = mergeObjects(file, stored.objects);
  if (collisions.length > 0) return err(collisions);
  const compiled = compileSnapshot(config, { conditions });
  return compiled.ok ? ok({ file, ...stored, snapshot: compiled.value }) : compiled;
}

/** The engine of conditions is large, and loaded only where somebody has written one. */
export type LoadConditions = () => Promise<ConditionCompiler>;

export async function celConditions(): Promise<ConditionCompiler> {
  return (await import('@countersign/core/condition')).celConditions;
}

/** What of it the policies of a world need. */
export async function conditionsFor(
  file: Config,
  objects: readonly StoredObject[],
  load: LoadConditions,
): Promise<ConditionCompiler | undefined> {
  const declared = file.organizations.flatMap(({ issuers }) => issuers);
  const created = objects.flatMap((object) => (object.kind === 'policies' ? [object.document] : []));
  const policies = [...declared, ...created].flatMap((owner) => owner.policies);
  return policies.some(({ condition }) => condition !== undefined) ? load() : undefined;
}

/** Rows of one read. */
const PAGE = 500;

/** Reads before they are given up: somebody changes them all the time. */
const ATTEMPTS = 5;

/** All objects as of one version: read again when it has moved meanwhile. */
export async function loadStored(reader: Reader): Promise<Result<Stored, 'unavailable'>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await reader.read(objectsVersion());
    const objects = await loadObjects(reader);
    const after = await reader.read(objectsVersion());
    if (!before.ok || !objects.ok || !after.ok) break;
    const version = parseObjectsVersion(after.value[0]);
    if (version === parseObjectsVersion(before.value[0])) return ok({ objects: objects.value, version });
  }
  return err('unavailable');
}

async function loadObjects(reader: Reader): Promise<Result<readonly StoredObject[], 'unavailable'>> {
  const objects: StoredObject[] = [];
  let after: ObjectKey | undefined;
  for (;;) {
    const page = await reader.read(objectsPage(after, PAGE));
    if (!page.ok) return page;
    const rows = page.value.map(parseObject);
    objects.push(...rows.map(readStoredObject));
    after = rows.at(-1);
    if (rows.length < PAGE) return ok(objects);
  }
}
