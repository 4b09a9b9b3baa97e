import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, sendJson, sendPage, sendRedirect } from '../loopback.ts';
import type { Minter } from './mint.ts';
import { signInPage } from './sign-in-page.ts';
import { isOnLoopback, type SignIn } from './sign-in.ts';

/** The endpoints of an issuer at which people sign in. */
export interface SignInPlace {
  readonly minter: Minter;
  readonly signIn: SignIn;
}

/** What the issuer's document says of them (OpenID Connect Discovery 1.0, section 3). */
export function signInMetadata({ url }: Minter): Readonly<Record<string, unknown>> {
  return {
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/code`,
    end_session_endpoint: `${url}/end`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    authorization_response_iss_parameter_supported: true,
    scopes_supported: ['openid', 'profile', 'email'],
  };
}

type Endpoint = (
  place: SignInPlace,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
) => void | Promise<void>;

/** By method and path below the issuer. */
export const SIGN_IN_ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['GET authorize', showPeople],
  ['GET choose', choose],
  ['POST code', redeem],
  ['GET end', end],
]);

function showPeople(
  { minter, signIn }: SignInPlace,
  query: URLSearchParams,
  _request: IncomingMessage,
  response: ServerResponse,
): void {
  const begun = signIn.begin(query);
  if (begun.ok) sendPage(response, signInPage(minter, begun.value));
  else sendJson(response, 400, { error: begun.error });
}

function choose(
  { signIn }: SignInPlace,
  query: URLSearchParams,
  _request: IncomingMessage,
  response: ServerResponse,
): void {
  const chosen = signIn.choose(query.get('request') ?? '', query.get('variant') ?? '');
  if (chosen.ok) sendRedirect(response, chosen.value);
  else sendJson(response, 400, { error: chosen.error });
}

/** Bytes of a token request. */
const FORM_LIMIT = 16 * 1024;

async function redeem(
  { minter, signIn }: SignInPlace,
  _query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const form = await readBody(request, FORM_LIMIT);
  if (form === undefined) return sendJson(response, 413, { error: 'invalid_request' });
  const redeemed = await signIn.redeem(new URLSearchParams(form), Date.now());
  if (!redeemed.ok) return sendJson(response, 400, { error: redeemed.error });
  sendJson(response, 200, {
    // Of use nowhere: there is nothing to ask for with it.
    access_token: randomBytes(24).toString('base64url'),
    token_type: 'Bearer',
    expires_in: minter.issuer.lifetime,
    id_token: redeemed.value,
  });
}

/** RP-Initiated Logout 1.0: nobody stays signed in here, so there is nothing to end. */
function end(
  _place: SignInPlace,
  query: URLSearchParams,
  _request: IncomingMessage,
  response: ServerResponse,
): void {
  const back = query.get('post_logout_redirect_uri') ?? '';
  if (!isOnLoopback(back)) return sendJson(response, 200, { signed_out: true });
  const to = new URL(back);
  const state = query.get('state');
  if (state !== null) to.searchParams.set('state', state);
  sendRedirect(response, to.href);
}
