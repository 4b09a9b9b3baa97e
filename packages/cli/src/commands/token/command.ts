import { Command, Option } from 'commander';
import { execute, type CommandContext, type Run } from '../../command.ts';
import { tableOrJson } from '../../output.ts';
import { inspectOptions, type InspectFlags, type InspectOptions } from './options.ts';
import { runInspect } from './run.ts';

const EXAMPLES = `
Examples:
  $ countersign token inspect id-token
  $ countersign token inspect - --fetch < id-token
  $ countersign token inspect id-token --jwks keys.json -o json

The token is never sent anywhere, with --fetch neither: keys come in, nothing goes out.
Exit code 0 when the signature is valid or was not verified, 3 when it is invalid, 2 when this is no token,
5 when --fetch could not get the keys.`;

export function tokenCommand(context: CommandContext, run: Run<InspectOptions> = runInspect): Command {
  const inspect = new Command('inspect')
    .description(
      'Decodes a token, verifies it where keys are given, and says what a server would find wrong.',
    )
    .argument('[file]', 'file that holds the token, - for standard input')
    .option('--token-file <file>', 'the same (or COUNTERSIGN_ID_TOKEN, COUNTERSIGN_ID_TOKEN_FILE)')
    .addOption(new Option('--jwks <file>', 'key set to verify the signature with').conflicts(['fetch']))
    .option('--fetch', 'verify with the keys that its issuer publishes')
    .option('--allow-private', 'with --fetch: the issuer may have a private or loopback address')
    .addOption(tableOrJson())
    .addHelpText('after', EXAMPLES)
    .action((file: string | undefined, flags: InspectFlags) =>
      execute(context, inspectOptions(file, flags, context.deps.env), run),
    );
  return new Command('token')
    .summary('look at a token')
    .description('Looks at tokens, on this machine alone.')
    .addCommand(inspect);
}
