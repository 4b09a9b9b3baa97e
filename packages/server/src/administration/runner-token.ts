import type { Principal } from '@countersign/core';
import type { Clock, Random } from '../adapters/ports.ts';
import type { ChecksumRing } from '../keys/port.ts';
import type { MassRevocations } from '../tokens/mass-revocations.ts';
import { NEVER_EXPIRES } from '../tokens/model.ts';
import { mintAlive, type MintedMade } from './made-token.ts';

/** The token that a runner is made with: it lives as long as the runner has its name. */

export interface RunnerTokenDeps {
  readonly random: Random;
  readonly checksums: ChecksumRing;
  readonly massRevocations: Pick<MassRevocations, 'endedUntil'>;
  readonly clock: Clock;
}

export interface RunnerTokenOrder {
  readonly organization: string;
  /** Name of the runner. */
  readonly runner: string;
  /** {@link principalId} of who makes it. */
  readonly createdBy: string;
}

export type MintRunnerToken = (order: RunnerTokenOrder) => MintedMade;

/**
 * Mints when the change is decided, not before: a runner of this name that was deleted within this very second has
 * ended everything that was issued in it. The new one's token counts from the second after, else it were born dead.
 */
export function createRunnerMint(deps: RunnerTokenDeps): MintRunnerToken {
  return ({ organization, runner, createdBy }) => {
    const minted = mintAlive(deps, {
      prefix: 'csr',
      principal: runnerPrincipal(organization, runner),
      organization,
      description: '',
      createdBy,
      expiresAt: NEVER_EXPIRES,
      now: deps.clock.now(),
    });
    if (!minted) throw new Error('a token that inherits nothing was over before it began');
    return minted;
  };
}

export function runnerPrincipal(organization: string, runner: string): Principal {
  return { kind: 'runner', organization, runner, vouchedBy: { kind: 'organization', organization } };
}
