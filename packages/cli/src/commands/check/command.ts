import { ok } from '@countersign/core';
import { Command, Option } from 'commander';
import { execute, type CommandContext, type Run } from '../../command.ts';
import { configOption } from '../../config-file.ts';
import { outputFormat } from '../../output.ts';
import { runCheck, type CheckOptions } from './run.ts';

const EXAMPLES = `
Examples:
  $ countersign check --config countersign.yaml
  $ countersign check -o json

Exit code 0 when "serve" would accept the file, 2 when it would not: all problems together, with line and column.`;

export function checkCommand(context: CommandContext, run: Run<CheckOptions> = runCheck): Command {
  return new Command('check')
    .summary('check a configuration without running it')
    .description('Parses and compiles the configuration, and says everything that is wrong with it.')
    .addOption(configOption())
    .addOption(
      new Option('-o, --output <format>', 'table or json')
        .argParser(outputFormat(['table', 'json'], ['yaml', 'sarif', 'junit']))
        .default('table'),
    )
    .addHelpText('after', EXAMPLES)
    .action((flags: { readonly config?: string; readonly output: CheckOptions['format'] }) =>
      execute(
        context,
        ok({ format: flags.output, ...(flags.config === undefined ? {} : { config: flags.config }) }),
        run,
      ),
    );
}
