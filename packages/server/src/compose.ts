import type { Surroundings } from './adapters/ports.ts';
import { createApiApp } from './api-app.ts';
import { createApp, type App } from './app.ts';
import { composeAdministration } from './compose-administration.ts';
import { composeForeign } from './compose-foreign.ts';
import { composePresenters } from './compose-presenters.ts';
import { composeBeginSignIn, composeRouteHost, composeRoutesOf } from './compose-route-host.ts';
import { composeSessions } from './compose-sessions.ts';
import { createForwardAuth } from './gateway/forward-auth/index.ts';
import { createNodeHttpTransport, type GatewayTransport } from './gateway/transport/node-http.ts';
import { createRateLimits } from './gateway/rate-limit.ts';
import { createFailureLimit, type FailureLimit } from './http/failure-limit.ts';
import { createHeldAnswers, type HeldAnswers } from './http/held-answers.ts';
import { createPeerCertificates, type PeerCertificates } from './listener/peer-certificates.ts';
import type { ServeOptions } from './listener/serve-connections.ts';
import { createKeyAdmin } from './keys/key-admin.ts';
import { deviceCodeGrant } from './oauth/grants/device-code.ts';
import { tokenExchangeGrant } from './oauth/grants/token-exchange.ts';
import type { State } from './state.ts';
import { readiness } from './readiness.ts';
import type { ServiceDeps } from './service.ts';
import type { Presented, TokenRecord } from './tokens/model.ts';

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
  const { validate } = state.outside;
  const issuerUsed = (id: string): void => state.uses.note(id);
  const parts = { live, reader: database, decisions, keys, table, massRevocations };
  const exchange = { ...world, ...parts, snapshot, validate, issuerUsed };
  const standingOf = (token: TokenRecord): Presented =>
    massRevocations.covers(token) ? { state: 'revoked' } : stand({ state: 'live', token });
  const sessions = composeSessions(state, world, { ...exchange, present, standingOf });
  const service: ServiceDeps = {
    ...exchange,
    ...sessions,
    providerClient: state.outside.providerClient,
    routesOf: composeRoutesOf({ ...world, snapshot, present }),
    grants: [tokenExchangeGrant(exchange), deviceCodeGrant(sessions.device)],
    failures: createFailureLimit({
      perSecond: () => snapshot().settings.failuresPerSecond,
      clock: world.clock,
    }),
    present,
    inspect,
    find,
    standingOf,
    now: () => Math.floor(world.clock.now() / 1000),
    ...composeAdministration(state, world),
    keyAdmin: createKeyAdmin({ ...world, keys, decisions, encryptionKeys: state.encryptionKeys }),
  };
  const assertionRing = keys.rings.assertion;
  const signsIn = composeBeginSignIn(state, world);
  const foreign = composeForeign({ ...exchange, findByHash }, presentHash, service.failures);
  const certificates = createPeerCertificates(() => live.world().file.tls?.clientCa);
  const rateLimits = createRateLimits(world);
  const knows = { snapshot, present, foreign, decisions, rateLimits, assertionRing };
  const gatewayDeps = { ...world, ...knows, beginSignIn: signsIn, certificateOf: certificates.of };
  const gateway = createNodeHttpTransport(gatewayDeps);
  const forwardAuth = createForwardAuth(gatewayDeps);
  const ready = () => readiness(database, snapshot().settings.maxStaleness, configState());
  const heldAnswers = createHeldAnswers();
  const routeHost = composeRouteHost(state, gatewayDeps, {
    sessions: sessions.sessions,
    beginSignIn: signsIn,
  });
  const appDeps = { ...world, service, gateway, forwardAuth, routeHost, heldAnswers, ready };
  const app = createApp(appDeps, live.world().file.apiListen ? 'endpoints' : 'everything');
  const malformed = holdWhoFailsTooOften(service.failures, heldAnswers);
  return { gateway, app, apiApp: createApiApp(appDeps), certificates, malformed };
}

/** One limit for all that fails: what is no request counts like a request that is none of ours. */
function holdWhoFailsTooOften(failures: FailureLimit, held: HeldAnswers): ServeOptions['malformed'] {
  return (address) => {
    failures.failed(address);
    return failures.wait(address) > 0 ? held.hold() : undefined;
  };
}
