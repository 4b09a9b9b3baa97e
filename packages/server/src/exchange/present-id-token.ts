import { err, ok, type Result } from '@countersign/core';
import type { Origin } from '../audit/origin.ts';
import type { UnverifiedJws } from '../trust/compact-jws.ts';
import { exchangeIdToken } from './exchange-id-token.ts';
import type { IdentifiedRefusal } from './model.ts';
import { presentedHash, type PresentDeps } from './presented-session.ts';

/** An id_token of a person that was presented at a route as it is. */
export interface PresentedIdToken extends Origin {
  readonly value: string;
  readonly token: UnverifiedJws;
  /** Id of the identity provider that it names. */
  readonly provider: string;
}

/** The same exchange as at `/api/v1/token`, of which nobody is given a value. Gives the hash of the session. */
export async function presentIdToken(
  deps: PresentDeps,
  { value, token, provider, ...origin }: PresentedIdToken,
): Promise<Result<Uint8Array, IdentifiedRefusal>> {
  const presented = presentedHash(provider, token, null);
  const session = await exchangeIdToken(deps, { idToken: value, ...origin, presented });
  if (session.ok) return ok(presented);
  const { code, decisionId } = session.error;
  if (code !== 'token.replayed') return session;
  // It has verified, and has a session already: of before a restart, or of another process.
  const { state } = await deps.findByHash(presented);
  switch (state) {
    case 'live':
      return ok(presented);
    case 'revoked':
      return err({ code: 'credential.revoked', decisionId });
    case 'expired':
      return err({ code: 'token.expired', decisionId });
    case 'invalid':
    case 'unavailable':
      return err({ code: 'server.storage', decisionId });
  }
}
