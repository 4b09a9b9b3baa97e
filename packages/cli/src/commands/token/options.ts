import { err, ok, type Result } from '@countersign/core';
import type { Deps } from '../../deps.ts';
import { usage, type CliFailure } from '../../errors.ts';
import type { TableOrJson } from '../../output.ts';
import { fileSource, type SecretSource } from '../../secret-source.ts';

/** What the command line said, as commander gives it. */
export interface InspectFlags {
  readonly tokenFile?: string;
  readonly jwks?: string;
  readonly fetch?: boolean;
  readonly allowPrivate?: boolean;
  readonly output: TableOrJson;
}

export interface InspectOptions {
  readonly token: SecretSource;
  /** Whose keys the signature is held against; absent: it is not. */
  readonly keys?:
    | { readonly from: 'file'; readonly path: string }
    | { readonly from: 'issuer'; readonly allowPrivate: boolean };
  readonly format: TableOrJson;
}

export function inspectOptions(
  file: string | undefined,
  flags: InspectFlags,
  env: Deps['env'],
): Result<InspectOptions, CliFailure> {
  const token = tokenSource(file, flags.tokenFile, env);
  if (!token.ok) return token;
  // Not ignored: whoever opens private addresses believes that something is fetched.
  if (flags.allowPrivate === true && flags.fetch !== true)
    return err(usage('--allow-private goes with --fetch.'));
  return ok({ token: token.value, format: flags.output, ...keysOf(flags) });
}

function keysOf({ jwks, fetch, allowPrivate = false }: InspectFlags): Pick<InspectOptions, 'keys'> {
  if (jwks !== undefined) return { keys: { from: 'file', path: jwks } };
  return fetch === true ? { keys: { from: 'issuer', allowPrivate } } : {};
}

function tokenSource(
  file: string | undefined,
  tokenFile: string | undefined,
  env: Deps['env'],
): Result<SecretSource, CliFailure> {
  if (file !== undefined && tokenFile !== undefined)
    return err(usage('give the token once: as FILE or with --token-file.'));
  const named = file ?? tokenFile;
  if (named !== undefined) return ok(fileSource(named));
  if (env['COUNTERSIGN_ID_TOKEN']) return ok({ kind: 'variable', name: 'COUNTERSIGN_ID_TOKEN' });
  if (env['COUNTERSIGN_ID_TOKEN_FILE']) return ok(fileSource(env['COUNTERSIGN_ID_TOKEN_FILE']));
  return err(
    usage(
      'there is no token to inspect.',
      'Give FILE (or - for standard input), or set COUNTERSIGN_ID_TOKEN or COUNTERSIGN_ID_TOKEN_FILE.',
    ),
  );
}
