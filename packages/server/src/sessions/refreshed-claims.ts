import type { Claims } from '@countersign/core';

/** What is known of a person once their provider has been asked again. Pure. */

/** How and for whom somebody signed in: a refresh is no new sign-in, and often does not repeat it. */
const OF_SIGN_IN = ['iss', 'aud', 'azp', 'sid', 'acr', 'amr', 'auth_time'];

/** Of one token and not of the person: they would make every answer a new one. */
const OF_ONE_TOKEN = new Set([
  'iat',
  'exp',
  'nbf',
  'jti',
  'nonce',
  'at_hash',
  'c_hash',
  's_hash',
  'rat',
  'uti',
]);

/**
 * Of what was known before nothing stays but how they signed in. A claim that the provider no longer says is gone: it
 * leaves `groups` out for whoever is in none any more.
 */
export function refreshedClaims(before: Claims, now: Claims): Claims {
  const kept = OF_SIGN_IN.filter((name) => Object.hasOwn(before, name)).map((name) => [name, before[name]]);
  const learnt = Object.entries(now).filter(([name]) => !OF_ONE_TOKEN.has(name));
  return Object.fromEntries([...kept, ...learnt]) as Claims;
}
