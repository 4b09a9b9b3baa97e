import { presentIdToken } from './exchange/present-id-token.ts';
import { presentSubjectToken, type PresentSubjectDeps } from './exchange/present-subject-token.ts';
import { createForeignTokens } from './gateway/foreign/index.ts';
import type { ForeignTokens } from './gateway/foreign/model.ts';
import type { FailureLimit } from './http/failure-limit.ts';
import type { HashPresenter } from './tokens/present.ts';

/**
 * Tokens of others on routes, by the same exchange as at the token endpoints. `presentHash`: what a session is under
 * the configuration of now, and that it has been used; `failures`: those of the token endpoints.
 */
export function composeForeign(
  exchange: PresentSubjectDeps,
  presentHash: HashPresenter,
  failures: FailureLimit,
): ForeignTokens {
  return createForeignTokens({
    snapshot: exchange.snapshot,
    clock: exchange.clock,
    failures,
    presentHash,
    presentSubject: (presented) => presentSubjectToken(exchange, presented),
    presentIdToken: (presented) => presentIdToken(exchange, presented),
  });
}
