import { hash } from 'node:crypto';
import type { Random } from '../adapters/ports.ts';
import type { SignInAttempt } from '../sessions/provider-client.ts';
import type { SealingRing } from '../keys/port.ts';
import type { Destination } from './model.ts';

/**
 * A sign-in under way: what only the browser that began it may bring back. It is kept by that browser, sealed, in a
 * cookie of its own named after the `state`, so that two tabs do not disturb each other. That the provider is part of
 * it is what tells an answer of one provider from that of another (mix-up, RFC 9700 section 4.4).
 */
export interface KeptAttempt extends Omit<SignInAttempt, 'redirectUri'> {
  /** Id of the provider that the browser was sent to. */
  readonly provider: string;
  readonly to: Destination;
  /** Epoch seconds. */
  readonly issuedAt: number;
  /** It has been answered: all that is left of it is where it led, for whoever comes back by the back button. */
  readonly spent?: true;
}

/** Seconds: longer than it takes to set up a second factor. */
export const ATTEMPT_LIFE = 3600;

/** Changes with what is sealed: what another version has sealed is nothing to this one. */
const PLACE = 'sign-in-attempt';

export function newAttempt(
  random: Random,
  about: Pick<KeptAttempt, 'provider' | 'to' | 'issuedAt'>,
): KeptAttempt {
  const draw = (): string => Buffer.from(random.bytes(32)).toString('base64url');
  return { state: draw(), nonce: draw(), verifier: draw(), ...about };
}

/** What is left of an attempt that has been answered. Its secrets are gone: it can be answered no second time. */
export function spentAttempt({ state, provider, to, issuedAt }: KeptAttempt): KeptAttempt {
  return { state, nonce: '', verifier: '', provider, to, issuedAt, spent: true };
}

export function sealAttempt(ring: SealingRing, attempt: KeptAttempt): string {
  return ring.seal(PLACE, JSON.stringify(attempt));
}

/** `undefined`: it is none of ours. */
export function openAttempt(ring: SealingRing, sealed: string): KeptAttempt | undefined {
  const opened = ring.open(PLACE, sealed);
  return opened === undefined ? undefined : (JSON.parse(opened) as KeptAttempt);
}

/** Of the cookie of an attempt, without prefix. The state itself is a secret that no name should tell. */
export function attemptCookie(sessionCookie: string, state: string): string {
  return `${attemptCookies(sessionCookie)}${hash('sha256', state, 'hex').slice(0, 8)}`;
}

/** What the names of all such cookies begin with. */
export function attemptCookies(sessionCookie: string): string {
  return `${sessionCookie}_s_`;
}
