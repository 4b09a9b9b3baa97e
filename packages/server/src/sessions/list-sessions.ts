import { ok, type Result } from '@countersign/core';
import { parseUsedAt } from '../storage/repositories/last-uses.ts';
import { parseSession, sessionsOfPerson } from '../storage/repositories/browser-sessions.ts';
import { nowOf, type SessionsDeps } from './deps.ts';
import type { ListedSession, LiveSession } from './model.ts';

/** Sessions that are shown to a person: more than these nobody reads. */
const MAX_LISTED = 200;

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

/** Whose sessions they are: the person of a provider, or the administrator of the site. */
function personOf({ token }: LiveSession): { readonly provider: string; readonly subject: string } {
  const { principal, issuer, subject } = token;
  return { provider: principal.vouchedBy.kind === 'identity_provider' ? issuer : '', subject };
}
