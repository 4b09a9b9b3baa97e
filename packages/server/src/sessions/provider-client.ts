import type { Claims, Result } from '@countersign/core';
import type { IdentityProvider } from '../snapshot/model.ts';

/** What is asked of an identity provider, over the network; the implementation beside the other adapters is chosen in `compose.ts`. */

/** Of a provider what it takes to ask it. */
export type Provider = Pick<
  IdentityProvider,
  'id' | 'name' | 'issuer' | 'clientId' | 'clientSecret' | 'scopes' | 'claims'
>;

export interface ProviderClient {
  /** The URL to send the browser to: authorization code, PKCE S256, state, nonce (OpenID Connect Core 3.1.2.1). */
  begin(provider: Provider, attempt: SignInAttempt): Promise<Result<string, ProviderFault>>;
  /** Exchanges the code of a callback; every check of the response, RFC 9207's `iss` among them, has been made. */
  finish(
    provider: Provider,
    attempt: SignInAttempt,
    /** The query of the callback, as it came. */
    query: string,
  ): Promise<Result<ProviderAnswer, ProviderFault>>;
  /** `refused`: the provider says no (`invalid_grant`, or that the person has to come back); everything else may be tried again. */
  refresh(
    provider: Provider,
    refreshToken: string,
    /** Of the session: whatever is learnt has to be about the same. */
    subject: string,
  ): Promise<Result<RefreshAnswer, ProviderFault>>;
  /** Where the browser signs out at the provider (OpenID Connect RP-Initiated Logout 1.0); `undefined`: it offers no such place. */
  signOutUrl(
    provider: Provider,
    options: { readonly idToken?: string; readonly returnTo: string; readonly state: string },
  ): Promise<string | undefined>;
}

/** Bound to one browser; kept by that browser, sealed, and by nobody else. */
export interface SignInAttempt {
  readonly state: string;
  readonly nonce: string;
  /** PKCE code verifier (RFC 7636). */
  readonly verifier: string;
  readonly redirectUri: string;
}

export interface ProviderAnswer {
  /** Verified: those of the id_token, and of UserInfo what it lacks. */
  readonly claims: Claims;
  readonly idToken: string;
  readonly refreshToken?: string;
  /** Epoch seconds at which what was given ends: the id_token, or the access token if that is sooner. */
  readonly refreshBy: number;
}

/** The provider has said yes. Its refresh token may be a new one, and the old one spent: it is kept whatever else is missing. */
export interface RefreshAnswer {
  /** Verified. Absent: nothing could be learnt about the person just now. */
  readonly claims?: Claims;
  /** Absent where the refresh gave none: then the claims are those of UserInfo. */
  readonly idToken?: string;
  readonly refreshToken?: string;
  /** Epoch seconds; absent where neither of the two ends is known. */
  readonly refreshBy?: number;
}

/**
 * `denied`: the person, or the provider, said no at the sign-in. `refused`: the grant is no longer good.
 * `unreachable`: no answer that could be believed came in time. `malformed`: an answer came that fails a check.
 */
export type ProviderFault = 'denied' | 'refused' | 'unreachable' | 'malformed';
