import type { Json } from './claims.ts';

/**
 * What a policy of a route may ask about a request: the `request` root of the facts, as data, so that a decision can be
 * explained later. A fact that is `null` is known to be none (no certificate was shown); one that is not there was
 * never looked for, and a criterion that needs it cannot be evaluated: it never allows, and in a deny rule it denies.
 */
export interface RequestFacts {
  /** As received: methods are case-sensitive (RFC 9110 section 9.1). */
  readonly method: string;
  /** Host that was asked for: lower case, without port. */
  readonly host: string;
  /** Canonical path: the one that is forwarded. */
  readonly path: string;
  /** Address of the caller. */
  readonly source_ip: string;
  /** Epoch milliseconds. */
  readonly time: number;
  /** OPTIONS with `Origin` and `Access-Control-Request-Method` (Fetch standard, "CORS-preflight request"). */
  readonly cors_preflight: boolean;
  /** Of a certificate that has been verified; {@link NO_CERTIFICATE} when none was shown. */
  readonly client_certificate: CertificateFacts;
  /** Of the token that was presented; {@link NO_TOKEN} when there was none. */
  readonly token: TokenFacts;
}

export type RequestFact = keyof RequestFacts;

export interface CertificateFacts {
  /** SHA-256 of the certificate: 64 hexadecimal digits, lower case. */
  readonly fingerprint: string | null;
  /** SHA-256 of its SubjectPublicKeyInfo, in base64. */
  readonly spki_hash: string | null;
  /** Subject alternative names (RFC 5280 section 4.2.1.6); DNS names and emails in lower case. */
  readonly san_dns: readonly string[];
  readonly san_email: readonly string[];
  readonly san_uri: readonly string[];
}

export interface TokenFacts {
  /** `organization`, `team`, `personal`, `runner`, or `session` for a person who signed in. */
  readonly type: string | null;
  /** `ORGANIZATION/NAME` of the trusted issuer whose token was exchanged. */
  readonly issuer: string | null;
  /** Who acts for the principal, when the token was delegated (RFC 8693 section 4.1). */
  readonly actor: string | null;
}

export const NO_CERTIFICATE: CertificateFacts = {
  fingerprint: null,
  spki_hash: null,
  san_dns: [],
  san_email: [],
  san_uri: [],
};

export const NO_TOKEN: TokenFacts = { type: null, issuer: null, actor: null };

/** The facts as the engine reads them; leaves out what the gateway does not know. */
export function requestFacts(facts: Partial<RequestFacts>): { readonly [name: string]: Json } {
  const { client_certificate: certificate, token, ...plain } = facts;
  return {
    ...plain,
    ...(certificate === undefined ? {} : { client_certificate: { ...certificate } }),
    ...(token === undefined ? {} : { token: { ...token } }),
  };
}
