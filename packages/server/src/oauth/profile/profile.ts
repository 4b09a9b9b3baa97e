import type { Result } from '@countersign/core';
import type { ExchangeCall, Issued } from '../../exchange/model.ts';
import type { Malformed } from '../../http/parameter.ts';
import type { Parameters } from '../../http/parameters.ts';

/**
 * A profile is one specification's use of the token exchange on the wire: it decodes parameters into a call and
 * encodes what was issued. It decides nothing.
 */
export interface Profile {
  /** Whether this profile speaks for a `requested_token_type`. */
  serves(requestedTokenType: string): boolean;
  decode(parameters: Parameters, remoteAddress: string): Result<ExchangeCall, Malformed>;
  /** The members of the 200 answer, in order. */
  encode(issued: Issued, requestedTokenType: string): Readonly<Record<string, unknown>>;
}
