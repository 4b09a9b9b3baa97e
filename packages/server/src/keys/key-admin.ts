import { err, ok, type Claims, type Result } from '@countersign/core';
import type { Clock, Random } from '../adapters/ports.ts';
import type { AuditEvent } from '../audit/model.ts';
import type { Decisions } from '../audit/port.ts';
import type { Reader, Statement, Unit } from '../storage/port.ts';
import { insertChange } from '../storage/repositories/changes.ts';
import { deleteKey, insertKey, listKeys, parseKey, updateKeyState } from '../storage/repositories/keys.ts';
import { makeKey, sealKey, type HeldKey } from './held-key.ts';
import { createTurns } from '../storage/turns.ts';
import type { OpenKeys } from './key-ring.ts';
import { viewOf } from './live-keys.ts';
import { RING_NAMES, type KeyAdmin, type RingName } from './port.ts';
import { firstRing, isRipe, rotated, without, type MakeKey } from './ring-state.ts';

/**
 * Changes of the rings. Keys, the row by which other processes hear of it, and the audit event are one commit, and only
 * what is committed is used: a key that signs and is not on disk would sign what nobody can verify tomorrow.
 */
export interface KeyAdminDeps {
  readonly keys: OpenKeys;
  readonly decisions: Pick<Decisions, 'changed'>;
  /** The first seals. */
  readonly encryptionKeys: readonly Uint8Array[];
  readonly clock: Clock;
  readonly random: Random;
}

export function createKeyAdmin(deps: KeyAdminDeps): KeyAdmin {
  const { keys } = deps;
  const inTurn = createTurns();

  const change = async (
    ring: RingName,
    after: readonly HeldKey[],
    event: Pick<AuditEvent, 'event' | 'actor'>,
    detail: Claims,
  ): Promise<Result<void, 'unavailable'>> => {
    const time = deps.clock.now();
    const written = await deps.decisions.changed({ ...event, time, detail: { ring, ...detail } }, [
      ...difference(ofRing(keys, ring), after, deps.encryptionKeys, Math.floor(time / 1000)),
      insertChange('keys.changed', { ring }, Math.floor(time / 1000)),
    ]);
    if (written.ok) {
      keys.swap([...keys.held().filter((key) => key.ring !== ring), ...after]);
      return ok(undefined);
    }
    // Somebody else has changed the ring: what they made of it is what the next attempt has to begin with.
    if (written.error === 'conflict') await keys.reload();
    return err('unavailable');
  };

  const rotate: KeyAdmin['rotate'] = async (ring, { force, actor }) => {
    const { now, make } = moment(deps, ring);
    const before = ofRing(keys, ring);
    if (!force && !isRipe(before, now)) return err('too_young');
    const after = rotated(ring, before, make, now);
    const detail = { ...(force ? { force } : {}), ...namesOf(after) };
    const changed = await change(ring, after, { event: 'key.rotated', actor }, detail);
    return changed.ok ? ok(viewOf(ring, after)) : changed;
  };

  const revoke: KeyAdmin['revoke'] = async (ring, kid, { actor }) => {
    const { now, make } = moment(deps, ring);
    const before = ofRing(keys, ring);
    if (!before.some((key) => key.kid === kid)) return err('unknown');
    const after = without(ring, before, kid, make, now);
    return change(ring, after, { event: 'key.revoked', actor }, { kid, ...namesOf(after) });
  };

  return {
    list: () => keys.list(),
    rotate: (ring, options) => inTurn(() => rotate(ring, options)),
    revoke: (ring, kid, options) => inTurn(() => revoke(ring, kid, options)),
  };
}

export interface ResetDeps extends Omit<KeyAdminDeps, 'keys'> {
  readonly reader: Reader;
  readonly actor: string;
}

/**
 * Replaces every ring by a new one: for whoever has lost the encryption key. The old keys are deleted, since nobody
 * can open them, and with them goes everything they signed: signed tokens, assertions, the proof of old checkpoints.
 */
export async function resetKeys(deps: ResetDeps): Promise<Result<void, 'unavailable'>> {
  const rows = await deps.reader.read(listKeys());
  if (!rows.ok) return rows;
  const time = deps.clock.now();
  const at = Math.floor(time / 1000);
  const made = RING_NAMES.flatMap((ring) => firstRing(ring, moment(deps, ring).make, at));
  const detail = { reset: true, rings: [...RING_NAMES] };
  const written = await deps.decisions.changed({ event: 'key.rotated', time, actor: deps.actor, detail }, [
    ...rows.value.map(parseKey).map(({ ring, kid }) => deleteKey(ring, kid)),
    ...made.map((key) => insertKey(sealKey(key, deps.encryptionKeys))),
    ...RING_NAMES.map((ring) => insertChange('keys.changed', { ring }, at)),
  ]);
  return written.ok ? ok(undefined) : err('unavailable');
}

function moment(
  { clock, random }: Pick<KeyAdminDeps, 'clock' | 'random'>,
  ring: RingName,
): { readonly now: number; readonly make: MakeKey } {
  const now = Math.floor(clock.now() / 1000);
  return { now, make: (state) => makeKey(ring, state, random, now) };
}

function ofRing(keys: OpenKeys, ring: RingName): readonly HeldKey[] {
  return keys.held().filter((key) => key.ring === ring);
}

/** For the trail: which key signs from now on, and which will. */
function namesOf(after: readonly HeldKey[]): Claims {
  return Object.fromEntries(
    after.filter((key) => key.state !== 'retired').map((key) => [key.state, key.kid]),
  );
}

/** What has to be written so that storage holds the ring as it is afterwards. */
function difference(
  before: readonly HeldKey[],
  after: readonly HeldKey[],
  encryptionKeys: readonly Uint8Array[],
  at: number,
): Unit {
  const deleted = before.filter((key) => !after.some(({ kid }) => kid === key.kid));
  const written = after.flatMap((key): Statement[] => {
    const known = before.find(({ kid }) => kid === key.kid);
    if (!known) return [insertKey(sealKey(key, encryptionKeys))];
    return known.state === key.state ? [] : [updateKeyState(key.ring, key.kid, key.state, at)];
  });
  return [...deleted.map((key) => deleteKey(key.ring, key.kid)), ...written];
}
