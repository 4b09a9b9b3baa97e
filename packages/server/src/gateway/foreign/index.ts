import type { Snapshot } from '../../snapshot/model.ts';
import type { Presented } from '../../tokens/model.ts';
import { createExchanges, type ExchangesDeps } from './exchanges.ts';
import { createMemory, keyOf, type Memory } from './memory.ts';
import type { ForeignTokens, Recognised, Shown, ShownBefore } from './model.ts';
import { isTransient } from './refusal-of.ts';
import { generationOf, routeById, sourcesOf } from './sources.ts';

export interface ForeignDeps extends ExchangesDeps {
  readonly snapshot: () => Snapshot;
  /** Tests make it small. */
  readonly memory?: Memory;
}

const INVALID: Presented = { state: 'invalid' };
const UNAVAILABLE: Presented = { state: 'unavailable' };

export function createForeignTokens(deps: ForeignDeps): ForeignTokens {
  const memory = deps.memory ?? createMemory();
  const exchange = createExchanges(deps, memory);

  const recognise = (shown: Shown, before: boolean): Recognised | Promise<Recognised> => {
    const { snapshot, route, value } = shown;
    // Not even hashed.
    if (value.length > snapshot.settings.limits.token) return INVALID;
    const key = keyOf(value);
    const generation = generationOf(snapshot);
    const { byId } = sourcesOf(snapshot, route);
    const known = memory.known(key);
    const source = known && byId.get(known.source);
    // Policies of an issuer are asked anew under every snapshot; of a person none are, and the session stands as it is.
    if (known && (source?.kind === 'provider' || (source && known.generation === generation)))
      return deps.presentHash(known.hash);
    const refused = memory.refused(key, deps.clock.now());
    if (refused?.generation === generation && byId.has(refused.source)) return refused.answer;
    return exchange({ ...shown, key, generation, before: before || source !== undefined });
  };

  const again = async ({ route: id, ...shown }: ShownBefore): Promise<Presented> => {
    const snapshot = deps.snapshot();
    const route = routeById(snapshot, id);
    if (!route) return INVALID;
    const recognised = await recognise({ ...shown, snapshot, route }, true);
    if (recognised.state !== 'refused') return recognised;
    return isTransient(recognised.code) ? UNAVAILABLE : INVALID;
  };

  return { present: (shown) => recognise(shown, false), again };
}
