import { ok, type Result } from '@countersign/core';
import { parseUsedAt } from '../storage/repositories/last-uses.ts';
import { parseSession, sessionsOfPerson } from '../storage/repositories/browser-sessions.ts';
import { nowOf, type SessionsDeps } from './deps.ts';
import type { ListedSession, LiveSession } from './model.ts';

/** Sessions that are shown to a person: more than these nobody reads. */
export const MAX_LISTED = 200;

/** All of the same person at the same provider, newest first. */
export async function listSessions(
  deps: Pick<SessionsDeps, 'reader' | 'snapshot' | 'clock'>,
  by: LiveSession,
): Promise<Result<readonly ListedSession[], 'unavailable'>> {
  const rows = await deps.reader.read(
    sessionsOfPerson(personOf(by), { limit: MAX_LISTED, now: nowOf(deps) }),
  );
  if (!rows.ok) return rows;
  const providers = deps.snapshot().identityProvidersById;
  return ok(
    rows.value.map((row) => {
      const { id, provider, createdAt, expiresAt, address, userAgent } = parseSession(row);
      const usedAt = parseUsedAt(row);
      return {
        id,
        provider: providers.get(provider)?.name ?? '',
        createdAt,
        expiresAt,
        address,
        userAgent,
        ...(usedAt > 0 && { lastUsedAt: usedAt }),
      };
    }),
  );
}

/**
 * The same, to be shown: without those that a mass revocation has ended, which touches no row of theirs. They are all of one
 * person at one provider, so that what it says of the session that asks it says of each, by when that began.
 */
export async function liveSessions(
  deps: Pick<SessionsDeps, 'reader' | 'snapshot' | 'clock' | 'standingOf'>,
  by: LiveSession,
): Promise<Result<readonly ListedSession[], 'unavailable'>> {
  const listed = await listSessions(deps, by);
  if (!listed.ok) return listed;
  return ok(
    listed.value.filter(
      ({ createdAt }) => deps.standingOf({ ...by.token, issuedAt: createdAt }).state === 'live',
    ),
  );
}

/** Whose sessions they are: the person of a provider, or the administrator of the site. */
function personOf({ token }: LiveSession): { readonly provider: string; readonly subject: string } {
  const { principal, issuer, subject } = token;
  return { provider: principal.vouchedBy.kind === 'identity_provider' ? issuer : '', subject };
}
