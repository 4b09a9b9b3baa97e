/** How a target stands at this moment. */
export interface Standing {
  /** Its health check does not say that it is broken. */
  readonly isHealthy: boolean;
  /** It may work, but another one rather: no connection could be had a moment ago, or all of them are taken. */
  readonly isAside: boolean;
  /** Requests that are under way to it, or wait to be. */
  readonly load: number;
}

/** Picks one of `eligible`, which is never empty: places of targets, ascending. */
export type Pick = (eligible: readonly number[], loadOf: (place: number) => number) => number;
