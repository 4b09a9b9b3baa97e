import type { HealthCheck, Route, Upstream, UpstreamTarget, UpstreamTls } from '@countersign/core';
import type { Clock, Logger } from '../../adapters/ports.ts';
import { checked, UNCHECKED, type Health } from '../balance/health.ts';
import { addressOf } from './upstreams-connect.ts';
import { probe } from './upstreams-probe.ts';

/**
 * The checks of all targets that some route wants checked. They follow the configuration: a check begins with the route
 * that wants it and ends with the last one, and what is known of a target stays while it is the same target.
 */
export interface HealthChecks {
  /** From now on the checks of these routes, and no others. */
  follow(routes: readonly Route[]): void;
  /** Begins what is due. */
  look(): void;
  readonly isHealthy: (upstream: Upstream, target: UpstreamTarget) => boolean;
  /** Ends what is under way. */
  close(): void;
}

export interface HealthDeps {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Told of every check that is good. */
  readonly works: (target: UpstreamTarget) => void;
}

/** Checks under way at once. What is due beyond stays due. */
const MAX_PROBES = 64;

interface Checked {
  readonly target: UpstreamTarget;
  readonly tls: UpstreamTls | undefined;
  check: HealthCheck;
  health: Health;
  /** Epoch milliseconds. */
  due: number;
  stop?: (() => void) | undefined;
}

export function createHealthChecks({ clock, logger, works }: HealthDeps): HealthChecks {
  const all = new Map<string, Checked>();
  let underWay = 0;

  const begin = (one: Checked): void => {
    one.due = clock.now() + one.check.interval;
    underWay += 1;
    one.stop = probe(one.target, one.tls, one.check, (fault) => {
      underWay -= 1;
      one.stop = undefined;
      if (fault === undefined) works(one.target);
      learn(one, fault, logger);
    });
  };
  const end = ({ stop }: Checked): void => {
    if (stop === undefined) return;
    underWay -= 1;
    stop();
  };
  return {
    follow(routes) {
      const wanted = wantedChecks(routes);
      for (const [key, one] of all) {
        if (wanted.has(key)) continue;
        all.delete(key);
        end(one);
      }
      for (const [key, { target, tls, check }] of wanted) {
        const known = all.get(key);
        if (known) known.check = check;
        else all.set(key, { target, tls, check, health: UNCHECKED, due: 0 });
      }
    },
    look() {
      const now = clock.now();
      for (const one of all.values()) {
        if (underWay >= MAX_PROBES) return;
        if (one.stop === undefined && one.due <= now) begin(one);
      }
    },
    isHealthy({ healthCheck }, target) {
      return healthCheck === undefined || all.get(keyOf(target, healthCheck))?.health.isHealthy !== false;
    },
    close() {
      for (const one of all.values()) end(one);
      all.clear();
    },
  };
}

/** Takes note of a check, and says so where it has changed what is known. */
function learn(one: Checked, cause: string | undefined, logger: HealthDeps['logger']): void {
  const before = one.health;
  one.health = checked(before, cause === undefined);
  if (one.health.isHealthy === before.isHealthy) return;
  const fields = { upstream: addressOf(one.target), path: one.check.path };
  if (cause === undefined) logger.info('upstream is healthy again', fields);
  else logger.warn('upstream is unhealthy', { ...fields, cause });
}

type Wanted = Pick<Checked, 'target' | 'tls' | 'check'>;

/** Routes that ask one target the same share its check, as often as the most eager of them wants. */
function wantedChecks(routes: readonly Route[]): ReadonlyMap<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const { upstream } of routes) {
    const check = upstream?.healthCheck;
    if (!check) continue;
    for (const target of upstream.targets) {
      const key = keyOf(target, check);
      const known = wanted.get(key);
      if (known && known.check.interval <= check.interval) continue;
      wanted.set(key, { target, tls: upstream.tls, check });
    }
  }
  return wanted;
}

const keyOf = ({ pool }: UpstreamTarget, { path, host = '' }: HealthCheck): string =>
  `${pool} ${host} ${path}`;
