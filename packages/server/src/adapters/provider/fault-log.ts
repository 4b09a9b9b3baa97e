import type { Clock, Logger } from '../ports.ts';
import type { Fault } from './fault.ts';

/**
 * What went wrong at a provider, for who runs this. Anybody can make a sign-in fail, so that the lines are bounded; what a
 * person or a provider has refused in good order is none of them.
 */
export type FaultLog = (provider: string, step: string, fault: Fault) => void;

/** Milliseconds between two lines about one fault of one provider. */
const EVERY = 10_000;

/** Faults told apart; beyond it the log begins anew. */
const MAX_FAULTS = 1000;

export function createFaultLog({
  clock,
  logger,
}: {
  readonly clock: Clock;
  readonly logger: Logger;
}): FaultLog {
  const told = new Map<string, number>();
  return (provider, step, { fault, reason }) => {
    if (fault === 'denied' || fault === 'refused') return;
    const key = `${provider} ${step} ${reason}`;
    const now = clock.now();
    if (now - (told.get(key) ?? -Infinity) < EVERY) return;
    if (told.size >= MAX_FAULTS) told.clear();
    told.set(key, now);
    logger.warn(
      fault === 'unreachable'
        ? 'an identity provider cannot be asked'
        : 'an identity provider answers what cannot be believed',
      { provider, step, reason },
    );
  };
}
