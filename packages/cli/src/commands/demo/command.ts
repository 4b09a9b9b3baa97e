import { ok } from '@countersign/core';
import { Command, InvalidArgumentError } from 'commander';
import { execute, type CommandContext, type Run } from '../../command.ts';
import { runDemo, runTour, type DemoCommandOptions } from './run.ts';

const EXAMPLES = `
Examples:
  $ countersign demo                 everything, and a tour of it
  $ countersign demo --json          for scripts: one line with the addresses
  $ countersign demo tour            the tour alone, in a second terminal

Everything listens on loopback and lives in one temporary directory; Ctrl-C stops and deletes it.`;

interface DemoRuns {
  readonly demo: Run<DemoCommandOptions>;
  readonly tour: Run<void>;
}

export function demoCommand(
  context: CommandContext,
  runs: DemoRuns = { demo: runDemo, tour: runTour },
): Command {
  const tour = new Command('tour')
    .description('Walks through the demo that runs, or starts one for the walk.')
    .addHelpText('after', '\nExit code 7 when something went otherwise than the tour says.')
    .action(() => execute(context, ok(undefined), runs.tour));
  return new Command('demo')
    .summary('everything on this machine, and a tour of it')
    .description('Runs a demo identity provider, exchange, gateway and a service behind it, on loopback.')
    .option('--port <port>', 'port of the service (default: a free one)', port)
    .option('--json', 'print the addresses as one line of JSON and go on running')
    .addHelpText('after', EXAMPLES)
    .addCommand(tour)
    .action((flags: { readonly port?: number; readonly json?: boolean }) =>
      execute(
        context,
        ok({ json: flags.json === true, ...(flags.port === undefined ? {} : { port: flags.port }) }),
        runs.demo,
      ),
    );
}

function port(text: string): number {
  const number = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 65_535) throw new InvalidArgumentError('Give a port from 1 to 65535.');
  return number;
}
