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
}

const SHAPE: TableShape<'key'> = {
  ring: 'text',
  kid: 'text',
  state: 'text',
  sealed: 'text',
  public_jwk: 'text?',
  created_at: 'integer',
};

const insert = insertInto('key', SHAPE);
const LIST = `${selectAll('key', SHAPE)} order by "ring", "created_at", "kid"`;
const SET_STATE = 'update "key" set "state" = ? where "ring" = ? and "kid" = ? and "state" = ?';

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
  });
}

/** Moves a key on; a key that is not in `from` any more is a `conflict`, so two rotations at once cannot both win. */
export function setKeyState(ring: string, kid: string, from: KeyState, to: KeyState): Statement {
  return { sql: SET_STATE, parameters: [to, ring, kid, from], changes: 1 };
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
  };
}
