import { err, ok, targetOfScope } from '@countersign/core';
import type { Profile } from './profile.ts';

/**
 * The token types that RFC 8693 defines itself (section 3): an access token, opaque or signed as the policies say, or a
 * JWT, which is a signed access token (RFC 9068) and nothing else. The kind of token follows from `scope`.
 */

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

const JWT = 'urn:ietf:params:oauth:token-type:jwt';

/** What is issued where no `requested_token_type` asks for anything: RFC 8693 section 2.1 leaves it to the server. */
export const DEFAULT_TOKEN_TYPE = ACCESS_TOKEN;

export const rfc8693Profile: Profile = {
  serves: (requestedTokenType) => requestedTokenType === ACCESS_TOKEN || requestedTokenType === JWT,
  decode: (requestedTokenType, scope) => {
    const target = targetOfScope(scope);
    if (!target.ok) return err({ code: target.error, hint: ['scope names no kind of token'] });
    return ok({ target: target.value, ...(requestedTokenType === JWT ? { format: 'jwt' } : {}) });
  },
  // No `refresh_token`: RFC 6749 section 5.1 has none that is empty. `scope` is always there: RFC 8693 section 2.2.1
  // asks for it when it differs from what was asked, and who reads it always need not know when that is.
  encode: (issued, requestedTokenType) => ({
    access_token: issued.value,
    issued_token_type: requestedTokenType,
    token_type: 'Bearer',
    expires_in: issued.expiresIn,
    scope: issued.scope,
  }),
};
