import { writableLines, type Route, type WritableLines } from '@countersign/core';
import type { Clock, Random } from '../adapters/ports.ts';
import type { KeyRing, SigningKey } from '../keys/port.ts';
import type { TokenRecord } from '../tokens/model.ts';
import {
  ASSERTION_LIFETIME,
  assertionClaims,
  claimHeaderLines,
  type AssertedFacts,
} from './assertion-claims.ts';
import { createBoundedCache } from './bounded-cache.ts';
import { signEs256 } from './es256.ts';

/**
 * `X-Pomerium-Jwt-Assertion`: the signed statement to the upstream of who is asking. Signed once per token, route and
 * host and reused for most of its life, because a signature costs ten times what the rest of a decision does.
 */

/** Seconds before `exp` at which a new one is signed: what an upstream with a slow clock or a queue has left. */
const RENEW_BEFORE = 60;

/** Assertions kept: about 1 KiB each. Beyond it the least recently used are signed again. */
const MAX_ASSERTIONS = 8_192;

interface Entry {
  readonly kid: string;
  readonly route: Route;
  readonly lines: WritableLines;
  /** Epoch seconds. */
  readonly renewAt: number;
}

export interface AssertionDeps {
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
  /** Entries; tests make it small. */
  readonly limit?: number;
}

/**
 * The identity headers for a token on a route: the assertion, then one header a claim of `jwt_claims_headers`. `host`:
 * the one that was asked for, which is who the assertion is for; a wildcard route has many.
 */
export type Assertions = (token: TokenRecord, route: Route, host: string) => WritableLines;

export function createAssertions(deps: AssertionDeps): Assertions {
  const cache = createBoundedCache<Entry>(deps.limit ?? MAX_ASSERTIONS);
  return (token, route, host) => {
    const now = Math.floor(deps.clock.now() / 1000);
    if (route.assertion === 'per_request')
      return identityLines(deps, deps.ring.signing(), { token, route, host, now });
    const key = `${token.id} ${route.id} ${host}`;
    const known = cache.get(key);
    const signing = deps.ring.signing();
    // The route is compared as an object: after a change of configuration it is another one, even under the same id.
    // And what a withdrawn key has signed must not be sent once more.
    if (known && known.route === route && known.kid === signing.kid && now < known.renewAt)
      return known.lines;
    const lines = identityLines(deps, signing, { token, route, host, now });
    cache.set(key, { kid: signing.kid, route, lines, renewAt: now + ASSERTION_LIFETIME - RENEW_BEFORE });
    return lines;
  };
}

function identityLines(
  deps: AssertionDeps,
  { kid, privateKey }: SigningKey,
  told: Omit<AssertedFacts, 'jti'>,
): WritableLines {
  const jti = Buffer.from(deps.random.bytes(16)).toString('base64url');
  const claims = assertionClaims({ ...told, jti });
  const signed = `${encode({ alg: 'ES256', typ: 'JWT', kid })}.${encode(claims)}`;
  return writableLines([
    ['x-pomerium-jwt-assertion', `${signed}.${signEs256(signed, privateKey)}`],
    ...claimHeaderLines(told.route.claimHeaders, claims),
  ]);
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}
