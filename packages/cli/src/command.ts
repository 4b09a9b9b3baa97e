import type { Result } from '@countersign/core';
import type { Deps } from './deps.ts';
import type { CliFailure, Outcome } from './errors.ts';

/**
 * The shape of every command: flags and environment become an options value (pure, tested by itself), and a run
 * function does what the options say with the deps (tested by itself). `command.ts` of a command joins the two.
 */

export interface CommandContext {
  readonly deps: Deps;
  /** Says how the command ended. */
  readonly settle: (outcome: Outcome) => void;
}

export type Run<Options> = (options: Options, deps: Deps) => Promise<Outcome>;

/** Runs a command whose options could be made, else reports why they could not. */
export async function execute<Options>(
  { deps, settle }: CommandContext,
  options: Result<Options, CliFailure>,
  run: Run<Options>,
): Promise<void> {
  settle(options.ok ? await run(options.value, deps) : options);
}
