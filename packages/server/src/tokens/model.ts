import type { Claims, Principal, TokenFormat, TokenPrefix } from '@countersign/core';

/** An access token of ours, as the process knows it. The value itself is never kept, only its SHA-256. */
export interface TokenRecord {
  /** `tok_…`, what lists and logs call it. */
  readonly id: string;
  readonly prefix: TokenPrefix;
  readonly principal: Principal;
  /** Organization whose issuer or API made it, or the one that a person's session counts in; absent where those are several. */
  readonly organization?: string;
  /** Id of the trusted issuer or identity provider whose token was exchanged. */
  readonly issuer: string;
  /** `sub` of the token that was exchanged. */
  readonly subject: string;
  /** Verified claims of the token that was exchanged. */
  readonly claims: Claims;
  /** `dec_…` of the exchange; the token's own id has the same 26 characters when it was made by one. */
  readonly exchange: string;
  /** `pol_…` of the policies that allowed it; empty for a person's session. */
  readonly policies: readonly string[];
  /** Canonical resources that it opens and nothing else, the API included; empty = no such limit. */
  readonly resources: readonly string[];
  /** `jwt`: the value is a signed token (RFC 9068) that has a row like every other. */
  readonly format: TokenFormat;
  /** Epoch seconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** `issuer` of a token that was made over the API and vouched for by no issuer. No id of an issuer looks like it. */
export const MADE_BY_API = 'api';

/** `issuer` of a session that this server alone has vouched for: its administrator's. Likewise. */
export const BY_SERVER = 'server';

/** `expiresAt` of a token that ends only when somebody ends it: the last second of the year 9999. */
export const NEVER_EXPIRES = 253_402_300_799;

/** What a presented value turned out to be. */
export type Presented =
  | { readonly state: 'live'; readonly token: TokenRecord }
  | { readonly state: 'invalid' | 'expired' | 'revoked' | 'unavailable' };

/** `organization` of a mass revocation of sessions wherever they count. No organization has this name. */
export const EVERYWHERE = '';

/** What a mass revocation names: everything issued through, under or to it. */
export const REVOKED_BY = ['issuer', 'policy', 'subject', 'principal', 'organization'] as const;

/**
 * Ends every token of an organization that came from one issuer, policy, subject or went to one principal (or simply
 * every one, when the organization itself has ended), and was issued at or before a time: one row, compared at use,
 * however many tokens it is about.
 */
export interface MassRevocation {
  readonly organization: string;
  readonly by: (typeof REVOKED_BY)[number];
  /** Id of the issuer, `pol_…`, `sub`, {@link principalId} or `idn_…` of a binding, or the organization's name. */
  readonly value: string;
  /** Epoch seconds; a token issued in that very second is ended too. */
  readonly before: number;
}
