import type { Readable } from 'node:stream';
import type { Upstream, UpstreamTarget } from '@countersign/core';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../adapters/ports.ts';
import type { Choose } from '../balance/choose.ts';
import type { Standing } from '../balance/model.ts';
import { failureCause } from './relay.ts';
import { hadNoConnection, mayRepeat } from './retry.ts';
import { addressOf } from './upstreams-connect.ts';
import type { Pools } from './upstreams-pools.ts';

/**
 * The way of one request to its upstream: a target is chosen, a place at it taken, and where no connection could be had
 * another one is tried, once. From the first byte on, what becomes of the request is the relay's to see.
 */
export interface Sending {
  readonly options: Omit<Dispatcher.DispatchOptions, 'origin' | 'body'>;
  /** Made for each attempt: the client library destroys the one that it was given when the attempt fails. */
  readonly body: () => Readable | null;
  readonly relay: Dispatcher.DispatchHandler;
  /** Somebody still waits for the answer. */
  readonly isWanted: () => boolean;
  readonly isBodyRead: () => boolean;
  /** Answers in place of an upstream that was not even asked. */
  readonly refuse: (cause: string) => void;
  /** Told that an attempt has failed and another one follows. */
  readonly repeated: (target: string, cause: string) => void;
}

export interface Passage {
  readonly send: (sending: Sending) => void | Promise<void>;
  /** The exchange is over: whoever still waits for a place leaves the line. */
  readonly over: () => void;
}

export interface PassageDeps {
  readonly pools: Pools;
  readonly clock: Clock;
  readonly isHealthy: (upstream: Upstream, target: UpstreamTarget) => boolean;
  readonly chooserOf: (upstream: Upstream) => Choose;
}

/** Milliseconds for which others are preferred to a target that no connection could be had to. */
const ASIDE = 10_000;

/** A passage, while somebody is on it. */
interface Way {
  readonly deps: PassageDeps;
  readonly upstream: Upstream;
  giveUp: () => void;
  /** Gives back the place of a WebSocket, whose end the client library does not tell of. */
  leaveUpgraded: () => void;
}

export function createPassage(deps: PassageDeps, upstream: Upstream): Passage {
  const way: Way = { deps, upstream, giveUp: () => {}, leaveUpgraded: () => {} };
  return {
    send(sending) {
      const loading = deps.pools.load();
      return loading ? loading.then(() => begin(way, sending)) : begin(way, sending);
    },
    over() {
      way.giveUp();
      way.leaveUpgraded();
    },
  };
}

function begin(way: Way, sending: Sending): void {
  const place = choose(way);
  if (place === undefined) sending.refuse('no address of the upstream is healthy');
  else attempt(way, sending, place, 'first');
}

function choose({ deps, upstream }: Way, except?: number): number | undefined {
  const { pools, clock, isHealthy } = deps;
  const [first, ...others] = upstream.targets;
  // Most routes have one address, and their requests pay for no choice.
  if (first && others.length === 0) return except === undefined && isHealthy(upstream, first) ? 0 : undefined;
  const standing = (place: number): Standing => {
    const target = upstream.targets[place];
    const pool = target && pools.find(target);
    return {
      isHealthy: target !== undefined && isHealthy(upstream, target),
      isAside: pool !== undefined && (clock.now() < pool.asideUntil || pool.places.isFull()),
      load: pool?.places.load() ?? 0,
    };
  };
  return deps.chooserOf(upstream)(standing, except);
}

function attempt(way: Way, sending: Sending, place: number, turn: 'first' | 'last'): void {
  const { deps, upstream } = way;
  const target = upstream.targets[place];
  if (!target) throw new Error('a chosen target is one of the list');
  const pool = deps.pools.of(target, upstream.tls);
  const taken = pool.places.take((leave) => {
    // The limit of the route, or the client's patience, may have been over in the line.
    if (!sending.isWanted()) return leave();
    const failed = (isSent: boolean, cause: string): boolean => {
      leave();
      if (hadNoConnection({ isSent, cause })) pool.asideUntil = deps.clock.now() + ASIDE;
      const tried = { method: sending.options.method, isSent, isBodyRead: sending.isBodyRead(), cause };
      if (turn === 'last' || !mayRepeat(tried) || !sending.isWanted()) return false;
      const other = choose(way, place);
      if (other === undefined) return false;
      sending.repeated(addressOf(target), cause);
      attempt(way, sending, other, 'last');
      return true;
    };
    const sent = (): void => void (pool.asideUntil = 0);
    const upgraded = (): void => void (way.leaveUpgraded = leave);
    const handler = watched(sending.relay, { sent, upgraded, ended: leave, failed });
    pool.dispatch({ ...sending.options, body: sending.body() }, handler);
  });
  if (taken === 'full') sending.refuse('too many requests wait for the upstream');
  else if (taken !== 'begun') way.giveUp = taken;
}

interface Watcher {
  readonly sent: () => void;
  readonly upgraded: () => void;
  readonly ended: () => void;
  /** True: another attempt is under way, and the relay hears nothing of this one. */
  readonly failed: (isSent: boolean, cause: string) => boolean;
}

/** The relay, with somebody who sees how it goes. */
function watched(relay: Dispatcher.DispatchHandler, watcher: Watcher): Dispatcher.DispatchHandler {
  let isSent = false;
  return {
    ...relay,
    // From here on bytes are written: the client library calls it when it has a connection, and right before.
    onRequestStart(controller, context) {
      isSent = true;
      watcher.sent();
      relay.onRequestStart?.(controller, context);
    },
    onRequestUpgrade(controller, status, headers, socket) {
      watcher.upgraded();
      relay.onRequestUpgrade?.(controller, status, headers, socket);
    },
    onResponseEnd(controller, trailers) {
      watcher.ended();
      relay.onResponseEnd?.(controller, trailers);
    },
    onResponseError(controller, error) {
      if (!watcher.failed(isSent, failureCause(error))) relay.onResponseError?.(controller, error);
    },
  };
}
