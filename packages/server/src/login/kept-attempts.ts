import { cookieName, cookieValue, setCookie } from '../http/cookies.ts';
import type { ServiceRequest } from '../http/message.ts';
import {
  ATTEMPT_LIFE,
  attemptCookie,
  attemptCookies,
  openAttempt,
  sealAttempt,
  type KeptAttempt,
} from './attempt.ts';
import type { LoginDeps } from './model.ts';
import { cookieLines } from './session-of.ts';

/**
 * The attempts that a browser keeps, as cookies. They are bounded in number and in all: a browser sends every one of
 * them with every request, and a head that has grown too large is refused before anybody could take one away.
 */
export const MAX_ATTEMPTS = 5;

/** Characters of all sealed attempts together, a quarter of what a head may have by default. */
export const MAX_ATTEMPT_TEXT = 8192;

/** Characters of one: browsers keep 4096 of name, value and attributes (RFC 6265bis section 5.6). */
export const MAX_ONE_ATTEMPT = 3800;

type Deps = Pick<LoginDeps, 'snapshot' | 'keys'>;

/** The one that an answer with this `state` belongs to; `undefined` when this browser did not begin it. */
export function keptAttempt(
  { snapshot, keys }: Deps,
  request: ServiceRequest,
  state: string,
): KeptAttempt | undefined {
  const { service, settings } = snapshot();
  const name = cookieName(attemptCookie(settings.sessionCookie, state), service.scheme);
  const sealed = cookieValue(cookieLines(request), name);
  const attempt = sealed === undefined ? undefined : openAttempt(keys.sealing.cookie, sealed);
  // The name has eight digits of a hash of it: another attempt may have the same, and must not answer for this one.
  return attempt?.state === state ? attempt : undefined;
}

/** `undefined`: it is more than a browser keeps. */
export function keepAttempt({ snapshot, keys }: Deps, attempt: KeptAttempt): string | undefined {
  const { service, settings } = snapshot();
  const sealed = sealAttempt(keys.sealing.cookie, attempt);
  if (sealed.length > MAX_ONE_ATTEMPT) return undefined;
  const name = attemptCookie(settings.sessionCookie, attempt.state);
  return setCookie(name, sealed, { scheme: service.scheme, maxAge: ATTEMPT_LIFE });
}

/** Takes those away that one more leaves no room for, the answered ones first, then the oldest. */
export function makeRoom(deps: Deps, request: ServiceRequest, coming: string): readonly string[] {
  const { service, settings } = deps.snapshot();
  const kept = attemptsOf(deps, request).sort(
    (one, other) =>
      Number(one.attempt.spent ?? false) - Number(other.attempt.spent ?? false) ||
      other.attempt.issuedAt - one.attempt.issuedAt,
  );
  let left = MAX_ATTEMPT_TEXT - coming.length;
  const leaving = kept.filter(({ sealed }, at) => {
    left -= sealed.length;
    return at >= MAX_ATTEMPTS - 1 || left < 0;
  });
  return leaving.map(({ attempt }) =>
    setCookie(attemptCookie(settings.sessionCookie, attempt.state), '', {
      scheme: service.scheme,
      maxAge: 0,
    }),
  );
}

interface Found {
  readonly sealed: string;
  readonly attempt: KeptAttempt;
}

/** Cookies that are looked at: more come only from somebody who writes his own. */
export const MAX_LOOKED_AT = 32;

/** Ours alone: a deployment on another port of this host shares its cookies, and keeps its own. */
function attemptsOf({ snapshot, keys }: Deps, request: ServiceRequest): Found[] {
  const { service, settings } = snapshot();
  const beginning = cookieName(attemptCookies(settings.sessionCookie), service.scheme);
  const lines = cookieLines(request);
  const names = lines
    .flatMap(([, line]) => line.split(';'))
    .map((pair) => pair.slice(0, Math.max(0, pair.indexOf('='))).trim())
    .filter((name) => name.startsWith(beginning));
  return names.slice(0, MAX_LOOKED_AT).flatMap((name) => {
    const sealed = cookieValue(lines, name);
    const attempt = sealed === undefined ? undefined : openAttempt(keys.sealing.cookie, sealed);
    return sealed === undefined || attempt === undefined ? [] : [{ sealed, attempt }];
  });
}
