import { err, ok, type Claims, type Result } from '@countersign/core';
import { call } from '../../call.ts';
import type { Deps } from '../../deps.ts';
import type { CliFailure, Outcome } from '../../errors.ts';
import { printData, printJson } from '../../output.ts';
import { readSecret } from '../../secret-source.ts';
import type { ExchangeFormat, ExchangeOptions } from './options.ts';
import { refusalOf } from './refusal.ts';

/** Identity token → access token on standard output. */
export async function runExchange(options: ExchangeOptions, deps: Deps): Promise<Outcome> {
  const subjectToken = await readSecret(options.subjectToken, deps);
  if (!subjectToken.ok) return subjectToken;
  // Before the request: the token was made later than this, so it never ends sooner than we say.
  const asked = Math.floor(deps.now() / 1000);
  const answer = await call(tokenRequest(options, subjectToken.value), deps);
  if (!answer.ok) return answer;
  if (answer.value.status !== 200) return err(refusalOf(answer.value));
  const token = readGrant(answer.value.json);
  if (!token.ok) return token;
  print(options.format, token.value, asked, deps);
  return ok(undefined);
}

function tokenRequest(options: ExchangeOptions, subjectToken: string): Parameters<typeof call>[0] {
  return {
    method: 'POST',
    url: `${options.url}/api/oauth/token`,
    headers: { 'content-type': 'application/json' },
    // RFC 8693 section 2.1.
    body: JSON.stringify({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: `urn:countersign:org:${options.organization}`,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      requested_token_type: `urn:countersign:token-type:access_token:${options.type}`,
      scope: options.scope,
      subject_token: subjectToken,
      ...(options.expiration === undefined ? {} : { expiration: options.expiration }),
    }),
  };
}

interface GrantAnswer {
  readonly accessToken: string;
  readonly expiresIn: number;
  /** The answer as it came. */
  readonly json: Claims;
}

/** RFC 8693 section 2.2.1, and a value that can be put on a line of its own. */
function readGrant(json: Claims | undefined): Result<GrantAnswer, CliFailure> {
  const accessToken = json?.['access_token'];
  const expiresIn = json?.['expires_in'];
  const usable =
    json !== undefined &&
    typeof accessToken === 'string' &&
    /^[\x21-\x7e]+$/.test(accessToken) &&
    typeof expiresIn === 'number';
  if (usable) return ok({ accessToken, expiresIn, json });
  return err({ kind: 'server_error', message: 'the server answered 200 without a usable access token.' });
}

function print(
  format: ExchangeFormat,
  { accessToken, expiresIn, json }: GrantAnswer,
  asked: number,
  deps: Deps,
): void {
  switch (format) {
    case 'token':
      return printData(deps, accessToken);
    case 'json':
      return printJson(deps, { ...json, expires_at: asked + expiresIn });
    case 'env':
      return printData(deps, `COUNTERSIGN_TOKEN=${accessToken}`);
    case 'header':
      return printData(deps, `Authorization: Bearer ${accessToken}`);
  }
}
