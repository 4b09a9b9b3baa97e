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
  /**
   * Puts a world in force that a change over the API has made, unless a later one is already. Where the file has been
   * reloaded meanwhile, what was stored is read again and joined with that one.
   */
  readonly swap: (world: World) => void;
  /** Puts a world with another file in force; false when it was made from objects that have changed since. */
  readonly replaceFile: (world: World) => boolean;
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
  const reload: LiveSnapshot['reload'] = async () => {
    const stored = await loadStored(reader);
    if (!stored.ok) return stored;
    if (stored.value.version <= world.version) return ok(undefined);
    const conditions = await conditionsFor(world.file, stored.value.objects, celConditions);
    const compiled = compileWorld(world.file, stored.value, conditions);
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
  };
  const swap: LiveSnapshot['swap'] = (next) => {
    if (next.version < world.version) return;
    if (next.file === world.file) world = next;
    // Storage that is silent now is asked again when the change is heard of.
    else void reload();
  };
  return {
    current: () => world.snapshot,
    world: () => world,
    swap,
    replaceFile(next) {
      if (next.version !== world.version) return false;
      world = next;
      return true;
    },
    reload,
  };
}
