import {
  findHeld,
  parseDueSession,
  putOff,
  takeLease,
  type DueSession,
} from '../storage/repositories/session-refresh.ts';
import { findTokenById, parseToken } from '../storage/repositories/tokens.ts';
import { commitRefresh } from './commit-refresh.ts';
import { endSession, type EndReason } from './end-session.ts';
import { refreshTokenPlace } from './places.ts';
import type { ProviderFault } from './provider-client.ts';
import { nowOf, type Known, type RefreshDeps, type Refreshed } from './refresh-model.ts';
import { waitAfter } from './refresh-time.ts';

/**
 * Asks a session's provider whether it still knows the person, and who they are now: one process at a time, under a
 * lease. It must never let a session outlive the provider's no, nor end one because nobody answered.
 */
/** Seconds: longer than every call of a provider and every try of the commit together. */
export const LEASE = 180;

/** Seconds until what is suspended is looked at again. */
const SUSPENDED = 60;

export async function refreshSession(deps: RefreshDeps, id: string): Promise<Refreshed> {
  const holder = deps.decisions.newId();
  const held = await take(deps, id, holder);
  if (typeof held === 'string') return held;
  const known = await whoseNow(deps, held);
  if (known === 'unavailable') return known;
  // It opens nothing, and what it hangs on may come back: then its provider is asked before long.
  if (known === 'suspended')
    return release(deps, held, holder, { wait: SUSPENDED, failures: held.failures }, known);
  const end = (reason: EndReason): Promise<Refreshed> => endNow(deps, held, reason);
  const refreshToken = deps.vault.open(refreshTokenPlace(id), held.refreshToken);
  if (refreshToken === undefined) return end('lost_grant');
  const asked = await deps.providerClient.refresh(known.provider, refreshToken, held.subject);
  if (asked.ok) {
    return commitRefresh(deps, { session: held, holder, ...known, refreshToken, answer: asked.value }, end);
  }
  if (saysNo(asked.error)) return end('provider_refused');
  const failures = held.failures + 1;
  return release(deps, held, holder, { wait: waitAfter(failures), failures }, 'away');
}

/** Read anew once it is ours: whoever had it before may have used its token up. */
async function take(
  deps: RefreshDeps,
  id: string,
  holder: string,
): Promise<DueSession | 'elsewhere' | 'unavailable'> {
  const now = nowOf(deps);
  const taken = await deps.writer.write([takeLease(id, { holder, now, until: now + LEASE })]);
  if (!taken.ok) return taken.error === 'conflict' ? 'elsewhere' : 'unavailable';
  const rows = await deps.reader.read(findHeld(id, holder));
  if (!rows.ok) return 'unavailable';
  const [row] = rows.value;
  return row ? parseDueSession(row) : 'elsewhere';
}

async function whoseNow(
  { snapshot, reader, standingOf }: RefreshDeps,
  session: DueSession,
): Promise<Known | 'suspended' | 'unavailable'> {
  const rows = await reader.read(findTokenById(session.id));
  if (!rows.ok) return 'unavailable';
  const [row] = rows.value;
  const provider = snapshot().identityProvidersById.get(session.provider);
  if (!row || !provider) return 'suspended';
  const token = parseToken(row).record;
  return standingOf(token).state === 'live' ? { provider, token } : 'suspended';
}

function saysNo(fault: ProviderFault): boolean {
  return fault === 'refused' || fault === 'denied';
}

async function release(
  deps: RefreshDeps,
  { id }: DueSession,
  holder: string,
  { wait, failures }: { readonly wait: number; readonly failures: number },
  outcome: Refreshed,
): Promise<Refreshed> {
  // Where it cannot be written the lease runs out, and the session is due again.
  await deps.writer.write([putOff(id, holder, { refreshAt: nowOf(deps) + wait, failures })]);
  return outcome;
}

async function endNow(deps: RefreshDeps, { id }: DueSession, reason: EndReason): Promise<Refreshed> {
  const ended = await endSession(deps, id, { actor: 'server', reason });
  // The lease is left to run out: until then somebody would only be told no again.
  return ended.ok ? 'ended' : 'unavailable';
}
