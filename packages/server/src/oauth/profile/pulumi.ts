import {
  err,
  ok,
  parseExpiration,
  parseRequestedTokenType,
  parseScope,
  type Result,
  type Target,
} from '@countersign/core';
import type { ExchangeCall } from '../../exchange/model.ts';
import { malformed, optionalString, requiredString, single, type Malformed } from '../../http/parameter.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { Profile } from './profile.ts';

/**
 * The profile of Pulumi Cloud's OAuth token exchange: no client, `audience` names the organization, the requested
 * type names the kind of token, `scope` its target, and `expiration` (an extension of RFC 8693) its lifetime.
 */
export const pulumiProfile: Profile = {
  serves: (requestedTokenType) => parseRequestedTokenType(requestedTokenType) !== undefined,
  decode,
  encode: (issued, requestedTokenType) => ({
    access_token: issued.value,
    issued_token_type: requestedTokenType,
    token_type: 'token',
    expires_in: issued.expiresIn,
    scope: issued.scope,
    refresh_token: '',
  }),
};

function decode(parameters: Parameters, remoteAddress: string): Result<ExchangeCall, Malformed> {
  const audience = requiredString(parameters, 'audience');
  if (!audience.ok) return audience;
  const subjectToken = requiredString(parameters, 'subject_token');
  if (!subjectToken.ok) return subjectToken;
  const target = decodeTarget(parameters);
  if (!target.ok) return target;
  const expiration = decodeExpiration(parameters);
  if (!expiration.ok) return expiration;
  return ok({
    audience: audience.value,
    subjectToken: subjectToken.value,
    target: target.value,
    remoteAddress,
    ...(expiration.value === undefined ? {} : { expiration: expiration.value }),
  });
}

function decodeTarget(parameters: Parameters): Result<Target, Malformed> {
  const requested = requiredString(parameters, 'requested_token_type');
  if (!requested.ok) return requested;
  const scope = optionalString(parameters, 'scope');
  if (!scope.ok) return scope;
  const type = parseRequestedTokenType(requested.value);
  if (type === undefined)
    return err({ code: 'request.token_type', hint: ['requested_token_type is not supported'] });
  const target = parseScope(type, scope.value);
  return target.ok ? target : err({ code: target.error, hint: [`scope does not fit the type ${type}`] });
}

function decodeExpiration(parameters: Parameters): Result<number | undefined, Malformed> {
  const value = single(parameters, 'expiration');
  if (!value.ok || value.value === undefined || value.value === '') return value.ok ? ok(undefined) : value;
  if (typeof value.value !== 'string' && typeof value.value !== 'number') {
    return malformed('expiration is not a number of seconds');
  }
  const seconds = parseExpiration(value.value);
  return seconds.ok ? seconds : malformed('expiration is not a positive whole number of seconds');
}
