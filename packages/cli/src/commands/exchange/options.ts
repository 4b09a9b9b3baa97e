import { err, ok, type Result } from '@countersign/core';
import type { Deps } from '../../deps.ts';
import { usage, type CliFailure } from '../../errors.ts';
import { fileSource, type SecretSource } from '../../secret-source.ts';
import { organizationName, serverUrl } from '../../server-address.ts';

export const EXCHANGE_FORMATS = ['token', 'json', 'env', 'header'] as const;

export type ExchangeFormat = (typeof EXCHANGE_FORMATS)[number];

/** What the command line said, as commander gives it. */
export interface ExchangeFlags {
  readonly url?: string;
  readonly org?: string;
  readonly tokenFile?: string;
  readonly team?: string;
  readonly user?: string;
  readonly runner?: string;
  readonly admin?: boolean;
  readonly expiration?: number;
  readonly output: ExchangeFormat;
}

export interface ExchangeOptions {
  readonly url: string;
  readonly organization: string;
  readonly subjectToken: SecretSource;
  readonly type: 'organization' | 'team' | 'personal' | 'runner';
  readonly scope: string;
  /** Seconds; absent = the server's default. */
  readonly expiration?: number;
  readonly format: ExchangeFormat;
}

/** Flag before environment; nothing is guessed. */
export function exchangeOptions(flags: ExchangeFlags, env: Deps['env']): Result<ExchangeOptions, CliFailure> {
  const url = serverUrl(flags.url, env);
  if (!url.ok) return url;
  const organization = organizationName(flags.org, env);
  if (organization === undefined) {
    return err(usage('which organization? Give --org NAME or set COUNTERSIGN_ORG.'));
  }
  const subjectToken = subjectTokenSource(flags, env);
  if (!subjectToken.ok) return subjectToken;
  return ok({
    url: url.value,
    organization,
    subjectToken: subjectToken.value,
    ...target(flags),
    ...(flags.expiration === undefined ? {} : { expiration: flags.expiration }),
    format: flags.output,
  });
}

function subjectTokenSource(flags: ExchangeFlags, env: Deps['env']): Result<SecretSource, CliFailure> {
  if (flags.tokenFile !== undefined) return ok(fileSource(flags.tokenFile));
  if (env['COUNTERSIGN_ID_TOKEN']) return ok({ kind: 'variable', name: 'COUNTERSIGN_ID_TOKEN' });
  if (env['COUNTERSIGN_ID_TOKEN_FILE']) return ok(fileSource(env['COUNTERSIGN_ID_TOKEN_FILE']));
  return err({
    kind: 'no_credential',
    message: 'there is no identity token to exchange.',
    details: [
      'Give --token-file FILE (or - for standard input), or set COUNTERSIGN_ID_TOKEN or COUNTERSIGN_ID_TOKEN_FILE.',
      'Finding the token of the platform by itself is not available yet.',
    ],
  });
}

/** The command line excludes that more than one is given. */
function target(flags: ExchangeFlags): Pick<ExchangeOptions, 'type' | 'scope'> {
  if (flags.team !== undefined) return { type: 'team', scope: `team:${flags.team}` };
  if (flags.user !== undefined) return { type: 'personal', scope: `user:${flags.user}` };
  if (flags.runner !== undefined) return { type: 'runner', scope: `runner:${flags.runner}` };
  return { type: 'organization', scope: flags.admin === true ? 'admin' : '' };
}

const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** `90s`, `15m`, `2h`, `7d` or a number of seconds, as in the configuration; `undefined` when it is none. */
export function parseDuration(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^([0-9]{1,9})([smhd]?)$/.exec(text) ?? [];
  const seconds = Number(digits) * (SECONDS[unit] ?? 0);
  return seconds > 0 ? seconds : undefined;
}
