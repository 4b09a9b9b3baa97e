import { err, ok, type Result } from '@countersign/core';
import { exchangeToken } from '../../exchange/exchange-token.ts';
import type { ExchangeDeps } from '../../exchange/model.ts';
import { malformed, optionalString, requiredString, single, type Malformed } from '../../http/parameter.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { Profile } from '../profile/profile.ts';
import { pulumiProfile } from '../profile/pulumi.ts';
import { DEFAULT_TOKEN_TYPE, rfc8693Profile } from '../profile/rfc8693.ts';
import { decodeCall } from './exchange-call.ts';
import type { GrantHandler } from './grant-handler.ts';

/** The wire profiles that are served, first match wins. Adding one is one file and one line. */
const PROFILES: readonly Profile[] = [pulumiProfile, rfc8693Profile];

/** RFC 8693 section 3: an id_token, and `jwt` which says the same of it. */
const SUBJECT_TOKEN_TYPES: readonly string[] = [
  'urn:ietf:params:oauth:token-type:id_token',
  'urn:ietf:params:oauth:token-type:jwt',
];

/** The token exchange grant (RFC 8693). */
export function tokenExchangeGrant(deps: ExchangeDeps): GrantHandler {
  return {
    grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
    handle: async (parameters, origin) => {
      const types = readTokenTypes(parameters);
      if (!types.ok) return types;
      const { profile, requested } = types.value;
      const call = decodeCall(parameters, profile, requested, origin);
      if (!call.ok) return call;
      const issued = await exchangeToken(deps, call.value);
      if (!issued.ok) return issued;
      const { withdraw } = issued.value;
      const members = profile.encode(issued.value, requested);
      return ok(withdraw === undefined ? { members } : { members, undelivered: withdraw });
    },
  };
}

interface TokenTypes {
  readonly profile: Profile;
  /** `requested_token_type`, or what its absence means. */
  readonly requested: string;
}

/** What every profile shares: the parameters that are refused until they mean something, and the token types. */
function readTokenTypes(parameters: Parameters): Result<TokenTypes, Malformed> {
  for (const name of ['actor_token', 'actor_token_type']) {
    const value = single(parameters, name);
    if (value.ok && (value.value === undefined || value.value === '')) continue;
    // Ignoring an actor would issue a token for somebody that the caller did not name (RFC 8693 section 1.1).
    return malformed(`${name} is not supported`);
  }
  const subjectType = requiredString(parameters, 'subject_token_type');
  if (!subjectType.ok) return subjectType;
  const requested = optionalString(parameters, 'requested_token_type');
  if (!requested.ok) return requested;
  if (!SUBJECT_TOKEN_TYPES.includes(subjectType.value)) return unsupported('subject_token_type');
  const type = requested.value === undefined || requested.value === '' ? DEFAULT_TOKEN_TYPE : requested.value;
  const profile = PROFILES.find((candidate) => candidate.serves(type));
  return profile ? ok({ profile, requested: type }) : unsupported('requested_token_type');
}

function unsupported(name: string): Result<never, Malformed> {
  return err({ code: 'request.token_type', hint: [`${name} is not supported`] });
}
