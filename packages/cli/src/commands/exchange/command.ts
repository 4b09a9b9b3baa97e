import { Command, InvalidArgumentError, Option } from 'commander';
import { execute, type CommandContext, type Run } from '../../command.ts';
import { outputFormat } from '../../output.ts';
import { organizationOption, urlOption } from '../../server-address.ts';
import {
  EXCHANGE_FORMATS,
  exchangeOptions,
  parseDuration,
  type ExchangeFlags,
  type ExchangeOptions,
} from './options.ts';
import { runExchange } from './run.ts';

const EXAMPLES = `
Examples:
  $ countersign exchange --url https://sign.acme.example --org acme --team platform --token-file id-token
  $ cat id-token | countersign exchange --team platform --token-file - -o header
  $ curl -H "$(countersign exchange --team platform -o header)" https://orders.acme.example/

Refusals go to standard error with their code and decision id, exit code 3.`;

export function exchangeCommand(context: CommandContext, run: Run<ExchangeOptions> = runExchange): Command {
  return new Command('exchange')
    .summary('exchange an identity token for an access token')
    .description('Exchanges an identity token for a short-lived access token, printed on standard output.')
    .addOption(urlOption())
    .addOption(organizationOption())
    .option(
      '--token-file <file>',
      'identity token to exchange, - for standard input (or COUNTERSIGN_ID_TOKEN, COUNTERSIGN_ID_TOKEN_FILE)',
    )
    .addOption(new Option('--team <name>', 'for a team').conflicts(['user', 'runner', 'admin']))
    .addOption(new Option('--user <login>', 'for a member, personally').conflicts(['runner', 'admin']))
    .addOption(new Option('--runner <name>', 'for a runner').conflicts(['admin']))
    .option('--admin', 'for the organization, with administrator rights')
    .option('--expiration <duration>', 'how long it is to live at most: 90s, 15m, 2h, or seconds', duration)
    .addOption(
      new Option('-o, --output <format>', `one of ${EXCHANGE_FORMATS.join(', ')}`)
        .argParser(outputFormat(EXCHANGE_FORMATS))
        .default('token'),
    )
    .addHelpText('after', EXAMPLES)
    .action((flags: ExchangeFlags) => execute(context, exchangeOptions(flags, context.deps.env), run));
}

function duration(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new InvalidArgumentError('Give 90s, 15m, 2h, 7d or a number of seconds.');
  return seconds;
}
