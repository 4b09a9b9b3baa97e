import { ok } from '@countersign/core';
import { Command } from 'commander';
import { execute, type CommandContext, type Run } from '../../command.ts';
import { printData, printJson, tableOrJson, type TableOrJson } from '../../output.ts';
import { readVersion } from '../../version.ts';

export interface VersionOptions {
  readonly format: TableOrJson;
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
    .summary('print the version')
    .description('Prints the version.')
    .addOption(tableOrJson())
    .addHelpText('after', '\nExample:\n  $ countersign version -o json')
    .action((flags: { readonly output: VersionOptions['format'] }) =>
      execute(context, ok({ format: flags.output }), run),
    );
}
