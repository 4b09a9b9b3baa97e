import { ok } from '@countersign/core';
import { Command, Option } from 'commander';
import { execute, type CommandContext, type Run } from '../../command.ts';
import { configOption } from '../../config-file.ts';
import { outputFormat } from '../../output.ts';
import { CHECK_FORMATS, runCheck, type CheckOptions } from './run.ts';

const EXAMPLES = `
Examples:
  $ countersign check --config countersign.yaml
  $ countersign check -o sarif > countersign.sarif

All problems together, with line and column. Exit code 0 when "serve" would start with the file, 2 when the file
cannot be used, 7 when lint or a policy test refuses what it says. Warnings of lint change no exit code.`;

export function checkCommand(context: CommandContext, run: Run<CheckOptions> = runCheck): Command {
  return new Command('check')
    .summary('check a configuration without running it')
    .description(
      'Parses, compiles and lints the configuration, runs its policy tests, and says everything that is wrong.',
    )
    .addOption(configOption())
    .addOption(
      new Option('-o, --output <format>', `one of ${CHECK_FORMATS.join(', ')}`)
        .argParser(outputFormat(CHECK_FORMATS, ['yaml']))
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
