import { err, ok, type Claims, type Result } from '@countersign/core';
import { call, type Call, type CallAnswer } from './call.ts';
import type { Deps } from './deps.ts';
import { usage, type CliFailure } from './errors.ts';
import { printable } from './printable.ts';
import { fileSource, readSecret, type SecretSource } from './secret-source.ts';

/** Calls of the management API: with which token, and what its refusals mean here. */

/** What `--token-file` of an administrator's command says. */
export const ADMINISTRATOR_TOKEN = 'access token, - for standard input (or COUNTERSIGN_ADMIN_TOKEN)';

/** `what` takes an administrator: the beginning of the sentence that says so. */
export function administratorToken(
  what: string,
  tokenFile: string | undefined,
  env: Deps['env'],
): Result<SecretSource, CliFailure> {
  if (tokenFile !== undefined) return ok(fileSource(tokenFile));
  if (env['COUNTERSIGN_ADMIN_TOKEN']) return ok({ kind: 'variable', name: 'COUNTERSIGN_ADMIN_TOKEN' });
  return err({
    kind: 'no_credential',
    message: `${what} takes an administrator.`,
    details: ['Give --token-file FILE (or - for standard input), or set COUNTERSIGN_ADMIN_TOKEN.'],
  });
}

export interface AdministratorCall {
  readonly method: Call['method'];
  readonly url: string;
  readonly body?: Claims;
  readonly accessToken: SecretSource;
  /** What is asked for, as in {@link administratorToken}. */
  readonly what: string;
}

/** The JSON of a 2xx answer; an empty object where the answer has none (204). */
export async function callAsAdministrator(
  asked: AdministratorCall,
  deps: Deps,
): Promise<Result<Claims, CliFailure>> {
  const token = await readSecret(asked.accessToken, deps);
  if (!token.ok) return token;
  const answer = await call(
    {
      method: asked.method,
      url: asked.url,
      headers: {
        authorization: `Bearer ${token.value}`,
        ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
    },
    deps,
  );
  return answer.ok ? readAnswer(asked, answer.value) : answer;
}

function readAnswer({ what, url }: AdministratorCall, answer: CallAnswer): Result<Claims, CliFailure> {
  const { status, json } = answer;
  if (status === 204) return ok({});
  if (status === 200 && json !== undefined) return ok(json);
  switch (status) {
    case 400:
    case 404:
    case 409:
    case 413:
      return err(said(answer) ?? notOurs(url, status));
    case 401:
      return err({ kind: 'no_credential', message: 'the server does not know this access token.' });
    case 403:
      return err({
        kind: 'refused',
        message: `${what} takes an administrator of ${whose(url)}, and this token is none.`,
      });
    default:
      return err(notOurs(url, status));
  }
}

/** Who administers an organization is nobody to the site, and has to name it (`--org`). */
function whose(url: string): string {
  return url.includes('/api/orgs/') ? 'that organization' : 'the site';
}

/** The API's own words. An error that does not repeat its status is of somebody else: a proxy, another server. */
function said({ status, json }: CallAnswer): CliFailure | undefined {
  const message = json?.['message'];
  if (json?.['code'] !== status || typeof message !== 'string') return undefined;
  return usage(`the server says: ${printable(message).slice(0, 500)}`);
}

function notOurs(url: string, status: number): CliFailure {
  return {
    kind: 'server_error',
    message: `${url} answered ${status}, and not the way a Countersign server does.`,
  };
}
