import { isIPv6 } from 'node:net';
import type { Clock } from '../adapters/ports.ts';

/**
 * How often one network may fail: guessing, probing and broken clients are slowed down before anything is verified for
 * them. Only failures count, so that a good request is never limited by other good ones, however many they are. It
 * must never remember more than its bound, nor let an attacker with many addresses wash his own bucket away.
 */
export interface FailureLimit {
  /** Whole seconds until this address may try again; 0 when it may now. */
  wait(address: string): number;
  /** One failure of this address. */
  failed(address: string): void;
}

export interface FailureLimitOptions {
  /** Failures that refill each second; asked each time, since a reload may change it. */
  readonly perSecond: () => number;
  readonly clock: Clock;
  /** Failures at once; default ten seconds' worth. */
  readonly burst?: number;
  /** Networks that are remembered; default {@link MAX_NETWORKS}. */
  readonly networks?: number;
}

export const MAX_NETWORKS = 10_000;

/** Part of the networks that makes room at the bound: sorting once for many, not for each. */
const EVICTED = 0.1;

/**
 * A token bucket per network, kept as one number: the time at which it will be full again. All buckets refill at the
 * same rate, so that number also says which of two is fuller, without touching either.
 */
export function createFailureLimit(options: FailureLimitOptions): FailureLimit {
  const { perSecond, clock, networks = MAX_NETWORKS } = options;
  const interval = (): number => 1000 / perSecond();
  const burst = (): number => options.burst ?? 10 * perSecond();
  const fullAt = new Map<string, number>();
  return {
    wait(address) {
      const full = fullAt.get(networkOf(address));
      if (full === undefined) return 0;
      // The last failure of a burst is paid for when less than a whole one is missing.
      return Math.max(0, Math.ceil((full - clock.now() - (burst() - 1) * interval()) / 1000));
    },
    failed(address) {
      const network = networkOf(address);
      const now = clock.now();
      const known = fullAt.get(network);
      if (known === undefined && fullAt.size >= networks) makeRoom(fullAt, networks);
      // Requests that were under way together fail together: they are owed beyond the burst, or a hundred connections
      // would fail a hundred times for every failure that refills. At most one burst, so that the wait has an end.
      fullAt.set(network, Math.min(Math.max(now, known ?? now) + interval(), now + 2 * burst() * interval()));
    },
  };
}

/**
 * Forgets the fullest buckets: they say least about anybody. An empty one is pushed out only by thousands of others
 * that are emptier, each of which had to be filled with as many failures.
 */
function makeRoom(fullAt: Map<string, number>, networks: number): void {
  const fullest = [...fullAt].sort(([, one], [, other]) => one - other);
  for (const [network] of fullest.slice(0, Math.ceil(networks * EVICTED))) fullAt.delete(network);
}

/** IPv4-mapped addresses (RFC 4291 section 2.5.5.2), which a dual-stack socket gives for IPv4 peers. */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Groups of an IPv6 address, and those of its network: whoever has one address has the /64 (RFC 6177). */
const GROUPS = 8;
const NETWORK_GROUPS = 4;

/** What is counted as one: an IPv4 address, an IPv6 /64; anything that is no address is one network together. */
export function networkOf(address: string): string {
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [bare = ''] = address.split('%');
  if (!isIPv6(bare)) return '';
  // An embedded IPv4 address stands for the last two groups, which are never part of the network.
  const [head = '', tail] = bare.replace(/[^:]*\.[^:]*$/, '0:0').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: GROUPS - before.length - after.length }, () => '0');
  const groups = [...before, ...zeros, ...after].slice(0, NETWORK_GROUPS);
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
