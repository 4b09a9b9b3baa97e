import { hash, timingSafeEqual } from 'node:crypto';
import { err, ok, type Result } from '@countersign/core';
import { originOf } from '../audit/origin.ts';
import { createRefuser } from '../exchange/refuser.ts';
import type { SealingRing } from '../keys/port.ts';
import { nowOf, type SessionsDeps } from './deps.ts';
import { issueFurther } from './further-token.ts';
import type { HandedOver, HandOver, LiveSession, Redemption, RefusedHandOver } from './model.ts';

/**
 * A session goes from the service host to a route host, by a code in the browser's address. Whoever reads that address
 * later has nothing: the code is good for seconds, once, at one host, and in the one browser that holds the nonce which that
 * host gave it before (code injection and login CSRF, RFC 9700 sections 4.5 and 4.7).
 */

/** Seconds. */
export const HAND_OVER_LIFE = 30;

/** Seconds that the clocks of two processes may differ by. */
const LEEWAY = 5;

const PLACE = 'hand-over';

interface Sealed extends HandOver {
  /** `tok_…` of the session. */
  readonly session: string;
  /** Epoch seconds. */
  readonly issuedAt: number;
}

export function sealHandOver(ring: SealingRing, { id }: LiveSession, to: HandOver, now: number): string {
  const sealed: Sealed = { ...to, session: id, issuedAt: now };
  return ring.seal(PLACE, JSON.stringify(sealed));
}

/** Uses the code up in the commit of the new token, or does nothing. */
export async function redeem(
  deps: SessionsDeps,
  code: string,
  { host, nonces, device }: Redemption,
): Promise<Result<HandedOver, RefusedHandOver>> {
  const now = nowOf(deps);
  const handed = openHandOver(deps.keys.sealing.redirect, code);
  const nonce = handed && nonces.find((one) => isOf(one, handed.nonceHash));
  const refusal = refusalOf(handed, { host, nonce, now });
  const returnTo = handed?.host === host ? { returnTo: handed.returnTo } : {};
  if (handed === undefined || nonce === undefined || refusal !== undefined) {
    const attempt = { id: deps.decisions.newId(), time: deps.clock.now(), ...originOf(device) };
    const refuse = createRefuser(deps.decisions, attempt);
    const refused = refuse.unverified({ code: refusal ?? 'sign_in.expired' });
    return refused.ok ? refused : err({ ...refused.error, ...returnTo });
  }
  const issued = await issueFurther(deps, {
    session: handed.session,
    host,
    format: 'opaque',
    device,
    mark: {
      issuer: PLACE,
      mark: hash('sha256', code, 'base64url'),
      // A mark is kept until the code is refused by its age.
      expiresAt: now + HAND_OVER_LIFE + 2 * LEEWAY,
    },
  });
  if (!issued.ok) return err({ ...issued.error, ...returnTo });
  return ok({ ...issued.value, returnTo: handed.returnTo, nonce });
}

function openHandOver(ring: SealingRing, code: string): Sealed | undefined {
  const opened = ring.open(PLACE, code);
  return opened === undefined ? undefined : (JSON.parse(opened) as Sealed);
}

function refusalOf(
  handed: Sealed | undefined,
  { host, nonce, now }: { readonly host: string; readonly nonce: string | undefined; readonly now: number },
): 'sign_in.expired' | 'sign_in.browser' | undefined {
  if (handed === undefined) return 'sign_in.expired';
  const age = now - handed.issuedAt;
  if (age > HAND_OVER_LIFE + LEEWAY || age < -LEEWAY) return 'sign_in.expired';
  return handed.host === host && nonce !== undefined ? undefined : 'sign_in.browser';
}

function isOf(nonce: string, nonceHash: string): boolean {
  const shown = Buffer.from(hashNonce(nonce), 'latin1');
  const expected = Buffer.from(nonceHash, 'latin1');
  return shown.length === expected.length && timingSafeEqual(shown, expected);
}

/** What a request says of the nonce that the browser keeps. */
export function hashNonce(nonce: string): string {
  return hash('sha256', nonce, 'base64url');
}
