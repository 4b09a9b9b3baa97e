import { principalId } from '@countersign/core';
import { createIssuerKeys } from './adapters/issuer-keys.ts';
import type { Surroundings } from './adapters/ports.ts';
import { createSafeFetch } from './adapters/safe-fetch.ts';
import { createApp, type App } from './app.ts';
import type { Caller } from './caller/caller.ts';
import { composeAdministration } from './compose-administration.ts';
import type { Config } from './config/model.ts';
import { createForwardAuth } from './gateway/forward-auth/index.ts';
import { createNodeHttpTransport, type GatewayTransport } from './gateway/transport/node-http.ts';
import { createFailureLimit } from './http/failure-limit.ts';
import { createHeldAnswers } from './http/held-answers.ts';
import { createKeyAdmin } from './keys/key-admin.ts';
import { tokenExchangeGrant } from './oauth/grants/token-exchange.ts';
import type { State } from './open-state.ts';
import { readiness } from './readiness.ts';
import type { ServiceDeps } from './service.ts';
import type { Snapshot } from './snapshot/model.ts';
import { standing } from './snapshot/standing.ts';
import type { Presented } from './tokens/model.ts';
import { createPresenter, type Presenter } from './tokens/present.ts';
import { revokeMany, revokeToken } from './tokens/revoke.ts';
import type { LastUses } from './tokens/last-uses.ts';
import { createValidator, type Validate } from './trust/validate.ts';

export interface Parts {
  readonly app: App;
  readonly gateway: GatewayTransport;
}

/** The one `deps` object, and the app on it. It opens nothing: what outlives a request comes in as {@link State}. */
export function compose(state: State, world: Surroundings, configState: () => 'current' | 'stale'): Parts {
  const { database, keys, table, decisions, live, massRevocations } = state;
  const snapshot = live.current;
  const find = createPresenter({
    ...state,
    ...world,
    checksums: keys.checksums,
    accessRing: keys.rings.access,
    reader: database,
  });
  const inspect = standingNow(find, snapshot);
  const present = noted(inspect, state.uses);
  const validate = validatorNow(live, world);
  const issuerUsed = (id: string): void => state.uses.note(id);
  const exchange = { ...world, snapshot, validate, decisions, keys, table, issuerUsed, massRevocations };
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
    reader: database,
    now: () => Math.floor(world.clock.now() / 1000),
    ...composeAdministration(state, world),
    keyAdmin: createKeyAdmin({ ...world, keys, decisions, encryptionKeys: state.encryptionKeys }),
  };
  const assertionRing = keys.rings.assertion;
  const gatewayDeps = { ...world, snapshot, present, decisions, assertionRing };
  const gateway = createNodeHttpTransport(gatewayDeps);
  const forwardAuth = createForwardAuth(gatewayDeps);
  const ready = () => readiness(database, snapshot().settings.maxStaleness, configState());
  const heldAnswers = createHeldAnswers();
  const app = createApp({
    service,
    gateway,
    forwardAuth,
    assertionRing,
    heldAnswers,
    ready,
    logger: world.logger,
  });
  return { gateway, app };
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

function validator({ allowPrivateIssuers, egressProxy }: Network, { clock, logger }: Surroundings): Validate {
  const fetch = createSafeFetch({
    allowPrivate: allowPrivateIssuers,
    ...(egressProxy === undefined ? {} : { proxy: egressProxy }),
  });
  return createValidator({ keys: createIssuerKeys({ fetch, clock, logger }) });
}

/** What the token is under the configuration of now; without a promise when the process knows it. */
function standingNow(find: Presenter, snapshot: () => Snapshot): Presenter {
  return (value) => {
    const presented = find(value);
    return presented instanceof Promise
      ? presented.then((settled) => standing(snapshot(), settled))
      : standing(snapshot(), presented);
  };
}

/** Where a token is shown to be used, and not asked about, it has been used. */
function noted(inspect: Presenter, uses: Pick<LastUses, 'note'>): Presenter {
  const note = (presented: Presented): Presented => {
    if (presented.state === 'live') uses.note(presented.token.id);
    return presented;
  };
  return (value) => {
    const presented = inspect(value);
    return presented instanceof Promise ? presented.then(note) : note(presented);
  };
}

function revocations(state: State, world: Surroundings): Pick<ServiceDeps, 'revoke' | 'revokeMany'> {
  const deps = { ...world, ...state };
  const actor = (caller: Caller): string => principalId(caller.principal);
  return {
    revoke: (hash, token, caller) => revokeToken(deps, hash, token, actor(caller)),
    revokeMany: (revocation, caller) => revokeMany(deps, revocation, actor(caller)),
  };
}
