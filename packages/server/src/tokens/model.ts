import type { Claims, Principal, TokenPrefix } from '@countersign/core';

/** An access token of ours, as the process knows it. The value itself is never kept, only its SHA-256. */
export interface TokenRecord {
  /** `tok_…`, what lists and logs call it. */
  readonly id: string;
  readonly prefix: TokenPrefix;
  readonly principal: Principal;
  /** Organization whose issuer or API made it; absent for a person's session. */
  readonly organization?: string;
  /** Id of the trusted issuer or identity provider whose token was exchanged. */
  readonly issuer: string;
  /** `sub` of the token that was exchanged. */
  readonly subject: string;
  /** Verified claims of the token that was exchanged. */
  readonly claims: Claims;
  /** `dec_…` of the exchange. */
  readonly exchange: string;
  /** Epoch seconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** What a presented value turned out to be. */
export type Presented =
  | { readonly state: 'live'; readonly token: TokenRecord }
  | { readonly state: 'invalid' | 'expired' | 'revoked' | 'unavailable' };
