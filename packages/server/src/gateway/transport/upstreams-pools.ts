import type { Route, UpstreamTarget, UpstreamTls } from '@countersign/core';
import type * as undici from 'undici';
import type { Dispatcher, Pool } from 'undici';
import { originOf, poolOptions } from './upstreams-connect.ts';
import { createPlaces, type Places } from './upstreams-places.ts';

/**
 * Connections to targets, pooled by address and TLS material. A pool comes with the first request and goes when no
 * route leads there any more; what is under way in it ends in peace.
 */
export interface TargetPool {
  readonly places: Places;
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void;
  /** Epoch milliseconds until which others are preferred; set by whoever found no connection. */
  asideUntil: number;
}

export interface Pools {
  /** Loads the client library: its import takes longer than all the rest of the start. `undefined` once it is there. */
  load(): Promise<void> | undefined;
  of(target: UpstreamTarget, tls: UpstreamTls | undefined): TargetPool;
  /** The pool if there is one. */
  find(target: UpstreamTarget): TargetPool | undefined;
  /** From now on only pools that these routes lead to are kept. */
  follow(routes: readonly Route[]): void;
  /** Closes the others: also those that a request has made which began under an older configuration. */
  sweep(): void;
  /** Cuts everything. */
  destroy(): Promise<void>;
}

/** Requests under way to one target, WebSockets included, and so its connections. */
const MAX_CONNECTIONS = 4_096;

/** Requests that wait for a place at one target. */
const MAX_WAITING = 1_024;

/** Tests make them small. */
export interface PoolBounds {
  readonly connections: number;
  readonly waiting: number;
}

const BOUNDS: PoolBounds = { connections: MAX_CONNECTIONS, waiting: MAX_WAITING };

type Library = typeof undici;

interface OwnedPool extends TargetPool {
  /** Ends with what is under way in it. */
  retire(): void;
  destroy(): Promise<void>;
}

export function createPools(bounds = BOUNDS): Pools {
  const pools = new Map<string, OwnedPool>();
  const retired = new Set<OwnedPool>();
  let library: Library | undefined;
  let loading: Promise<void> | undefined;
  let wanted: ReadonlySet<string> = new Set();
  const load = async (): Promise<void> => {
    library = await import('undici');
  };
  return {
    load: () => (library ? undefined : (loading ??= load())),
    find: ({ pool }) => pools.get(pool),
    of(target, tls) {
      const known = pools.get(target.pool);
      if (known) return known;
      if (!library) throw new Error('a pool is made when the client library is there');
      const made = createPool(library, bounds, target, tls);
      pools.set(target.pool, made);
      return made;
    },
    follow(routes) {
      wanted = new Set(routes.flatMap(({ upstream }) => upstream?.targets.map(({ pool }) => pool) ?? []));
    },
    sweep() {
      for (const pool of retired) if (pool.places.load() === 0) retired.delete(pool);
      for (const [key, pool] of pools) {
        if (wanted.has(key)) continue;
        pools.delete(key);
        retired.add(pool);
        pool.retire();
      }
    },
    async destroy() {
      await loading;
      await Promise.all([...pools.values(), ...retired].map((pool) => pool.destroy()));
    },
  };
}

function createPool(
  library: Library,
  { connections, waiting }: PoolBounds,
  target: UpstreamTarget,
  tls: UpstreamTls | undefined,
): OwnedPool {
  const options = { ...poolOptions(library.buildConnector, target, tls), connections };
  let current: Pool | undefined;
  /** Connections of `current`. */
  let open = 0;
  let isRetired = false;

  /** Keeps nothing without a connection and without anybody who wants one: the library would keep every client. */
  const dropIdle = (): void => {
    if (places.load() > 0 || (open > 0 && !isRetired)) return;
    const idle = current;
    current = undefined;
    idle?.close().catch(() => {});
  };
  const places = createPlaces(connections, waiting, dropIdle);
  const connect = (): Pool => {
    const pool = new library.Pool(originOf(target), options);
    open = 0;
    pool.on('connect', () => (open += 1));
    pool.on('disconnect', () => {
      if (pool !== current) return;
      open -= 1;
      dropIdle();
    });
    return pool;
  };
  return {
    places,
    asideUntil: 0,
    dispatch(request, handler) {
      // A name of its own, which the connector replaces: it would be that of the Host header, and with the next Host the
      // library would close a connection to connect under the next name.
      const named: typeof request & { servername: string } = { ...request, servername: target.host };
      (current ??= connect()).dispatch(named, handler);
    },
    retire() {
      isRetired = true;
      dropIdle();
    },
    destroy: async () => current?.destroy(),
  };
}
