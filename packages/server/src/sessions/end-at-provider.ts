import { err, ok, type Result } from '@countersign/core';
import {
  parseSessionId,
  sessionsAtProvider,
  type AtProvider,
} from '../storage/repositories/sessions-at-provider.ts';
import { endSession, type EndDeps } from './end-session.ts';
import type { LogoutOrder } from './logout-token.ts';

/**
 * Ends what a provider says is over, everywhere. Only what had begun when it said so: whoever sends a logout token a
 * second time ends nothing that has begun since, so that none has to be remembered, and a provider that did not hear our
 * answer may repeat it.
 */

/** Sessions of one step, and steps of one logout: of more than that the provider hears that it failed, and repeats it. */
const STEP = 100;
const MAX_STEPS = 50;

/** How many have ended. */
export async function endAtProvider(
  deps: EndDeps,
  { providers, issuedAt, subject, providerSession }: LogoutOrder,
): Promise<Result<number, 'unavailable'>> {
  // Its clock may be behind ours.
  const begunBy = issuedAt + deps.snapshot().settings.clockLeeway;
  const about = {
    begunBy,
    ...(subject !== undefined && { subject }),
    ...(providerSession !== undefined && { providerSession }),
  };
  let ended = 0;
  for (const { id } of providers) {
    const done = await endAll(deps, { ...about, provider: id });
    if (!done.ok) return done;
    ended += done.value;
  }
  return ok(ended);
}

async function endAll(deps: EndDeps, which: AtProvider): Promise<Result<number, 'unavailable'>> {
  let after = '';
  let ended = 0;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const rows = await deps.reader.read(sessionsAtProvider(which, after, STEP));
    if (!rows.ok) return rows;
    const ids = rows.value.map(parseSessionId);
    const done = await Promise.all(
      ids.map((id) => endSession(deps, id, { actor: 'server', reason: 'provider_logout' })),
    );
    if (done.some((one) => !one.ok)) return err('unavailable');
    ended += done.filter((one) => one.ok && one.value !== undefined).length;
    const last = ids.at(-1);
    if (last === undefined || ids.length < STEP) return ok(ended);
    after = last;
  }
  return err('unavailable');
}
