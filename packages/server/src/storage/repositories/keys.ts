import type { Row, Statement } from '../port.ts';
import { insertInto, parseOneOf, parseRow, selectAll, type TableShape } from './table-shape.ts';

/** Keys of the rings, sealed. Nothing here can open one. */

const KEY_STATES = ['next', 'active', 'retired'] as const;

export type KeyState = (typeof KEY_STATES)[number];

export interface StoredKey {
  readonly ring: string;
  readonly kid: string;
  readonly state: KeyState;
  /** base64url of nonce ‖ ciphertext ‖ tag. */
  readonly sealed: string;
  /** JSON of the public JWK, for whoever lists keys with SQL; the ring never believes it. */
  readonly publicJwk?: string;
  /** Epoch seconds. */
  readonly createdAt: number;
  readonly activatedAt?: number;
  readonly retiredAt?: number;
}

const SHAPE: TableShape<'key'> = {
  ring: 'text',
  kid: 'text',
  state: 'text',
  sealed: 'text',
  public_jwk: 'text?',
  created_at: 'integer',
  activated_at: 'integer?',
  retired_at: 'integer?',
};

const insert = insertInto('key', SHAPE);
const LIST = `${selectAll('key', SHAPE)} order by "ring", "created_at", "kid"`;
/** With the time of the state that it is moved to. */
const UPDATES: Readonly<Record<KeyState, string>> = {
  next: update('"created_at"'),
  active: update('"activated_at"'),
  retired: update('"retired_at"'),
};
const DELETE = 'delete from "key" where "ring" = ? and "kid" = ?';

/** Every key of every ring, oldest first: there are a handful. */
export function listKeys(): Statement {
  return { sql: LIST, parameters: [] };
}

export function insertKey(key: StoredKey): Statement {
  return insert({
    ring: key.ring,
    kid: key.kid,
    state: key.state,
    sealed: key.sealed,
    public_jwk: key.publicJwk ?? null,
    created_at: key.createdAt,
    activated_at: key.activatedAt ?? null,
    retired_at: key.retiredAt ?? null,
  });
}

/**
 * Moves a key on; one that is there already, or not at all, is a `conflict`, so that two rotations at once cannot both
 * win. `at` in epoch seconds.
 */
export function updateKeyState(ring: string, kid: string, state: KeyState, at: number): Statement {
  return { sql: UPDATES[state], parameters: [state, at, ring, kid, state], changes: 1 };
}

function update(time: string): string {
  return `update "key" set "state" = ?, ${time} = ? where "ring" = ? and "kid" = ? and "state" <> ?`;
}

/** Takes a key away; one that is not there is a `conflict`. */
export function deleteKey(ring: string, kid: string): Statement {
  return { sql: DELETE, parameters: [ring, kid], changes: 1 };
}

/** Reads a row back; throws when it is not one of ours. */
export function parseKey(row: Row): StoredKey {
  const stored = parseRow('key', SHAPE, row);
  return {
    ring: stored.ring,
    kid: stored.kid,
    state: parseOneOf('key.state', KEY_STATES, stored.state),
    sealed: stored.sealed,
    ...(stored.public_jwk === null ? {} : { publicJwk: stored.public_jwk }),
    createdAt: stored.created_at,
    ...(stored.activated_at === null ? {} : { activatedAt: stored.activated_at }),
    ...(stored.retired_at === null ? {} : { retiredAt: stored.retired_at }),
  };
}
