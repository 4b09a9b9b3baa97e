import type { ExchangeRequest, Result } from '@countersign/core';
import type { Issued } from '../../exchange/model.ts';
import type { Malformed } from '../../http/parameter.ts';

/**
 * A profile is one specification's use of the token exchange on the wire: what its `requested_token_type` and `scope`
 * ask for, and the members of its answer. Everything else of the request is the grant's, which is the same for all. A
 * profile decides nothing.
 */
export interface Profile {
  /** Whether this profile speaks for a `requested_token_type`. */
  serves(requestedTokenType: string): boolean;
  decode(requestedTokenType: string, scope: string | undefined): Result<Wanted, Malformed>;
  /** The members of the 200 answer, in order. */
  encode(issued: Issued, requestedTokenType: string): Readonly<Record<string, unknown>>;
}

export type Wanted = Pick<ExchangeRequest, 'target' | 'format'>;
