import { CommanderError } from 'commander';
import { processDeps, type Deps } from './deps.ts';
import {
  EXIT_OK,
  EXIT_UNEXPECTED,
  EXIT_USAGE,
  exitCodeOf,
  usage,
  type CliFailure,
  type Outcome,
} from './errors.ts';
import { printFailure, printNote } from './output.ts';
import { createProgram, PLANNED } from './program.ts';

/**
 * The command line: arguments in, exit code out. Each command is a folder of `commands/`: `command.ts` says its flags,
 * `run.ts` does it. Nothing here decides anything about tokens.
 */
export async function main(args: readonly string[], deps: Deps = processDeps()): Promise<number> {
  try {
    const outcome = await parseAndRun(args, deps);
    if (outcome.ok) return EXIT_OK;
    printFailure(deps, outcome.error);
    return exitCodeOf(outcome.error.kind);
  } catch (fault) {
    // Commander has printed what was wrong, or the help that was asked for.
    if (fault instanceof CommanderError) return fault.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    printNote(
      deps,
      `countersign: unexpected: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}`,
    );
    return EXIT_UNEXPECTED;
  }
}

async function parseAndRun(args: readonly string[], deps: Deps): Promise<Outcome> {
  const planned = plannedCommand(args);
  if (planned !== undefined) return { ok: false, error: planned };
  let outcome: Outcome = { ok: true, value: undefined };
  const program = createProgram({ deps, settle: (settled) => (outcome = settled) }, args);
  await program.parseAsync(args, { from: 'user' });
  return outcome;
}

function plannedCommand([first = '', second = '']: readonly string[]): CliFailure | undefined {
  const name = first === 'help' ? second : first;
  return PLANNED.includes(name) ? usage(`the command ${name} is not available yet.`) : undefined;
}
