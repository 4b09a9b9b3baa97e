import { Command } from 'commander';
import { execute, type CommandContext, type Run } from '../../command.ts';
import { tableOrJson } from '../../output.ts';
import { issuerOptions, type IssuerFlags, type IssuerOptions } from './options.ts';
import { runIssuerTest } from './run.ts';

const EXAMPLES = `
Examples:
  $ countersign issuer test https://token.actions.githubusercontent.com
  $ countersign issuer test https://gitlab.corp.example --ca corp-ca.pem
  $ countersign issuer test http://127.0.0.1:8081/realms/demo --allow-private -o json

Exit code 0 when tokens of the issuer could be verified, 7 when they could not, 5 when nobody answers.`;

export function issuerCommand(context: CommandContext, run: Run<IssuerOptions> = runIssuerTest): Command {
  const test = new Command('test')
    .description('Fetches the documents and keys of an issuer the way the server does, and says what it saw.')
    .argument('<url>', 'the issuer, as in iss')
    .option('--ca <file>', 'certificate authorities (PEM) to trust instead of the built-in ones, as ca_file')
    .option('--thumbprint <sha256...>', 'certificates to trust, as thumbprints')
    .option('--jwks <file>', 'key set to look at instead of fetching one, as jwks_file')
    .option('--allow-private', 'the issuer may have a private or loopback address, as allow_private_issuers')
    .option('--proxy <url>', 'forward proxy, as egress_proxy')
    .addOption(tableOrJson())
    .addHelpText('after', EXAMPLES)
    .action((url: string, flags: IssuerFlags) => execute(context, issuerOptions(url, flags), run));
  return new Command('issuer')
    .summary('look at an issuer')
    .description('Looks at issuers of identity tokens.')
    .addCommand(test);
}
