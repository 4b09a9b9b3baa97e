import { err, ok, type Result } from '@countersign/core';
import { Command, Option } from 'commander';
import { execute, type CommandContext, type Run } from '../../command.ts';
import { configOption } from '../../config-file.ts';
import { usage, type CliFailure } from '../../errors.ts';
import { outputFormat } from '../../output.ts';
import { CHECK_FORMATS, runCheck, type CheckOptions } from './run.ts';

const EXAMPLES = `
Examples:
  $ countersign check --config countersign.yaml
  $ countersign check --config countersign.yaml --route orders    who may pass a route, and by which rule
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
    .option('--route <name>', 'explain a route: what it answers for, who may pass and by which rule')
    .addHelpText('after', EXAMPLES)
    .action((flags: CheckFlags) => execute(context, checkOptions(flags), run));
}

interface CheckFlags {
  readonly config?: string;
  readonly output: CheckOptions['format'];
  readonly route?: string;
}

function checkOptions({ config, output, route }: CheckFlags): Result<CheckOptions, CliFailure> {
  const isReport = output === 'sarif' || output === 'junit';
  if (route !== undefined && isReport) return err(usage('--route goes with -o table or json.'));
  return ok({
    format: output,
    ...(config === undefined ? {} : { config }),
    ...(route === undefined ? {} : { route }),
  });
}
