import { canonicalResource, err, ok, parseExpiration, type Result } from '@countersign/core';
import type { Origin } from '../../audit/origin.ts';
import type { ExchangeCall } from '../../exchange/model.ts';
import {
  malformed,
  optionalString,
  requiredString,
  single,
  strings,
  type Malformed,
} from '../../http/parameter.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { Profile } from '../profile/profile.ts';

/** Resources that one token is asked for: more is no limit any more, and each is compared with every policy's. */
const MAX_RESOURCES = 16;

/** Decodes a token exchange into what the service is asked. The first parameter that is wrong answers. */
export function decodeCall(
  parameters: Parameters,
  profile: Profile,
  requestedTokenType: string,
  origin: Origin,
): Result<ExchangeCall, Malformed> {
  const audience = requiredString(parameters, 'audience');
  if (!audience.ok) return audience;
  const subjectToken = requiredString(parameters, 'subject_token');
  if (!subjectToken.ok) return subjectToken;
  const scope = optionalString(parameters, 'scope');
  if (!scope.ok) return scope;
  const wanted = profile.decode(requestedTokenType, scope.value);
  if (!wanted.ok) return wanted;
  const expiration = decodeExpiration(parameters);
  if (!expiration.ok) return expiration;
  const resources = decodeResources(parameters);
  if (!resources.ok) return resources;
  return ok({
    audience: audience.value,
    subjectToken: subjectToken.value,
    ...wanted.value,
    resources: resources.value,
    ...origin,
    ...(expiration.value === undefined ? {} : { expiration: expiration.value }),
  });
}

/** `expiration`, an extension: whole seconds, as a number or in decimal. */
function decodeExpiration(parameters: Parameters): Result<number | undefined, Malformed> {
  const value = single(parameters, 'expiration');
  if (!value.ok || value.value === undefined || value.value === '') return value.ok ? ok(undefined) : value;
  if (typeof value.value !== 'string' && typeof value.value !== 'number') {
    return malformed('expiration is not a number of seconds');
  }
  const seconds = parseExpiration(value.value);
  return seconds.ok ? seconds : malformed('expiration is not a positive whole number of seconds');
}

/** `resource` (RFC 8707 section 2), repeatable. What is no absolute URL names nothing, whatever a policy says. */
function decodeResources(parameters: Parameters): Result<readonly string[], Malformed> {
  const resources = strings(parameters, 'resource');
  if (resources === undefined || resources.some((text) => canonicalResource(text) === undefined)) {
    return err({ code: 'request.resource', hint: ['resource is not the URL of a route'] });
  }
  if (resources.length > MAX_RESOURCES) {
    return err({ code: 'request.resource', hint: [`resource comes more than ${MAX_RESOURCES} times`] });
  }
  return ok(resources);
}
