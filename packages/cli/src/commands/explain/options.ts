import { err, ok, TOKEN_TYPES, type Result, type TokenType } from '@countersign/core';
import { administratorToken } from '../../administrator.ts';
import type { Deps } from '../../deps.ts';
import { usage, type CliFailure } from '../../errors.ts';
import type { TableOrJson } from '../../output.ts';
import { fileSource, type SecretSource } from '../../secret-source.ts';
import { organizationName, serverUrl } from '../../server-address.ts';

/** What the command line said, as commander gives it. */
export interface ExplainFlags {
  readonly url?: string;
  readonly org?: string;
  readonly tokenFile?: string;
  readonly claims?: string;
  readonly issuer?: string;
  readonly type?: string;
  readonly scope?: string;
  readonly offline?: boolean;
  readonly config?: string;
  readonly output: TableOrJson;
}

/** What is explained, and by whom: a server's API, the storage of one, or a configuration alone. */
export type ExplainOptions = { readonly format: TableOrJson } & (
  | {
      readonly from: 'api';
      readonly decision: string;
      readonly url: string;
      readonly accessToken: SecretSource;
    }
  | { readonly from: 'storage'; readonly decision: string; readonly config?: string }
  | TokenQuestion
  | ClaimsQuestion
);

/** What would be asked of the exchange. */
interface Wanted {
  readonly type: TokenType;
  readonly scope: string;
}

export type TokenQuestion = Wanted & {
  readonly from: 'token';
  readonly token: SecretSource;
  readonly organization?: string;
  readonly config?: string;
};

export type ClaimsQuestion = Wanted & {
  readonly from: 'claims';
  /** JSON, a file that holds it, or `-`. */
  readonly claims: string;
  readonly issuer: string;
  readonly ask:
    | { readonly who: 'configuration'; readonly config?: string }
    | { readonly who: 'api'; readonly url: string; readonly accessToken: SecretSource };
};

/** `dec_` and 26 characters of Crockford base32. */
const DECISION_ID = /^dec_[0-9A-HJKMNP-TV-Z]{26}$/i;

type Options = Result<ExplainOptions, CliFailure>;

export function explainOptions(decision: string | undefined, flags: ExplainFlags, env: Deps['env']): Options {
  const stray = strayFlag(decision, flags);
  if (stray !== undefined) return err(usage(stray));
  if (decision !== undefined) return decisionOptions(decision, flags, env);
  if (flags.claims !== undefined) return claimsOptions(flags.claims, flags, env);
  if (flags.offline === true) return tokenOptions(flags, env);
  return err(
    usage(
      'what is to be explained?',
      'Give a decision id, a token (--offline --token-file FILE), or claims (--claims JSON --issuer ORG/NAME).',
    ),
  );
}

/** Not ignored: whoever gives a flag expects that it counts. */
function strayFlag(decision: string | undefined, flags: ExplainFlags): string | undefined {
  const offline = flags.offline === true;
  if (offline && flags.url !== undefined) return '--url cannot be used with --offline: no server is asked.';
  if (!offline && flags.config !== undefined) return '--config goes with --offline.';
  if (decision !== undefined) {
    for (const name of ['claims', 'issuer', 'type', 'scope'] as const)
      if (flags[name] !== undefined) return `--${name} cannot be used with a decision id.`;
    for (const name of ['org', 'tokenFile'] as const)
      if (offline && flags[name] !== undefined)
        return `--${FLAG[name]} cannot be used with --offline and a decision id.`;
    return undefined;
  }
  if (flags.claims === undefined && flags.issuer !== undefined) return '--issuer goes with --claims.';
  if (flags.claims !== undefined && offline && flags.tokenFile !== undefined)
    return 'give --token-file or --claims, not both.';
  return undefined;
}

const FLAG = { org: 'org', tokenFile: 'token-file' } as const;

function decisionOptions(decision: string, flags: ExplainFlags, env: Deps['env']): Options {
  if (!DECISION_ID.test(decision)) return err(usage('a decision id is dec_ and 26 letters and digits.'));
  const common = { decision, format: flags.output };
  if (flags.offline === true) return ok({ ...common, from: 'storage', ...configOf(flags) });
  const organization = organizationName(flags.org, env);
  const scope = organization === undefined ? '' : `/orgs/${encodeURIComponent(organization)}`;
  const server = administratorCall(`/api${scope}/decisions/${decision}`, 'reading a decision', flags, env);
  return server.ok ? ok({ ...common, from: 'api', ...server.value }) : server;
}

function tokenOptions(flags: ExplainFlags, env: Deps['env']): Options {
  const wanted = wantedOf(flags);
  if (!wanted.ok) return wanted;
  if (flags.tokenFile === undefined) {
    return err(usage('which token? Give --token-file FILE (or - for standard input), or --claims.'));
  }
  const organization = organizationName(flags.org, env);
  return ok({
    ...wanted.value,
    from: 'token',
    token: fileSource(flags.tokenFile),
    format: flags.output,
    ...(organization === undefined ? {} : { organization }),
    ...configOf(flags),
  });
}

function claimsOptions(claims: string, flags: ExplainFlags, env: Deps['env']): Options {
  const wanted = wantedOf(flags);
  if (!wanted.ok) return wanted;
  const named = flags.issuer ?? '';
  const organization = organizationName(flags.org, env);
  const issuer = named.includes('/') || organization === undefined ? named : `${organization}/${named}`;
  if (!/^[^/]+\/[^/]+$/.test(issuer)) {
    return err(usage('whose claims? Give --issuer ORGANIZATION/NAME, as the configuration names it.'));
  }
  const common = { ...wanted.value, from: 'claims', claims, issuer, format: flags.output } as const;
  if (flags.offline === true) return ok({ ...common, ask: { who: 'configuration', ...configOf(flags) } });
  const path = `/api/orgs/${encodeURIComponent(issuer.split('/')[0] ?? '')}/explain`;
  const server = administratorCall(path, 'asking what policies say', flags, env);
  return server.ok ? ok({ ...common, ask: { who: 'api', ...server.value } }) : server;
}

function wantedOf({ type = 'organization', scope = '' }: ExplainFlags): Result<Wanted, CliFailure> {
  const known = TOKEN_TYPES.find((candidate) => candidate === type);
  return known === undefined
    ? err(usage(`there is no token type ${type}; use ${TOKEN_TYPES.join(', ')}.`))
    : ok({ type: known, scope });
}

function configOf({ config }: ExplainFlags): { readonly config?: string } {
  return config === undefined ? {} : { config };
}

function administratorCall(
  path: string,
  what: string,
  flags: ExplainFlags,
  env: Deps['env'],
): Result<{ readonly url: string; readonly accessToken: SecretSource }, CliFailure> {
  const server = serverUrl(flags.url, env);
  if (!server.ok) return server;
  const accessToken = administratorToken(what, flags.tokenFile, env);
  return accessToken.ok ? ok({ url: `${server.value}${path}`, accessToken: accessToken.value }) : accessToken;
}
