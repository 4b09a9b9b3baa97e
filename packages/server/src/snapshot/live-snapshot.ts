import { ok, type Result } from '@countersign/core';
import type { Logger } from '../adapters/ports.ts';
import type { Reader } from '../storage/port.ts';
import type { Snapshot } from './model.ts';
import { celConditions, compileWorld, conditionsFor, loadStored, type World } from './world.ts';

/**
 * The world that is in force, swapped whole. Whoever answers a request takes its snapshot once; whoever changes
 * something begins with {@link LiveSnapshot.world} and commits on that version or not at all.
 */
export interface LiveSnapshot {
  readonly current: () => Snapshot;
  readonly world: () => World;
  /** Puts a world in force, unless a later one is already. */
  readonly swap: (world: World) => void;
  /**
   * Reads what is stored and puts it in force. What does not compile beside this process's file leaves the last good
   * one standing: a world that nobody has proved is worse than one that is a little old.
   */
  readonly reload: () => Promise<Result<void, 'unavailable'>>;
}

export interface LiveSnapshotDeps {
  readonly reader: Reader;
  readonly logger: Logger;
}

export function createLiveSnapshot({ reader, logger }: LiveSnapshotDeps, first: World): LiveSnapshot {
  let world = first;
  const swap = (next: World): void => {
    if (next.version >= world.version) world = next;
  };
  return {
    current: () => world.snapshot,
    world: () => world,
    swap,
    async reload() {
      const stored = await loadStored(reader);
      if (!stored.ok) return stored;
      if (stored.value.version <= world.version) return ok(undefined);
      const { file } = world;
      const conditions = await conditionsFor(file, stored.value.objects, celConditions);
      const compiled = compileWorld(file, stored.value, conditions);
      if (compiled.ok) swap(compiled.value);
      else {
        logger.error(
          'what was created over the API does not fit the file; the last good state stays in force',
          {
            problems: compiled.error.length,
            first: compiled.error[0]?.message,
          },
        );
      }
      return ok(undefined);
    },
  };
}
