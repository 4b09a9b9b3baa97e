import { principalId, type Result } from '@countersign/core';
import type { Surroundings } from './adapters/ports.ts';
import type { Caller } from './caller/caller.ts';
import { createGuesses } from './device/guesses.ts';
import type { DeviceDeps } from './device/model.ts';
import { createPace } from './device/pace.ts';
import { createVault } from './keys/vault.ts';
import type { State } from './state.ts';
import type { ServiceDeps } from './service.ts';
import { createSessions } from './sessions/create-sessions.ts';
import type { SessionsDeps } from './sessions/deps.ts';
import { endAtProvider } from './sessions/end-at-provider.ts';
import { endSession, type Ending } from './sessions/end-session.ts';
import type { LogoutOrder } from './sessions/logout-token.ts';
import type { EndedSession, Sessions } from './sessions/model.ts';
import { revokeMany, revokeToken } from './tokens/revoke.ts';

export interface ComposedSessions extends Pick<ServiceDeps, 'revoke' | 'revokeMany'> {
  readonly sessions: Sessions;
  /** Programs that people let in. */
  readonly device: DeviceDeps;
  /** For whoever hears from a provider that a session is over. */
  readonly endSession: (
    id: string,
    ending: Ending,
  ) => Promise<Result<EndedSession | undefined, 'unavailable'>>;
  /** How many have ended. */
  readonly endAtProvider: (order: LogoutOrder) => Promise<Result<number, 'unavailable'>>;
}

/** Sessions, and what ends tokens: a session is a token too, and takes its further ones with it. */
export function composeSessions(
  state: State,
  world: Surroundings,
  known: Omit<SessionsDeps, 'vault' | 'logger'>,
): ComposedSessions {
  const deps: SessionsDeps = { ...known, vault: createVault(state.encryptionKeys), logger: world.logger };
  const revoking = { ...world, ...state };
  const actorOf = (caller: Caller): string => principalId(caller.principal);
  const end: ComposedSessions['endSession'] = (id, ending) => endSession(deps, id, ending);
  return {
    sessions: createSessions(deps),
    device: {
      ...deps,
      database: state.database,
      pace: createPace(() => world.clock.now()),
      guesses: createGuesses(() => world.clock.now()),
    },
    endSession: end,
    endAtProvider: (order) => endAtProvider(deps, order),
    revoke: async (hash, token, caller) => {
      const actor = actorOf(caller);
      if (token.prefix === 'css') {
        const ended = await end(token.id, { actor, reason: 'revoked' });
        // One that a program began, and what a route host holds of a session, are tokens and no more.
        if (!ended.ok || ended.value !== undefined) return ended.ok ? { ok: true, value: undefined } : ended;
      }
      return revokeToken(revoking, hash, token, actor);
    },
    revokeMany: (revocation, caller) => revokeMany(revoking, revocation, actorOf(caller)),
  };
}
