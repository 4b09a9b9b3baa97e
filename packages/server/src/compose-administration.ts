import { createChange } from './administration/change.ts';
import type { ProbeIssuer } from './administration/issuer-evidence.ts';
import type { ApiDeps } from './api/operations.ts';
import { newId, ID_BYTES } from './audit/decision-id.ts';
import { probeIssuer } from './adapters/issuer-probe.ts';
import type { Surroundings } from './compose.ts';
import type { Config } from './config/model.ts';
import type { State } from './open-state.ts';
import { celConditions } from './snapshot/world.ts';

/** What the API needs to create and change things, on the state that outlives a request. */
export function composeAdministration(
  config: Config,
  state: State,
  { clock, random, logger }: Surroundings,
): Pick<ApiDeps, 'world' | 'change' | 'probe' | 'newIssuerId' | 'loadConditions'> {
  return {
    world: state.live.world,
    change: createChange({ ...state, clock, loadConditions: celConditions, logger }),
    probe: prober(config),
    newIssuerId: () => newId('iss', clock.now(), random.bytes(ID_BYTES)),
    loadConditions: celConditions,
  };
}

/** An issuer is asked at registration by the way of every exchange, and no other. */
function prober({ allowPrivateIssuers, egressProxy }: Config): ProbeIssuer {
  const proxy = egressProxy === undefined ? {} : { proxy: egressProxy };
  return (source) => probeIssuer({}, { ...source, allowPrivate: allowPrivateIssuers, ...proxy });
}
