import { Command } from 'commander';
import { execute, type CommandContext, type Run } from '../../command.ts';
import { configOption } from '../../config-file.ts';
import { tableOrJson } from '../../output.ts';
import { organizationOption, urlOption } from '../../server-address.ts';
import { explainOptions, type ExplainFlags, type ExplainOptions } from './options.ts';
import { runExplain } from './run.ts';

const EXAMPLES = `
Examples:
  $ countersign explain dec_… --url https://sign.acme.example        as the site's administrator
  $ countersign explain dec_… --org acme --token-file admin-token    as an administrator of acme
  $ countersign explain dec_… --offline --config countersign.yaml    from storage, asking no server
  $ countersign explain --offline --token-file id-token --type team --scope team:platform
  $ countersign explain --offline --issuer acme/github --claims '{"sub":"repo:acme/shop:ref:refs/heads/main"}'
  $ countersign explain --issuer acme/github --claims claims.json --url https://sign.acme.example

With --offline nothing is sent: neither the token nor a question about it.`;

export function explainCommand(context: CommandContext, run: Run<ExplainOptions> = runExplain): Command {
  return new Command('explain')
    .summary('say why something was allowed or refused, or would be')
    .description(
      'Says why a decision was taken, recomputed from what was known and from the policies of that moment; or what the policies say of a token or of claims.',
    )
    .argument('[decision]', 'decision id, as a refusal shows it')
    .addOption(urlOption())
    .addOption(organizationOption())
    .option(
      '--token-file <file>',
      'access token of the administrator (or COUNTERSIGN_ADMIN_TOKEN); with --offline, the token to explain; - for standard input',
    )
    .option('--claims <claims>', 'claims to explain: JSON, a file that holds it, or - for standard input')
    .option('--issuer <name>', 'with --claims: the trusted issuer, ORGANIZATION/NAME')
    .option('--type <type>', 'token type asked for: organization, team, personal or runner')
    .option(
      '--scope <scope>',
      'scope asked for, as of an exchange: team:NAME, user:LOGIN, runner:NAME, admin',
    )
    .option('--offline', 'ask no server: read the storage, or only the configuration, that --config names')
    .addOption(configOption())
    .addOption(tableOrJson())
    .addHelpText('after', EXAMPLES)
    .action((decision: string | undefined, flags: ExplainFlags) =>
      execute(context, explainOptions(decision, flags, context.deps.env), run),
    );
}
