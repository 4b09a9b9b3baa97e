import type { Surroundings } from './adapters/ports.ts';
import type { State } from './state.ts';
import { standing } from './snapshot/standing.ts';
import type { LastUses } from './tokens/last-uses.ts';
import type { Presented } from './tokens/model.ts';
import { createPresenters } from './tokens/present.ts';

/**
 * What a presented token is, in the ways that it is asked: `find` as storage knows it, `inspect` under the configuration
 * of now, `present` where it is used. Foreign tokens are asked about by hash.
 */
export interface ComposedPresenters {
  readonly find: Present<string>;
  readonly inspect: Present<string>;
  readonly present: Present<string>;
  readonly findByHash: Present<Uint8Array>;
  readonly presentHash: Present<Uint8Array>;
  /** What a live token is under the configuration of now. */
  readonly stand: (presented: Presented) => Presented;
}

export function composePresenters(state: State, world: Surroundings): ComposedPresenters {
  const { database, keys, live, massRevocations, uses } = state;
  const { byValue: find, byHash: findByHash } = createPresenters({
    ...state,
    ...world,
    checksums: keys.checksums,
    signingRings: keys.rings,
    reader: database,
  });
  const stand = (presented: Presented): Presented => standing(live.current(), presented, massRevocations);
  const inspect = standingNow(find, stand);
  const presentHash = noted(standingNow(findByHash, stand), uses);
  return { find, inspect, present: noted(inspect, uses), findByHash, presentHash, stand };
}

type Present<Key> = (key: Key) => Presented | Promise<Presented>;

/** What the token is under the configuration of now; without a promise when the process knows it. */
function standingNow<Key>(find: Present<Key>, stand: (presented: Presented) => Presented): Present<Key> {
  return (key) => {
    const presented = find(key);
    return presented instanceof Promise ? presented.then(stand) : stand(presented);
  };
}

/** Where a token is shown to be used, and not asked about, it has been used. */
function noted<Key>(inspect: Present<Key>, uses: Pick<LastUses, 'note'>): Present<Key> {
  const note = (presented: Presented): Presented => {
    if (presented.state === 'live') uses.note(presented.token.id);
    return presented;
  };
  return (key) => {
    const presented = inspect(key);
    return presented instanceof Promise ? presented.then(note) : note(presented);
  };
}
