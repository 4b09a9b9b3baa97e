import { err, ok, principalId, type Result } from '@countersign/core';
import type { Presented } from '../tokens/model.ts';
import { nowOf, type SessionsDeps } from './deps.ts';
import { endSession } from './end-session.ts';
import { issueFurther } from './further-token.ts';
import { redeem, sealHandOver } from './hand-over.ts';
import { listSessions, liveSessions } from './list-sessions.ts';
import type { EndedSession, FoundSession, LiveSession, Sessions } from './model.ts';
import { openAdministratorSession, openSession, serviceResource } from './open-session.ts';

export function createSessions(deps: SessionsDeps): Sessions {
  return {
    open: (person, device) => openSession(deps, person, device),
    openAdministrator: (device) => openAdministratorSession(deps, device),
    find: (value) => find(deps, value),
    handOver: (session, to) => sealHandOver(deps.keys.sealing.redirect, session, to, nowOf(deps)),
    redeem: (code, by) => redeem(deps, code, by),
    programToken: ({ id }, { host, device }) =>
      issueFurther(deps, { session: id, host, format: 'jwt', device }),
    list: (session) => liveSessions(deps, session),
    end: (id, by) => end(deps, id, by),
    endAll: (by) => endAll(deps, by),
  };
}

/** What opens a route or the API is no session of this host, whatever cookie it came in. */
function find(deps: SessionsDeps, value: string): FoundSession | Promise<FoundSession> {
  const own = serviceResource(deps);
  const found = (presented: Presented): FoundSession => {
    if (presented.state === 'unavailable') return 'unavailable';
    if (presented.state !== 'live' || !presented.token.resources.includes(own)) return 'none';
    return { id: presented.token.id, token: presented.token };
  };
  const presented = deps.present(value);
  return presented instanceof Promise ? presented.then(found) : found(presented);
}

async function end(
  deps: SessionsDeps,
  id: string,
  by: LiveSession,
): Promise<Result<EndedSession, 'unknown' | 'unavailable'>> {
  // Their own, and found among their own: nobody learns here whether another's session is there.
  if (id !== by.id) {
    const listed = await listSessions(deps, by);
    if (!listed.ok) return listed;
    if (!listed.value.some((session) => session.id === id)) return err('unknown');
  }
  const ended = await endSession(deps, id, { actor: principalId(by.token.principal), reason: 'signed_out' });
  if (!ended.ok) return ended;
  return ended.value ? ok(ended.value) : err('unknown');
}

/** Gives what is left to do at the provider for the session that asks. */
async function endAll(deps: SessionsDeps, by: LiveSession): Promise<Result<EndedSession, 'unavailable'>> {
  let own: EndedSession = {};
  for (;;) {
    const listed = await listSessions(deps, by);
    if (!listed.ok) return listed;
    if (listed.value.length === 0) return ok(own);
    for (const { id } of listed.value) {
      const actor = principalId(by.token.principal);
      const ended = await endSession(deps, id, { actor, reason: 'signed_out' });
      if (!ended.ok) return ended;
      if (id === by.id && ended.value) own = ended.value;
    }
  }
}
