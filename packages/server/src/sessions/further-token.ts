import { hostResource, ok, principalId, type Claims, type RefusalCode, type Result } from '@countersign/core';
import { originOf } from '../audit/origin.ts';
import { commitToken } from '../exchange/commit-token.ts';
import type { IdentifiedRefusal, IssuedSession } from '../exchange/model.ts';
import { createRefuser, type Attempt, type Refuser } from '../exchange/refuser.ts';
import type { ReplayMark } from '../exchange/replay-mark.ts';
import type { Unit } from '../storage/port.ts';
import {
  oneMoreToken,
  parseSessionToken,
  tokensOfSession,
} from '../storage/repositories/browser-sessions.ts';
import { findTokenById, parseToken } from '../storage/repositories/tokens.ts';
import { endOfToken } from '../tokens/revoke.ts';
import type { TokenRecord } from '../tokens/model.ts';
import { nowOf, type SessionsDeps } from './deps.ts';
import type { Device } from './model.ts';

/**
 * Further tokens of a session: what a route host holds of it, a program at one, or a device that the person let in. Each is
 * as old as the session, ends with it, and is made in a commit that fails when the session has ended meanwhile.
 */
export interface FurtherToken {
  /** `tok_…` of the session. */
  readonly session: string;
  /** The one that it opens, lower case, without port; absent: every one that the person may reach. */
  readonly host?: string;
  readonly format: 'opaque' | 'jwt';
  readonly device: Device;
  /** What it uses up. */
  readonly mark?: ReplayMark;
  readonly uses?: Unit;
  /** For the trail. */
  readonly about?: Claims;
  /** How it is refused when the session is over, or what it uses up is used up. */
  readonly gone?: RefusalCode;
}

/**
 * Tokens of one session that are good at once, its own among them. A browser that forgets cookies asks for one more each
 * time: beyond the bound the oldest ends.
 */
export const MAX_TOKENS = 257;

export async function issueFurther(
  deps: SessionsDeps,
  order: FurtherToken,
): Promise<Result<IssuedSession, IdentifiedRefusal>> {
  const attempt: Attempt = {
    id: deps.decisions.newId(),
    time: deps.clock.now(),
    ...originOf(order.device),
  };
  const refuse = createRefuser(deps.decisions, attempt);
  const now = nowOf(deps);
  const session = await liveToken(deps, order.session, now);
  if (session === 'unavailable') return refuse.unverified({ code: 'server.storage' });
  if (session === undefined) return refuse.unverified({ code: order.gone ?? 'sign_in.expired' });
  const room = await makeRoom(deps, session.id, now);
  if (room === undefined) return refuse.unverified({ code: 'server.storage' });
  return commit(deps, attempt, refuse, { order, session, room, now });
}

interface Ready {
  readonly order: FurtherToken;
  readonly session: TokenRecord;
  readonly room: Room;
  readonly now: number;
}

async function commit(
  deps: SessionsDeps,
  attempt: Attempt,
  refuse: Refuser,
  { order, session, room, now }: Ready,
): Promise<Result<IssuedSession, IdentifiedRefusal>> {
  const { id: _own, exchange: _sign_in, ...as } = session;
  const { format, host, mark, uses = [], about, gone = 'sign_in.expired' } = order;
  const committed = await commitToken(deps, attempt, {
    ...as,
    format,
    resources: host === undefined ? [] : [hostResource(host)],
    session: session.id,
    ...(mark && { mark }),
    bindings: [oneMoreToken(session.id, now), ...uses, ...room.unit],
    detail: { session: session.id, ...(host !== undefined && { host }), ...about },
    record: {
      issuer: session.issuer,
      subject: session.subject,
      principal: principalId(session.principal),
      ...(session.organization !== undefined && { organization: session.organization }),
    },
  });
  room.forget();
  if (committed.ok)
    return ok({ value: committed.value.value, expiresAt: session.expiresAt, decisionId: attempt.id });
  // What it uses up has been used, or the session has ended: either way there is nothing to go on with.
  const code = committed.error === 'token.replayed' ? gone : committed.error;
  return refuse.unverified({ code });
}

/** The token of the session as it is stored, refreshed claims and all; `undefined` when the session is over. */
async function liveToken(
  { reader, standingOf }: SessionsDeps,
  id: string,
  now: number,
): Promise<TokenRecord | 'unavailable' | undefined> {
  const rows = await reader.read(findTokenById(id));
  if (!rows.ok) return 'unavailable';
  const [row] = rows.value;
  if (!row) return undefined;
  const { record } = parseToken(row);
  // Judged and not taken over: what an organization thinks of the person now is asked at each use.
  return now < record.expiresAt && standingOf(record).state === 'live' ? record : undefined;
}

interface Room {
  readonly unit: Unit;
  /** What had to go is out of the table, whatever became of the commit. */
  readonly forget: () => void;
}

async function makeRoom(
  { reader, table }: SessionsDeps,
  session: string,
  now: number,
): Promise<Room | undefined> {
  const rows = await reader.read(tokensOfSession(session, now, MAX_TOKENS));
  if (!rows.ok) return undefined;
  const tokens = rows.value.map(parseSessionToken);
  if (tokens.length < MAX_TOKENS) return { unit: [], forget: () => {} };
  const oldest = tokens.find(({ id }) => id !== session);
  if (oldest === undefined) return undefined;
  return { unit: endOfToken(oldest.hash, now), forget: () => void table.remove(oldest.hash) };
}
