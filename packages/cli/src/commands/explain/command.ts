import { Command, Option } from 'commander';
import { execute, type CommandContext, type Run } from '../../command.ts';
import { configOption } from '../../config-file.ts';
import { outputFormat } from '../../output.ts';
import { organizationOption, urlOption } from '../../server-address.ts';
import { explainOptions, type ExplainFlags, type ExplainOptions } from './options.ts';
import { runExplain } from './run.ts';

const EXAMPLES = `
Examples:
  $ countersign explain dec_… --url https://sign.acme.example        as the site's administrator
  $ countersign explain dec_… --org acme --token-file admin-token    as an administrator of acme
  $ countersign explain dec_… --offline --config countersign.yaml    from storage, asking no server`;

export function explainCommand(context: CommandContext, run: Run<ExplainOptions> = runExplain): Command {
  return new Command('explain')
    .summary('say why something was allowed or refused')
    .description(
      'Says why a decision was taken, recomputed from what was known and from the policies of that moment.',
    )
    .argument('<decision>', 'decision id, as a refusal shows it')
    .addOption(urlOption())
    .addOption(organizationOption())
    .option('--token-file <file>', 'access token, - for standard input (or COUNTERSIGN_ADMIN_TOKEN)')
    .addOption(
      new Option('--offline', 'read the storage that --config names').conflicts(['url', 'org', 'tokenFile']),
    )
    .addOption(configOption())
    .addOption(
      new Option('-o, --output <format>', 'table or json')
        .argParser(outputFormat(['table', 'json'], ['yaml']))
        .default('table'),
    )
    .addHelpText('after', EXAMPLES)
    .action((decision: string, flags: ExplainFlags) =>
      execute(context, explainOptions(decision, flags, context.deps.env), run),
    );
}
