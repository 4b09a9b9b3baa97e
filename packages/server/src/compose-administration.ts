import { createChange } from './administration/change.ts';
import { createMakeToken } from './administration/make-token.ts';
import type { ProbeIssuer } from './administration/issuer-evidence.ts';
import { createRunnerMint } from './administration/runner-token.ts';
import type { AgentPoolsDeps } from './api/agent-pools.ts';
import type { ApiDeps } from './api/operations.ts';
import { newId, ID_BYTES } from './audit/decision-id.ts';
import { probeIssuer } from './adapters/issuer-probe.ts';
import type { Surroundings } from './adapters/ports.ts';
import type { Config } from './config/model.ts';
import type { State } from './state.ts';
import { celConditions } from './snapshot/world.ts';

/** What the API needs to create and change things, on the state that outlives a request. */
export function composeAdministration(
  state: State,
  surroundings: Surroundings,
): Pick<ApiDeps, 'world' | 'change' | 'makeToken' | 'probe' | 'newIssuerId' | 'loadConditions'> & RunnerDeps {
  const { clock, random, logger } = surroundings;
  const { database: reader, keys } = state;
  return {
    world: state.live.world,
    change: createChange({ ...state, clock, loadConditions: celConditions, logger }),
    makeToken: createMakeToken({ ...state, ...surroundings, reader, checksums: keys.checksums }),
    probe: (source) => prober(state.live.world().file)(source),
    newIssuerId: () => newId('iss', clock.now(), random.bytes(ID_BYTES)),
    loadConditions: celConditions,
    ...runnerDeps(state, surroundings),
  };
}

type RunnerDeps = Pick<AgentPoolsDeps, 'newRunnerId' | 'mintRunnerToken' | 'keepToken'>;

function runnerDeps({ keys, massRevocations, table }: State, { clock, random }: Surroundings): RunnerDeps {
  return {
    newRunnerId: () => newId('run', clock.now(), random.bytes(ID_BYTES)),
    mintRunnerToken: createRunnerMint({ random, checksums: keys.checksums, massRevocations, clock }),
    keepToken: ({ hash, record }) => table.insert(hash, record),
  };
}

/** An issuer is asked at registration by the way of every exchange, and no other. */
function prober({ allowPrivateIssuers, egressProxy }: Config): ProbeIssuer {
  const proxy = egressProxy === undefined ? {} : { proxy: egressProxy };
  return (source) => probeIssuer({}, { ...source, allowPrivate: allowPrivateIssuers, ...proxy });
}
