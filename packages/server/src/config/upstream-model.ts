import type { BalancingPolicy, UpstreamTls } from '@countersign/core';

/** Where a route leads, and how its addresses are chosen, watched and reached. */
export interface UpstreamConfig {
  /** At least one. */
  readonly targets: readonly TargetConfig[];
  readonly balancing: BalancingPolicy;
  /** `interval`: seconds. */
  readonly healthCheck?: { readonly path: string; readonly interval: number };
  /** The only secret of a route: the key of `client`. */
  readonly tls?: UpstreamTls;
}

/** An address: an origin, or a socket under whose path stand `localhost` and 80. */
export interface TargetConfig {
  readonly scheme: 'http' | 'https';
  /** Lower case, without port; IPv6 in brackets, as in a Host header. */
  readonly host: string;
  readonly port: number;
  /** Absolute once the file has been loaded. */
  readonly socketPath?: string;
  readonly weight: number;
}
