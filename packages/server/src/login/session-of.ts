import type { HeaderLine } from '@countersign/core';
import { cookieName, cookieValue, setCookie } from '../http/cookies.ts';
import type { ServiceRequest } from '../http/message.ts';
import { MAX_USER_AGENT, type Device, type FoundSession } from '../sessions/model.ts';
import { originOf } from '../audit/origin.ts';
import { nowOf, type LoginDeps } from './model.ts';

/** The session that a browser brings to the service host, and the cookie it does so with. */

/** A cookie that is malformed, of another deployment or too large is no cookie (threat 10). */
export async function sessionOf(
  { snapshot, sessions }: Pick<LoginDeps, 'snapshot' | 'sessions'>,
  request: ServiceRequest,
): Promise<FoundSession> {
  const { service, settings } = snapshot();
  const value = cookieValue(cookieLines(request), cookieName(settings.sessionCookie, service.scheme));
  return value === undefined ? 'none' : sessions.find(value);
}

/** One line or none: which of two a browser would mean nobody knows. */
export function cookieLines(request: ServiceRequest): readonly HeaderLine[] {
  const line = request.header('cookie');
  return typeof line === 'string' ? [['cookie', line]] : [];
}

/** For whom a session has been opened just now: always a new value (session fixation). */
export function sessionCookie(
  deps: Pick<LoginDeps, 'snapshot' | 'clock'>,
  { value, expiresAt }: { readonly value: string; readonly expiresAt: number },
): string {
  const { service, settings } = deps.snapshot();
  const maxAge = Math.max(0, expiresAt - nowOf(deps));
  return setCookie(settings.sessionCookie, value, { scheme: service.scheme, maxAge });
}

export function noSessionCookie({ snapshot }: Pick<LoginDeps, 'snapshot'>): string {
  const { service, settings } = snapshot();
  return setCookie(settings.sessionCookie, '', { scheme: service.scheme, maxAge: 0 });
}

/** What a person will recognise in the list of their sessions. */
export function deviceOf(request: ServiceRequest): Device {
  const agent = request.header('user-agent');
  return { ...originOf(request), userAgent: typeof agent === 'string' ? agent.slice(0, MAX_USER_AGENT) : '' };
}
