import type { SealingRing } from '../keys/port.ts';
import { nowOf, PATHS, type LoginDeps } from './model.ts';

/**
 * A place on this host to come back to after sign-in. It travels sealed: a path that anybody could write into a link of
 * ours would lead a person who has just signed in to wherever that somebody likes (open redirect).
 */
const PLACE = 'own-place';

/** Seconds that a link to it is good for. */
const LIFE = 300;

/** Absolute path of a sign-in that leads back to `path`, which is one of ours with its query. */
export function signInLocation(deps: Pick<LoginDeps, 'keys' | 'clock'>, path: string): string {
  return `${PATHS.signIn}?to=${sealOwnPlace(deps.keys.sealing.redirect, path, nowOf(deps))}`;
}

function sealOwnPlace(ring: SealingRing, path: string, now: number): string {
  return ring.seal(PLACE, JSON.stringify([path, now]));
}

/** The path; `undefined` when it was not sealed here, or long ago. */
export function openOwnPlace(ring: SealingRing, sealed: string, now: number): string | undefined {
  const opened = ring.open(PLACE, sealed);
  if (opened === undefined) return undefined;
  const [path, issuedAt] = JSON.parse(opened) as [string, number];
  return now - issuedAt <= LIFE && OWN_PATH.test(path) ? path : undefined;
}

/** Browsers read `//evil.example` and `/\evil.example` as another host (WHATWG URL section 4.4). */
const OWN_PATH = /^\/(?![/\\])[!-[\]-~]*$/;
