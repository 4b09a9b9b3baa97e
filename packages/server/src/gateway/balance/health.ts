/**
 * What checks say about a target, as a pure state. One answer proves little either way: a target falls after several
 * failures in a row and rises after several successes, so that a slow moment moves nobody's requests about.
 */
export interface Health {
  readonly isHealthy: boolean;
  /** Checks in a row that said the opposite. */
  readonly against: number;
  /** Whether a check has been answered at all. */
  readonly isKnown: boolean;
}

/** Failed checks in a row after which a target gets no more requests. */
export const UNHEALTHY_AFTER = 3;

/** Good checks in a row after which it gets them again. */
export const HEALTHY_AFTER = 2;

/** Before the first answer: a start must not be an outage of everything behind it. */
export const UNCHECKED: Health = { isHealthy: true, against: 0, isKnown: false };

export function checked({ isHealthy, against, isKnown }: Health, isGood: boolean): Health {
  // The first answer counts as it is: there is nothing that it could be a slow moment of.
  if (!isKnown || isGood === isHealthy) return { isHealthy: isGood, against: 0, isKnown: true };
  const turned = against + 1 >= (isHealthy ? UNHEALTHY_AFTER : HEALTHY_AFTER);
  return turned
    ? { isHealthy: isGood, against: 0, isKnown: true }
    : { isHealthy, against: against + 1, isKnown: true };
}
