import { err, ok, type Result } from '@countersign/core';
import type { Deps } from '../../deps.ts';
import { usage, type CliFailure } from '../../errors.ts';
import { fileSource, type SecretSource } from '../../secret-source.ts';
import { organizationName, serverUrl } from '../../server-address.ts';

/** What the command line said, as commander gives it. */
export interface ExplainFlags {
  readonly url?: string;
  readonly org?: string;
  readonly tokenFile?: string;
  readonly offline?: boolean;
  readonly config?: string;
  readonly output: 'table' | 'json';
}

/** Where the decision is read: from a server's API, or straight from storage. */
export type ExplainOptions = { readonly decision: string; readonly format: 'table' | 'json' } & (
  | { readonly from: 'api'; readonly url: string; readonly accessToken: SecretSource }
  | { readonly from: 'storage'; readonly config?: string }
);

/** `dec_` and 26 characters of Crockford base32. */
const DECISION_ID = /^dec_[0-9A-HJKMNP-TV-Z]{26}$/i;

export function explainOptions(
  decision: string,
  flags: ExplainFlags,
  env: Deps['env'],
): Result<ExplainOptions, CliFailure> {
  if (!DECISION_ID.test(decision)) return err(usage('a decision id is dec_ and 26 letters and digits.'));
  const common = { decision, format: flags.output };
  if (flags.offline === true) {
    return ok({
      ...common,
      from: 'storage',
      ...(flags.config === undefined ? {} : { config: flags.config }),
    });
  }
  // Not ignored: whoever gives a file expects that no server is asked.
  if (flags.config !== undefined) return err(usage('--config goes with --offline.'));
  const url = serverUrl(flags.url, env);
  if (!url.ok) return url;
  const accessToken = accessTokenSource(flags, env);
  if (!accessToken.ok) return accessToken;
  const organization = organizationName(flags.org, env);
  const scope = organization === undefined ? '' : `/orgs/${encodeURIComponent(organization)}`;
  return ok({
    ...common,
    from: 'api',
    url: `${url.value}/api${scope}/decisions/${decision}`,
    accessToken: accessToken.value,
  });
}

function accessTokenSource(flags: ExplainFlags, env: Deps['env']): Result<SecretSource, CliFailure> {
  if (flags.tokenFile !== undefined) return ok(fileSource(flags.tokenFile));
  if (env['COUNTERSIGN_ADMIN_TOKEN']) return ok({ kind: 'variable', name: 'COUNTERSIGN_ADMIN_TOKEN' });
  return err({
    kind: 'no_credential',
    message: 'reading a decision takes an administrator.',
    details: ['Give --token-file FILE (or - for standard input), or set COUNTERSIGN_ADMIN_TOKEN.'],
  });
}
