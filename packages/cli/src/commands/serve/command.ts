import { ok } from '@countersign/core';
import { Command } from 'commander';
import { execute, type CommandContext, type Run } from '../../command.ts';
import { configOption } from '../../config-file.ts';
import { runServe, type ServeOptions } from './run.ts';

const EXAMPLES = `
Examples:
  $ countersign serve --config countersign.yaml
  $ COUNTERSIGN_CONFIG=/etc/countersign.yaml countersign serve

One log line says "listening" when it is ready. SIGTERM and Ctrl-C end it in good order; a second one at once. The configuration
and the files that it names are read again when they change, and on SIGHUP.`;

export function serveCommand(context: CommandContext, run: Run<ServeOptions> = runServe): Command {
  return new Command('serve')
    .summary('run the token exchange and the gateway')
    .description('Runs the token exchange and the gateway as the configuration says.')
    .addOption(configOption())
    .addHelpText('after', EXAMPLES)
    .action((flags: { readonly config?: string }) => execute(context, ok(flags), run));
}
