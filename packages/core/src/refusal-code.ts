/**
 * Every refusal the product can give: the one list that the wire, `docs/errors/`, metrics and the command line share.
 * A code is stable. Its `description` is all a caller may read: one ASCII sentence without quotes or backslash
 * (RFC 6749 section 5.2), never claim or policy text. What an operator may read is found by decision id.
 */

interface Entry {
  /** HTTP status at the token endpoint and the gateway (`/api/v1/token` answers 401 for every fault of the token). */
  readonly status: number;
  /** RFC 6749 / RFC 6750 / RFC 8707 error value, where the edge speaks OAuth. */
  readonly error: string;
  readonly description: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** For the page of this code: what happened, and what to do, one sentence each. */
  readonly cause: string;
  readonly fix: string;
}

const entry = (
  status: number,
  error: string,
  description: string,
  cause: string,
  fix: string,
  retryable = false,
): Entry => ({ status, error, description, retryable, cause, fix });

export const REFUSALS = {
  'request.method': entry(
    405,
    'invalid_request',
    'This endpoint takes POST only.',
    'The request used a method that the endpoint does not serve.',
    'Send the method that the Allow header names.',
  ),
  'request.body': entry(
    400,
    'invalid_request',
    'The body could not be read as the media type it claims to be.',
    'The media type is missing or unknown, the body is compressed, or its JSON or form syntax is broken.',
    'Send application/json or application/x-www-form-urlencoded in UTF-8, uncompressed.',
  ),
  'request.too_large': entry(
    413,
    'invalid_request',
    'The body is larger than this endpoint accepts.',
    'The body is over the configured limit.',
    'Send only the parameters that the endpoint names; tokens are limited to 16 KiB.',
  ),
  'request.parameter': entry(
    400,
    'invalid_request',
    'A parameter is missing, repeated or malformed.',
    'A required parameter is absent, a parameter came twice, or its value has the wrong form; the hint names it.',
    'Correct the parameter that the hint names.',
  ),
  'request.grant_type': entry(
    400,
    'unsupported_grant_type',
    'This grant type is not supported.',
    'The token endpoint serves urn:ietf:params:oauth:grant-type:token-exchange.',
    'Use the token exchange grant.',
  ),
  'request.token_type': entry(
    400,
    'invalid_request',
    'The subject token type or the requested token type is not supported.',
    'Subject tokens are id tokens (or jwt); requested types are organization, team, personal and runner access tokens.',
    'Use one of the documented token type identifiers.',
  ),
  'request.scope': entry(
    400,
    'invalid_scope',
    'The scope does not fit the requested token type.',
    'Organization takes no scope or admin; team takes team:NAME, personal user:LOGIN, runner runner:NAME; one scope only.',
    'Send the one scope that the requested token type takes.',
  ),
  'request.resource': entry(
    400,
    'invalid_target',
    'The resource is unknown or not allowed.',
    'The resource parameter names something that this token cannot be limited to.',
    'Leave the parameter out, or name a route that the policy allows.',
  ),
  'request.host': entry(
    400,
    'invalid_request',
    'The Host header is missing, repeated or malformed.',
    'The request has no usable Host header, several, or one that disagrees with an absolute request target.',
    'Send exactly one Host header that names the service or a route.',
  ),
  'token.malformed': entry(
    400,
    'invalid_request',
    'The subject token is not a signed JWT that is acceptable here.',
    'The token is not a compact JWS, is too large, or its header asks for something that is never accepted (alg, crit, JWE).',
    'Send the token exactly as the issuer gave it, without quotes or a Bearer prefix.',
  ),
  'token.not_trusted': entry(
    400,
    'invalid_request',
    'The subject token is not trusted here.',
    'The audience names no organization here, the issuer is unknown or disabled there, or the signature does not verify.',
    'Check the organization in the audience, and with an administrator that the issuer is registered and enabled.',
  ),
  'token.expired': entry(
    400,
    'invalid_request',
    'The subject token has expired.',
    'The exp claim lies in the past, or is absent.',
    'Ask the issuer for a new token right before the exchange.',
  ),
  'token.not_yet_valid': entry(
    400,
    'invalid_request',
    'The subject token is not valid yet.',
    'The nbf or iat claim lies in the future by more than the allowed leeway.',
    'Compare the clocks of the issuer and of this server.',
  ),
  'token.too_old': entry(
    400,
    'invalid_request',
    'The subject token was issued too long ago.',
    'The issuer is configured with a maximum token age, and iat lies further back than that.',
    'Ask the issuer for a new token right before the exchange.',
  ),
  'token.audience': entry(
    400,
    'invalid_request',
    'The subject token was issued for another audience.',
    'The aud claim holds none of the audiences that this issuer is trusted for; the hint names ours.',
    'Ask the issuer for a token with the audience that the hint names.',
  ),
  'token.replayed': entry(
    400,
    'invalid_request',
    'The subject token has been exchanged before.',
    'The issuer is trusted for one exchange per token.',
    'Ask the issuer for a new token.',
  ),
  'policy.refused': entry(
    400,
    'invalid_request',
    'No policy allows this.',
    'No allow policy matched, a deny policy matched, or the target does not exist; callers are never told which.',
    'Give the decision id to an administrator, who can read why with countersign explain.',
  ),
  'issuer.unreachable': entry(
    503,
    'temporarily_unavailable',
    'The keys of the issuer cannot be had right now.',
    'Fetching the discovery document or the key set of the issuer failed, and there is no good copy.',
    'Repeat the exchange after the time that Retry-After names.',
    true,
  ),
  'limit.rate': entry(
    429,
    'temporarily_unavailable',
    'Too many requests of this caller, or too many failed ones from this address.',
    'At the gateway the caller has used up the rate limit of the route; elsewhere only failures count, and the address has used up its burst.',
    'Wait for the time that Retry-After names; where requests have failed, mend the cause.',
    true,
  ),
  'server.storage': entry(
    503,
    'temporarily_unavailable',
    'The decision could not be recorded, so nothing was issued.',
    'Storage does not answer or its queue is full; without a durable record nothing is decided.',
    'Repeat the request after the time that Retry-After names; nothing was used up.',
    true,
  ),
  'server.error': entry(
    500,
    'server_error',
    'Something failed on our side.',
    'A fault in the server; the log has it under the request id.',
    'Give the request id to an administrator.',
    true,
  ),
  'credential.missing': entry(
    401,
    '',
    'This route needs an access token.',
    'The request carried no credential that this route accepts.',
    'Send Authorization: Bearer with an access token from the token endpoint or from /api/v1/token.',
  ),
  'credential.invalid': entry(
    401,
    'invalid_token',
    'The access token is not valid here.',
    'The value was not made here, is malformed, or belongs to another organization than the route.',
    'Exchange a fresh subject token for the organization that owns the route.',
  ),
  'credential.expired': entry(
    401,
    'invalid_token',
    'The access token has expired.',
    'The lifetime that was granted is over.',
    'Exchange a fresh subject token.',
  ),
  'credential.audience': entry(
    401,
    'invalid_token',
    'The token was not issued for this resource.',
    'The token opens named resources only, and the route it was shown at is not one of them.',
    'Ask for a token with this URL as resource, or without one.',
  ),
  'credential.revoked': entry(
    401,
    'invalid_token',
    'The access token has been revoked.',
    'Somebody with the right, or the holder, ended the token.',
    'Exchange a fresh subject token, if the policies still allow it.',
  ),
  'credential.identity_conflict': entry(
    401,
    'invalid_token',
    'Another account of this identity provider is this member already.',
    'The member with this email signs in with another account (another sub) of the same provider.',
    'Ask an administrator of the organization to remove the identity of the member, then sign in again.',
  ),
  'request.origin': entry(
    403,
    'invalid_request',
    'The request comes from a page of another origin.',
    'A change on a page of ours was sent without an Origin header that names this service: by another site, or by a browser that leaves it out.',
    'Open the page on this service itself and send its form from there.',
  ),
  'sign_in.expired': entry(
    400,
    'invalid_request',
    'This sign-in took too long, or was used before.',
    'A sign-in has to begin and to end within its time, and works once; a link to one that was kept is of no use.',
    'Open the page that you wanted again, which begins a new sign-in.',
  ),
  'sign_in.browser': entry(
    400,
    'invalid_request',
    'This browser did not bring the cookie of this sign-in.',
    'The sign-in was begun in another browser or window, or the browser keeps no cookies of this service; a link that somebody sent would look the same.',
    'Allow cookies for this service, open the page that you wanted again, and end the sign-in where it began.',
  ),
  'sign_in.denied': entry(
    403,
    'access_denied',
    'The identity provider did not sign you in.',
    'The person cancelled the sign-in, or the identity provider does not let this account use this service.',
    'Sign in again; if the identity provider refuses, ask whoever administers it for access.',
  ),
  'sign_in.provider': entry(
    502,
    'temporarily_unavailable',
    'The answer of the identity provider could not be believed.',
    'A check of the answer failed: its signature, issuer, audience, nonce, times, or that it belongs to this sign-in.',
    'Sign in again; if it stays so, an administrator compares client, issuer and the clocks of both servers.',
    true,
  ),
  'device.pending': entry(
    400,
    'authorization_pending',
    'Nobody has let this program in yet.',
    'The person has not entered the code, or has not decided.',
    'Ask again after the interval.',
    true,
  ),
  'device.slow_down': entry(
    400,
    'slow_down',
    'This program asks too often.',
    'It asked again before the interval had passed, which is five seconds longer from now on.',
    'Wait five seconds more between two questions.',
    true,
  ),
  'device.denied': entry(
    400,
    'access_denied',
    'The person did not let this program in.',
    'The person pressed deny.',
    'Begin again if that was a mistake.',
  ),
  'device.expired': entry(
    400,
    'expired_token',
    'The code of this program has expired.',
    'Nobody decided within ten minutes.',
    'Begin again, and enter the new code.',
  ),
  'device.code': entry(
    400,
    'invalid_grant',
    'This device code is not known, or has been used.',
    'The code was never given, gave a token already, belongs to another client, or the session that let it in has ended.',
    'Begin again.',
  ),
  'path.ambiguous': entry(
    400,
    'invalid_request',
    'The request path can be read in more than one way.',
    'Encoded slashes, dot segments, double encoding and the like are refused before any policy is looked at.',
    'Send the path in its plain form.',
  ),
  'route.unknown': entry(
    404,
    'invalid_request',
    'There is nothing at this path.',
    'No route of this host takes the path.',
    'Check the path, or ask an administrator for a route.',
  ),
  'upstream.unreachable': entry(
    502,
    'temporarily_unavailable',
    'The service behind this route does not answer.',
    'The connection to the upstream failed or was cut before it answered; with 503, no address of it is healthy, or too many requests wait for it already.',
    'Repeat the request later; the log has the cause under the request id.',
    true,
  ),
  'upstream.timeout': entry(
    504,
    'temporarily_unavailable',
    'The service behind this route took too long.',
    'The upstream sent no response head within the time limit of the route.',
    'Repeat the request later.',
    true,
  ),
} as const satisfies Readonly<Record<string, Entry>>;

export type RefusalCode = keyof typeof REFUSALS;
