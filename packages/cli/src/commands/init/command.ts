import { ok } from '@countersign/core';
import { Command } from 'commander';
import { execute, type CommandContext, type Run } from '../../command.ts';
import { PRESET_NAMES, type InitFlags } from './answers.ts';
import { runInit, type InitOptions } from './run.ts';

const EXAMPLES = `
Examples:
  $ countersign init
  $ countersign init --yes --org acme --issuer github-actions --repo 456789
  $ countersign init --yes --org acme --issuer kubernetes --issuer-url https://kubernetes.acme.example \\
      --pin sub=system:serviceaccount:ci:builder --file deploy/countersign.yaml

Asks at most five questions, on a terminal alone. What it writes passes "countersign check" without a warning, and
holds no secret: the token of the administrator is taken from COUNTERSIGN_ADMIN_TOKEN.`;

interface CommandFlags extends InitFlags {
  readonly file: string;
  readonly force?: boolean;
  readonly yes?: boolean;
}

export function initCommand(context: CommandContext, run: Run<InitOptions> = runInit): Command {
  return new Command('init')
    .summary('write a first configuration')
    .description(
      'Writes a first countersign.yaml: one organization, one issuer, one policy. Prints every path written.',
    )
    .option('--org <name>', 'name of the organization')
    .option('--issuer <preset>', `platform of the identity tokens: ${PRESET_NAMES.join(', ')}`)
    .option('--issuer-url <url>', 'URL of the issuer, where the platform has no single one')
    .option('--repo <id>', 'id of the repository, project or pipeline whose tokens count')
    .option('--owner <id>', 'id of the account, group or organization whose tokens count')
    .option('--pin <claim=value...>', 'further claims that a token has to hold exactly')
    .option('--url <url>', 'public address of the service (default: http://localhost:8080)')
    .option('--file <path>', 'where to write', 'countersign.yaml')
    .option('--force', 'replace a file that is there')
    .option('-y, --yes', 'ask nothing')
    .addHelpText('after', EXAMPLES)
    .action(({ file, force = false, yes = false, ...flags }: CommandFlags) =>
      execute(context, ok({ flags, file, force, yes }), run),
    );
}
