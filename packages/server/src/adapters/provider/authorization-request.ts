import type { AuthorizationServer } from 'oauth4webapi';
import type { Provider, SignInAttempt } from '../../sessions/provider-client.ts';
import type { Metadata } from './metadata.ts';

/** Where browsers are sent: to sign in (OpenID Connect Core 3.1.2.1), and to sign out (RP-Initiated Logout 1.0). */

/** Google has no scope `offline_access`; it has parameters of its own for a refresh token. */
const GOOGLE = 'https://accounts.google.com';

const OFFLINE = 'offline_access';

/** `challenge`: S256 of the verifier (RFC 7636 section 4.2), whether or not the provider says that it knows it. */
export function authorizationUrl(
  provider: Provider,
  metadata: Metadata,
  attempt: SignInAttempt,
  challenge: string,
): string {
  const url = new URL(metadata.authorization_endpoint);
  const scopes = scopesFor(provider, metadata);
  const parameters = {
    client_id: provider.clientId,
    redirect_uri: attempt.redirectUri,
    response_type: 'code',
    scope: scopes.join(' '),
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...(metadata.issuer === GOOGLE && provider.scopes.includes(OFFLINE) ? GOOGLE_OFFLINE : {}),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** Without `consent` it gives a refresh token at the very first sign-in alone. */
const GOOGLE_OFFLINE = { access_type: 'offline', prompt: 'consent' };

/** A provider that lists its scopes and not this one refuses the whole request for it. */
function scopesFor({ scopes }: Provider, { scopes_supported: supported }: Metadata): readonly string[] {
  return supported === undefined || supported.includes(OFFLINE)
    ? scopes
    : scopes.filter((scope) => scope !== OFFLINE);
}

/** A longer id_token is left out: the provider asks the person then, where a server would refuse the URL. */
const MAX_HINT = 4096;

export function endSessionUrl(
  { clientId }: Provider,
  { end_session_endpoint: endpoint }: AuthorizationServer,
  options: { readonly idToken?: string; readonly returnTo: string; readonly state: string },
): string | undefined {
  if (endpoint === undefined) return undefined;
  const url = new URL(endpoint);
  const { idToken = '' } = options;
  if (idToken !== '' && idToken.length <= MAX_HINT) url.searchParams.set('id_token_hint', idToken);
  url.searchParams.set('client_id', clientId);
  url.searchParams.set('post_logout_redirect_uri', options.returnTo);
  url.searchParams.set('state', options.state);
  return url.href;
}
