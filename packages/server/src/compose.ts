import { principalId } from '@countersign/core';
import { createIssuerKeys } from './adapters/issuer-keys.ts';
import type { Surroundings } from './adapters/ports.ts';
import { createSafeFetch } from './adapters/safe-fetch.ts';
import { createApiApp } from './api-app.ts';
import { createApp, type App } from './app.ts';
import type { Caller } from './caller/caller.ts';
import { composeAdministration } from './compose-administration.ts';
import { composeForeign } from './compose-foreign.ts';
import { composePresenters } from './compose-presenters.ts';
import type { Config } from './config/model.ts';
import { createForwardAuth } from './gateway/forward-auth/index.ts';
import { createNodeHttpTransport, type GatewayTransport } from './gateway/transport/node-http.ts';
import { createRateLimits } from './gateway/rate-limit.ts';
import { createFailureLimit, type FailureLimit } from './http/failure-limit.ts';
import { createHeldAnswers, type HeldAnswers } from './http/held-answers.ts';
import { createPeerCertificates, type PeerCertificates } from './listener/peer-certificates.ts';
import type { ServeOptions } from './listener/serve-connections.ts';
import { createKeyAdmin } from './keys/key-admin.ts';
import { tokenExchangeGrant } from './oauth/grants/token-exchange.ts';
import type { State } from './open-state.ts';
import { readiness } from './readiness.ts';
import type { ServiceDeps } from './service.ts';
import { revokeMany, revokeToken } from './tokens/revoke.ts';
import { createValidator, type Validate } from './trust/validate.ts';

export interface Parts {
  readonly app: App;
  /** For a listener of its own. */
  readonly apiApp: App;
  readonly certificates: PeerCertificates;
  readonly malformed: ServeOptions['malformed'];
  readonly gateway: GatewayTransport;
}

/** The one `deps` object, and the app on it. It opens nothing: what outlives a request comes in as {@link State}. */
export function compose(state: State, world: Surroundings, configState: () => 'current' | 'stale'): Parts {
  const { database, keys, table, decisions, live, massRevocations } = state;
  const snapshot = live.current;
  const { find, findByHash, inspect, present, presentHash, stand } = composePresenters(state, world);
  const validate = validatorNow(live, world);
  const issuerUsed = (id: string): void => state.uses.note(id);
  const parts = { live, reader: database, decisions, keys, table, massRevocations };
  const exchange = { ...world, ...parts, snapshot, validate, issuerUsed };
  const service: ServiceDeps = {
    ...exchange,
    ...revocations(state, world),
    grants: [tokenExchangeGrant(exchange)],
    failures: createFailureLimit({
      perSecond: () => snapshot().settings.failuresPerSecond,
      clock: world.clock,
    }),
    present,
    inspect,
    find,
    standingOf: (token) =>
      massRevocations.covers(token) ? { state: 'revoked' } : stand({ state: 'live', token }),
    now: () => Math.floor(world.clock.now() / 1000),
    ...composeAdministration(state, world),
    keyAdmin: createKeyAdmin({ ...world, keys, decisions, encryptionKeys: state.encryptionKeys }),
  };
  const assertionRing = keys.rings.assertion;
  const foreign = composeForeign({ ...exchange, findByHash }, presentHash, service.failures);
  const certificates = createPeerCertificates(() => live.world().file.tls?.clientCa);
  const rateLimits = createRateLimits(world);
  const knows = { snapshot, present, foreign, decisions, rateLimits, assertionRing };
  const gatewayDeps = { ...world, ...knows, certificateOf: certificates.of };
  const gateway = createNodeHttpTransport(gatewayDeps);
  const forwardAuth = createForwardAuth(gatewayDeps);
  const ready = () => readiness(database, snapshot().settings.maxStaleness, configState());
  const heldAnswers = createHeldAnswers();
  const appDeps = { ...world, service, gateway, forwardAuth, assertionRing, heldAnswers, ready };
  const app = createApp(appDeps, live.world().file.apiListen ? 'endpoints' : 'everything');
  const malformed = holdWhoFailsTooOften(service.failures, heldAnswers);
  return { gateway, app, apiApp: createApiApp(appDeps), certificates, malformed };
}

/**
 * The validator for the networks that the file opens now. When these change, what was believed because of the old ones
 * is forgotten with the old one: keys that came from where nobody may go any more.
 */
function validatorNow(live: State['live'], world: Surroundings): Validate {
  let file = live.world().file;
  let validate = validator(file, world);
  return (...question) => {
    const now = live.world().file;
    if (now !== file) {
      if (!isSameNetwork(now, file)) validate = validator(now, world);
      file = now;
    }
    return validate(...question);
  };
}

type Network = Pick<Config, 'allowPrivateIssuers' | 'egressProxy'>;

function isSameNetwork(one: Network, other: Network): boolean {
  const text = ({ allowPrivateIssuers, egressProxy }: Network) =>
    JSON.stringify([allowPrivateIssuers, egressProxy]);
  return text(one) === text(other);
}

function validator({ allowPrivateIssuers, egressProxy }: Network, world: Surroundings): Validate {
  const fetch = createSafeFetch({
    allowPrivate: allowPrivateIssuers,
    ...(egressProxy === undefined ? {} : { proxy: egressProxy }),
  });
  return createValidator({ keys: createIssuerKeys({ ...world, fetch }) });
}

function revocations(state: State, world: Surroundings): Pick<ServiceDeps, 'revoke' | 'revokeMany'> {
  const deps = { ...world, ...state };
  const actor = (caller: Caller): string => principalId(caller.principal);
  return {
    revoke: (hash, token, caller) => revokeToken(deps, hash, token, actor(caller)),
    revokeMany: (revocation, caller) => revokeMany(deps, revocation, actor(caller)),
  };
}

/** One limit for all that fails: what is no request counts like a request that is none of ours. */
function holdWhoFailsTooOften(failures: FailureLimit, held: HeldAnswers): ServeOptions['malformed'] {
  return (address) => {
    failures.failed(address);
    return failures.wait(address) > 0 ? held.hold() : undefined;
  };
}
