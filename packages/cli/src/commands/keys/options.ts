import { err, ok, type Claims, type Result } from '@countersign/core';
import { administratorToken } from '../../administrator.ts';
import type { Deps } from '../../deps.ts';
import { usage, type CliFailure } from '../../errors.ts';
import type { TableOrJson } from '../../output.ts';
import type { SecretSource } from '../../secret-source.ts';
import { serverUrl } from '../../server-address.ts';

/** What the command line said, as commander gives it. */
export interface KeysFlags {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly force?: boolean;
  /** Absent where nothing is printed. */
  readonly output?: TableOrJson;
}

/** What is asked of the API. */
export interface KeysOptions {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body?: Claims;
  readonly accessToken: SecretSource;
  readonly format: TableOrJson;
}

export type KeysOperation =
  | { readonly verb: 'list' }
  | { readonly verb: 'rotate'; readonly ring: string }
  | { readonly verb: 'revoke'; readonly ring: string; readonly kid: string };

export function keysOptions(
  operation: KeysOperation,
  flags: KeysFlags,
  env: Deps['env'],
): Result<KeysOptions, CliFailure> {
  const server = serverUrl(flags.url, env);
  if (!server.ok) return server;
  const accessToken = administratorToken('working on keys', flags.tokenFile, env);
  if (!accessToken.ok) return accessToken;
  const request = requestOf(operation, flags);
  if (!request.ok) return request;
  const { path, ...rest } = request.value;
  return ok({
    ...rest,
    url: `${server.value}/api/keys${path}`,
    accessToken: accessToken.value,
    format: flags.output ?? 'table',
  });
}

type Request = Pick<KeysOptions, 'method' | 'body'> & { readonly path: string };

function requestOf(operation: KeysOperation, flags: KeysFlags): Result<Request, CliFailure> {
  switch (operation.verb) {
    case 'list':
      return ok({ method: 'GET', path: '' });
    case 'rotate': {
      const ring = segment('ring', operation.ring);
      const body = { force: flags.force === true };
      return ring.ok ? ok({ method: 'POST', path: `/${ring.value}/rotate`, body }) : ring;
    }
    case 'revoke': {
      const ring = segment('ring', operation.ring);
      const kid = segment('kid', operation.kid);
      if (!ring.ok) return ring;
      return kid.ok ? ok({ method: 'POST', path: `/${ring.value}/${kid.value}/revoke` }) : kid;
    }
  }
}

/** Names of rings and keys are base64url at most: anything else (`..`) would make the URL another one. */
function segment(what: string, text: string): Result<string, CliFailure> {
  return /^[A-Za-z0-9_-]{1,128}$/.test(text)
    ? ok(text)
    : err(usage(`a ${what} is letters, digits, - and _; "countersign keys list" shows them.`));
}
