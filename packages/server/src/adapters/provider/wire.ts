import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  clockSkew,
  clockTolerance,
  customFetch,
  None,
  type AuthorizationServer,
  type Client,
  type ClientAuth,
  type CustomFetchOptions,
  type TokenEndpointRequestOptions,
} from 'oauth4webapi';
import type { Provider } from '../../sessions/provider-client.ts';
import { parseBoundedObject } from '../../trust/bounded-json.ts';
import type { FetchFailure, FetchLimits, SafeCall } from '../safe-fetch.ts';

/** How the library asks: as which client, at what time, and over our connections alone. */

/** Of the answer of a token or UserInfo endpoint, and of the whole call. */
export const LIMITS: FetchLimits = { size: 256 * 1024, time: 10_000 };
export const BOUNDS = { depth: 16, members: 2048 } as const;

/** Refusals are 400 and 401 (RFC 6749 section 5.2); some providers say 403. */
const REFUSING = [400, 401, 403];

/** `now`: epoch milliseconds of our clock, which the library would otherwise take from the system. */
export function clientOf({ clientId }: Provider, now: number, leeway: number): Client {
  return {
    client_id: clientId,
    [clockSkew]: Math.round((now - Date.now()) / 1000),
    [clockTolerance]: leeway,
  };
}

/** RFC 6749 section 2.3.1: the header, unless the provider takes nothing but the form. Without a secret PKCE stands alone. */
export function authenticationOf({ clientSecret }: Provider, server: AuthorizationServer): ClientAuth {
  if (clientSecret === undefined) return None();
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const formOnly = methods.includes('client_secret_post') && !methods.includes('client_secret_basic');
  return formOnly ? ClientSecretPost(clientSecret) : ClientSecretBasic(clientSecret);
}

const CALL_FAILED = 'a call of an identity provider failed';

/** What a call of ours failed with: thrown, since the library takes an answer or an exception. */
export function callFailure(error: unknown): FetchFailure | 'malformed' | undefined {
  const isOurs = error instanceof Error && error.message === CALL_FAILED;
  return isOurs ? (error.cause as FetchFailure | 'malformed') : undefined;
}

function failed(cause: FetchFailure | 'malformed'): Error {
  return new Error(CALL_FAILED, { cause });
}

/** `issuer`: in the clear only where it is registered so, which {@link SafeCall} lets through on loopback alone. */
export function requestOptions(call: SafeCall, issuer: string): TokenEndpointRequestOptions {
  return {
    [allowInsecureRequests]: issuer.startsWith('http:'),
    [customFetch]: async (url: string, { headers, body }: CustomFetchOptions<'POST', URLSearchParams>) => {
      const asked = { headers: ours(headers), form: String(body), alsoReads: REFUSING };
      const answered = await call(url, asked, LIMITS);
      if (!answered.ok) throw failed(answered.error);
      const { status, contentType, body: bytes } = answered.value;
      // Before the library reads it: bounded, and one document to all who read it.
      if (!parseBoundedObject(bytes, BOUNDS)) throw failed('malformed');
      return new Response(new Uint8Array(bytes), { status, headers: { 'content-type': contentType } });
    },
  };
}

/** Not what the library says of itself and of its version. */
function ours(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { authorization } = headers;
  return authorization === undefined ? {} : { authorization };
}
