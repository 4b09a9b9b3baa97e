import type { Route, Upstream, UpstreamTarget } from '@countersign/core';
import type { Clock, Logger, Random } from '../../adapters/ports.ts';
import { createChooser, type Choose } from '../balance/choose.ts';
import { createHealthChecks } from './upstreams-health.ts';
import { createPassage, type Passage } from './upstreams-passage.ts';
import { createPools, type PoolBounds } from './upstreams-pools.ts';

/**
 * The services behind the routes: which address a request goes to, on which connection, and whether an address works.
 * What is here lives longer than a configuration and follows it: it appears with the routes that need it, stays as it
 * is for those that stay, and goes with the last of them. It must never let two routes share a connection that one of
 * them verifies in another way.
 */
export interface Upstreams {
  /** Counts a request until its passage is over. */
  open(upstream: Upstream): Passage;
  /** Loads what the first request would otherwise wait for. */
  warm(): Promise<void>;
  /** Resolves when the last request is over; checks end at once, connections are gone by then. */
  close(): Promise<void>;
}

export interface UpstreamsDeps {
  readonly snapshot: () => { readonly routes: readonly Route[] };
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly bounds?: PoolBounds;
  /** Milliseconds between two looks; tests make it short. */
  readonly look?: number;
}

/** Milliseconds between two looks at the configuration and at the checks that are due. */
const LOOK = 250;

export function createUpstreams(given: UpstreamsDeps): Upstreams {
  const { snapshot, clock, random, logger } = given;
  const pools = createPools(given.bounds);
  const works = (target: UpstreamTarget): void => {
    const pool = pools.find(target);
    // It has just taken a connection.
    if (pool) pool.asideUntil = 0;
  };
  const checks = createHealthChecks({ clock, logger, works });
  let followed: ReturnType<UpstreamsDeps['snapshot']> | undefined;
  let closing: Promise<void> | undefined;
  let underWay = 0;
  let idle = (): void => {};

  const look = (): void => {
    const now = snapshot();
    if (now !== followed) {
      checks.follow(now.routes);
      pools.follow(now.routes);
      followed = now;
    }
    checks.look();
    pools.sweep();
  };
  const looking = setInterval(look, given.look ?? LOOK).unref();

  const deps = { pools, clock, isHealthy: checks.isHealthy, chooserOf: createChoosers(random) };
  const close = async (): Promise<void> => {
    clearInterval(looking);
    checks.close();
    await new Promise<void>((resolve) => {
      idle = resolve;
      if (underWay === 0) resolve();
    });
    // Not the library's own graceful end: that waits for connections that nobody waits for any more.
    await pools.destroy();
  };
  return {
    open(upstream) {
      underWay += 1;
      const passage = createPassage(deps, upstream);
      return {
        send: passage.send,
        over() {
          passage.over();
          underWay -= 1;
          if (underWay === 0) idle();
        },
      };
    },
    warm: async () => pools.load(),
    close: () => (closing ??= close()),
  };
}

/** One for each upstream, for as long as some configuration has it. */
function createChoosers(random: Random): (upstream: Upstream) => Choose {
  const choosers = new WeakMap<Upstream, Choose>();
  return (upstream) => {
    const known = choosers.get(upstream);
    if (known) return known;
    const weights = upstream.targets.map(({ weight }) => weight);
    const made = createChooser(upstream.balancing, weights, () => fraction(random));
    choosers.set(upstream, made);
    return made;
  };
}

/** At least 0, less than 1. */
function fraction(random: Random): number {
  return random.bytes(3).reduce((sum, byte) => (sum + byte) / 256, 0);
}
