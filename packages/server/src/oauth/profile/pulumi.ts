import { err, ok, parseRequestedTokenType, parseScope } from '@countersign/core';
import type { Profile } from './profile.ts';

/**
 * The profile of Pulumi Cloud's OAuth token exchange: the requested type names the kind of token, `scope` its target.
 * Whether the value is opaque or signed is the policies' to say; the answer looks the same.
 */
export const pulumiProfile: Profile = {
  serves: (requestedTokenType) => parseRequestedTokenType(requestedTokenType) !== undefined,
  decode: (requestedTokenType, scope) => {
    const type = parseRequestedTokenType(requestedTokenType);
    if (type === undefined)
      return err({ code: 'request.token_type', hint: ['requested_token_type is not supported'] });
    const target = parseScope(type, scope);
    if (!target.ok) return err({ code: target.error, hint: [`scope does not fit the type ${type}`] });
    return ok({ target: target.value });
  },
  encode: (issued, requestedTokenType) => ({
    access_token: issued.value,
    issued_token_type: requestedTokenType,
    token_type: 'token',
    expires_in: issued.expiresIn,
    scope: issued.scope,
    refresh_token: '',
  }),
};
