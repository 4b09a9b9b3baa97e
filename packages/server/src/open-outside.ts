import { createIssuerKeys } from './adapters/issuer-keys.ts';
import type { Surroundings } from './adapters/ports.ts';
import { createProviderClient } from './adapters/provider/client.ts';
import { createSafeCall, createSafeFetch } from './adapters/safe-fetch.ts';
import type { Config } from './config/model.ts';
import { optional } from './config/optional.ts';
import type { ProviderClient } from './sessions/provider-client.ts';
import type { LiveSnapshot } from './snapshot/live-snapshot.ts';
import { createValidator, type Validate } from './trust/validate.ts';

/**
 * What asks issuers and identity providers, for the networks that the file opens now. When these change, what was
 * believed because of the old ones is forgotten: keys and descriptions that came from where nobody may go any more.
 */
export interface Outside {
  readonly validate: Validate;
  readonly providerClient: ProviderClient;
}

type Live = Pick<LiveSnapshot, 'world' | 'current'>;

export function openOutside(live: Live, world: Surroundings): Outside {
  let file = live.world().file;
  let outside = outsideOf(file, live, world);
  const now = (): Outside => {
    const next = live.world().file;
    if (next !== file) {
      if (!isSameNetwork(next, file)) outside = outsideOf(next, live, world);
      file = next;
    }
    return outside;
  };
  return {
    validate: (...question) => now().validate(...question),
    providerClient: {
      begin: (...question) => now().providerClient.begin(...question),
      finish: (...question) => now().providerClient.finish(...question),
      refresh: (...question) => now().providerClient.refresh(...question),
      signOutUrl: (...question) => now().providerClient.signOutUrl(...question),
    },
  };
}

type Network = Pick<Config, 'allowPrivateIssuers' | 'egressProxy'>;

function isSameNetwork(one: Network, other: Network): boolean {
  const text = ({ allowPrivateIssuers, egressProxy }: Network) =>
    JSON.stringify([allowPrivateIssuers, egressProxy]);
  return text(one) === text(other);
}

function outsideOf({ allowPrivateIssuers, egressProxy }: Network, live: Live, world: Surroundings): Outside {
  const path = { allowPrivate: allowPrivateIssuers, ...optional('proxy', egressProxy) };
  const fetch = createSafeFetch(path);
  const validate = createValidator({ keys: createIssuerKeys({ ...world, fetch }) });
  const settings = () => live.current().settings;
  const call = createSafeCall(path);
  return { validate, providerClient: createProviderClient({ ...world, fetch, call, validate, settings }) };
}
