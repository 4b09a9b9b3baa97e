import { ok } from '@countersign/core';
import { Command, Option } from 'commander';
import { execute, type CommandContext, type Run } from '../../command.ts';
import { outputFormat, printData, printJson } from '../../output.ts';
import { readVersion } from '../../version.ts';

export interface VersionOptions {
  readonly format: 'table' | 'json';
}

const runVersion: Run<VersionOptions> = async ({ format }, deps) => {
  const version = readVersion();
  const node = process.versions.node;
  if (format === 'json') printJson(deps, { version, node, platform: process.platform, arch: process.arch });
  else printData(deps, `countersign ${version} (Node ${node}, ${process.platform} ${process.arch})`);
  return ok(undefined);
};

export function versionCommand(context: CommandContext, run: Run<VersionOptions> = runVersion): Command {
  return new Command('version')
    .description('Prints the version.')
    .addOption(
      new Option('-o, --output <format>', 'table or json')
        .argParser(outputFormat(['table', 'json'], ['yaml']))
        .default('table'),
    )
    .addHelpText('after', '\nExample:\n  $ countersign version -o json')
    .action((flags: { readonly output: VersionOptions['format'] }) =>
      execute(context, ok({ format: flags.output }), run),
    );
}
