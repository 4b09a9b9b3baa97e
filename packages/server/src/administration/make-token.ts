import { err, ok, principalId, type Result } from '@countersign/core';
import type { Clock, Logger, Random } from '../adapters/ports.ts';
import type { AuditEvent } from '../audit/model.ts';
import type { Decisions } from '../audit/port.ts';
import type { ChecksumRing } from '../keys/port.ts';
import type { LiveSnapshot } from '../snapshot/live-snapshot.ts';
import type { Snapshot } from '../snapshot/model.ts';
import type { Reader } from '../storage/port.ts';
import { countLiveMadeTokens, findMadeTokenByName } from '../storage/repositories/made-tokens.ts';
import { sameObjectsVersion } from '../storage/repositories/objects.ts';
import type { MassRevocations } from '../tokens/mass-revocations.ts';
import { NEVER_EXPIRES } from '../tokens/model.ts';
import type { TokenTable } from '../tokens/token-table.ts';
import { mintAlive, type MadeTokenOrder } from './made-token.ts';
import type { Refusal, Refused } from './model.ts';

/** Makes a token: decides, mints, ONE commit of token, name and audit event; the table hears of it after that. */
export interface MakeTokenDeps {
  readonly live: Pick<LiveSnapshot, 'world' | 'reload'>;
  readonly decisions: Pick<Decisions, 'changed'>;
  readonly reader: Reader;
  readonly table: Pick<TokenTable, 'insert' | 'remove'>;
  readonly massRevocations: Pick<MassRevocations, 'endedUntil'>;
  readonly random: Random;
  readonly checksums: ChecksumRing;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** `now` in epoch milliseconds. Asked again when something was changed over the API meanwhile. */
export type DecideToken = (snapshot: Snapshot, now: number) => Result<MadeTokenOrder, Refused>;

/** The value is shown once. */
export interface MadeValue {
  readonly id: string;
  readonly value: string;
}

export type MakeToken = (decide: DecideToken) => Promise<Result<MadeValue, Refusal>>;

/** Times that it is decided anew because something else was changed first. */
const ATTEMPTS = 5;

/** Live tokens that speak as one principal: more are no list that anybody looks after. */
export const MAX_LIVE_TOKENS = 1000;

/** A team that was deleted, and made again, has ended every token of before; what inherits such a time is none of its. */
const TOO_OLD: Refusal = {
  kind: 'invalid',
  message: 'The token that this one is made with is older than what it is for; call with a newer one.',
};

const UNAVAILABLE: Refusal = { kind: 'unavailable' };

export function createMakeToken(deps: MakeTokenDeps): MakeToken {
  return async (decide) => {
    for (let tries = 0; tries < ATTEMPTS; tries += 1) {
      const done = await attempt(deps, decide);
      if (done !== 'conflict') return done;
      const reloaded = await deps.live.reload();
      if (!reloaded.ok) break;
    }
    return err(UNAVAILABLE);
  };
}

async function attempt(
  deps: MakeTokenDeps,
  decide: DecideToken,
): Promise<Result<MadeValue, Refusal> | 'conflict'> {
  const { snapshot, version } = deps.live.world();
  const order = decide(snapshot, deps.clock.now());
  if (!order.ok) return order;
  const full = await fullness(deps.reader, order.value);
  if (full !== undefined) return err(full);
  const minted = mintAlive(deps, order.value);
  if (!minted) return err(TOO_OLD);
  const { id } = minted.record;
  // Who is deleted while this is under way ends every token that there is; one that came a moment later would wait for
  // the next thing of that name. So it is committed on the version that was decided on, or not at all.
  const written = await deps.decisions.changed(createdEvent(id, order.value), [
    sameObjectsVersion(version),
    ...minted.statements,
  ]);
  if (written.ok) {
    deps.table.insert(minted.hash, minted.record);
    if (order.value.replaces) deps.table.remove(order.value.replaces.hash);
    const { organization, createdBy: actor } = order.value;
    deps.logger.info('token created over the API', { token: id, organization, actor });
    return ok({ id, value: minted.value });
  }
  if (written.error === 'unavailable') return err(UNAVAILABLE);
  return takenName(deps.reader, order.value);
}

async function fullness(reader: Reader, order: MadeTokenOrder): Promise<Refusal | undefined> {
  const speaker = { organization: order.organization, principal: principalId(order.principal) };
  const rows = await reader.read(countLiveMadeTokens(speaker, Math.floor(order.now / 1000), MAX_LIVE_TOKENS));
  if (!rows.ok) return UNAVAILABLE;
  if (Number(rows.value[0]?.['rows'] ?? 0) < MAX_LIVE_TOKENS) return undefined;
  return { kind: 'invalid', message: `There are ${MAX_LIVE_TOKENS} live tokens; delete one of them first.` };
}

/** Two things can be in the way of a token; only its name is there for good. */
async function takenName(
  reader: Reader,
  { organization, name }: MadeTokenOrder,
): Promise<Result<never, Refusal> | 'conflict'> {
  if (name === undefined) return 'conflict';
  const rows = await reader.read(findMadeTokenByName(organization, name));
  if (!rows.ok) return err(UNAVAILABLE);
  if (rows.value.length === 0) return 'conflict';
  const message = 'name: the organization has given it to a token before; names are not given twice.';
  return err({ kind: 'taken', message });
}

function createdEvent(token: string, order: MadeTokenOrder): AuditEvent {
  const { principal, organization, name, createdBy, expiresAt, now, replaces } = order;
  return {
    event: 'token.created',
    time: now,
    token,
    actor: createdBy,
    organization,
    detail: {
      principal: principalId(principal),
      ...(name === undefined ? {} : { name }),
      ...(principal.kind === 'organization' ? { admin: principal.admin } : {}),
      expires: expiresAt === NEVER_EXPIRES ? 0 : expiresAt,
      ...(replaces && { replaces: replaces.id, ends: replaces.endsAt }),
    },
  };
}
