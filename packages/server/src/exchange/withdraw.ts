import type { Unit } from '../storage/port.ts';
import { deleteReplayMark } from '../storage/repositories/replay-marks.ts';
import type { TokenRecord } from '../tokens/model.ts';
import { endOfToken } from '../tokens/revoke.ts';
import type { ExchangeDeps } from './model.ts';
import type { ReplayMark } from './replay-mark.ts';

/** Who ends a token of which nobody has heard. */
const SERVER = 'server';

/**
 * Undoes an exchange whose answer reached nobody: the token is revoked and its mark is freed in one commit, so that the
 * subject token is good again exactly when the access token is not. A commit that fails leaves both as they are: the
 * client is told `token.replayed`, and there is still at most one live token.
 */
export async function withdraw(
  deps: Pick<ExchangeDeps, 'decisions' | 'table' | 'clock'>,
  hash: Uint8Array,
  token: TokenRecord,
  mark: ReplayMark,
): Promise<void> {
  const time = deps.clock.now();
  const at = Math.floor(time / 1000);
  const unit: Unit = [...endOfToken(hash, at), deleteReplayMark(mark.issuer, mark.mark)];
  const event = {
    event: 'token.revoked' as const,
    time,
    decision: token.exchange,
    token: token.id,
    actor: SERVER,
    detail: { reason: 'the answer could not be delivered' },
    ...(token.organization === undefined ? {} : { organization: token.organization }),
  };
  await deps.decisions.changed(event, unit);
  // After the commit and whatever became of it: the next use asks storage.
  deps.table.remove(hash);
}
