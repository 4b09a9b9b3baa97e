import { Command } from 'commander';
import type { CommandContext } from './command.ts';
import { auditCommand } from './commands/audit/command.ts';
import { checkCommand } from './commands/check/command.ts';
import { demoCommand } from './commands/demo/command.ts';
import { exchangeCommand } from './commands/exchange/command.ts';
import { explainCommand } from './commands/explain/command.ts';
import { helpCommand } from './commands/help/command.ts';
import { initCommand } from './commands/init/command.ts';
import { issuerCommand } from './commands/issuer/command.ts';
import { keysCommand } from './commands/keys/command.ts';
import { renderCommand } from './commands/render/command.ts';
import { serveCommand } from './commands/serve/command.ts';
import { tokenCommand } from './commands/token/command.ts';
import { versionCommand } from './commands/version/command.ts';
import { withoutSecrets } from './not-repeated.ts';
import { readVersion } from './version.ts';

/** Every command, in the order of `--help`. Adding one = one folder and one line. */
const COMMANDS: readonly ((context: CommandContext) => Command)[] = [
  demoCommand,
  initCommand,
  serveCommand,
  checkCommand,
  exchangeCommand,
  explainCommand,
  tokenCommand,
  issuerCommand,
  keysCommand,
  auditCommand,
  renderCommand,
  versionCommand,
];

/** Commands of the contract that are still to come: refused by name rather than as a typing mistake. */
export const PLANNED: readonly string[] = [
  'curl',
  'run',
  'login',
  'logout',
  'whoami',
  'doctor',
  'credential-helper',
  'storage',
  'completion',
];

const EXAMPLES = `
Start here:
  $ countersign demo

Exit codes: 0 ok, 1 unexpected, 2 usage or configuration, 3 refused, 4 no credential, 5 network, 6 server error,
7 a check failed, 130 interrupted.`;

/** The whole command line. Nothing is printed and nothing ends the process except through the context. */
export function createProgram(context: CommandContext, args: readonly string[] = []): Command {
  const { stdout, stderr } = context.deps;
  const program = new Command('countersign')
    .description('Exchanges identity tokens for short-lived access tokens, and guards services with them.')
    .version(readVersion(), '-V, --version', 'print the version')
    .addHelpText('after', EXAMPLES);
  for (const create of COMMANDS) program.addCommand(create(context));
  for (const group of [program, ...descendants(program)]) {
    group.helpCommand(false);
    if (group.commands.length > 0) group.addCommand(helpCommand(group, context));
  }
  for (const command of [program, ...descendants(program)]) {
    command
      .exitOverride()
      .showSuggestionAfterError(true)
      .configureOutput({
        writeOut: (text) => stdout.write(text),
        writeErr: (text) => stderr.write(text),
        outputError: (text, write) => write(withoutSecrets(text.replace(/^error: /, 'countersign: '), args)),
      });
  }
  return program;
}

function descendants(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...descendants(child)]);
}
