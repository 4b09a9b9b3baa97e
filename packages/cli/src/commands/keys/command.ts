import { ok } from '@countersign/core';
import { Command } from 'commander';
import { ADMINISTRATOR_TOKEN } from '../../administrator.ts';
import { execute, type CommandContext, type Run } from '../../command.ts';
import { configOption } from '../../config-file.ts';
import { tableOrJson } from '../../output.ts';
import { urlOption } from '../../server-address.ts';
import { keysOptions, type KeysFlags, type KeysOperation, type KeysOptions } from './options.ts';
import { runKeysReset, type KeysResetOptions } from './reset.ts';
import { runKeysList, runKeysRevoke, runKeysRotate } from './run.ts';

const EXAMPLES = `
Examples:
  $ countersign keys list --url https://sign.acme.example
  $ countersign keys rotate access
  $ countersign keys revoke assertion KID
  $ countersign keys reset --config countersign.yaml --yes

Keys rotate in three steps: next (published, signs nothing yet), active (signs), retired (still verifies).`;

interface KeysRuns {
  readonly list: Run<KeysOptions>;
  readonly rotate: Run<KeysOptions>;
  readonly revoke: Run<KeysOptions>;
  readonly reset: Run<KeysResetOptions>;
}

const RUNS: KeysRuns = {
  list: runKeysList,
  rotate: runKeysRotate,
  revoke: runKeysRevoke,
  reset: runKeysReset,
};

export function keysCommand(context: CommandContext, runs: KeysRuns = RUNS): Command {
  const options = (operation: KeysOperation, flags: KeysFlags): ReturnType<typeof keysOptions> =>
    keysOptions(operation, flags, context.deps.env);
  return new Command('keys')
    .summary('list, rotate, revoke and reset the keys that sign')
    .description(
      'Works on the key rings of a server: as the administrator of the site, or offline to reset them.',
    )
    .addHelpText('after', EXAMPLES)
    .addCommand(
      online('list', 'Lists every ring with its keys: names, states and times, never a key.')
        .addOption(tableOrJson())
        .action((flags: KeysFlags) => execute(context, options({ verb: 'list' }, flags), runs.list)),
    )
    .addCommand(
      online('rotate', 'Lets the next key of a ring sign, retires the active one, and makes a new next.')
        .argument('<ring>', 'access, assertion, audit, session, checksum, cookie or redirect')
        .option('--force', 'even when the next key has been published for less than a day')
        .addOption(tableOrJson())
        .action((ring: string, flags: KeysFlags) =>
          execute(context, options({ verb: 'rotate', ring }, flags), runs.rotate),
        ),
    )
    .addCommand(
      online(
        'revoke',
        'Takes a key away at once: nothing that has to be verified with it is accepted any more.',
      )
        .argument('<ring>', 'access, assertion, audit, session, checksum, cookie or redirect')
        .argument('<kid>', 'name of the key, as "keys list" shows it')
        .action((ring: string, kid: string, flags: KeysFlags) =>
          execute(context, options({ verb: 'revoke', ring, kid }, flags), runs.revoke),
        ),
    )
    .addCommand(resetCommand(context, runs.reset));
}

function online(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(urlOption())
    .option('--token-file <file>', ADMINISTRATOR_TOKEN);
}

function resetCommand(context: CommandContext, run: Run<KeysResetOptions>): Command {
  return new Command('reset')
    .description('Replaces every key ring, for when the encryption key is lost. No server may run meanwhile.')
    .addOption(configOption())
    .option('--yes', 'do it: signed tokens and assertions made so far stop working')
    .action((flags: { readonly config?: string; readonly yes?: boolean }) =>
      execute(
        context,
        ok({ yes: flags.yes === true, ...(flags.config === undefined ? {} : { config: flags.config }) }),
        run,
      ),
    );
}
