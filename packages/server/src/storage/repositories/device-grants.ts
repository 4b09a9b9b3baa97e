import type { Row, Statement } from '../port.ts';
import { boundedLimit } from './list-filter.ts';
import { insertInto, parseOneOf, parseRow, selectAll, type TableShape } from './table-shape.ts';

/** Programs that wait for a person to let them in, by the SHA-256 of their device code; the code never comes here. */

const STATES = ['pending', 'approved', 'denied'] as const;

export interface DeviceGrant {
  /** SHA-256 of the device code, base64url. */
  readonly hash: string;
  /** Without its hyphen. */
  readonly userCode: string;
  /** What the program calls itself. */
  readonly client: string;
  /** Where it asked from. */
  readonly address: string;
  /** Epoch seconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly state: (typeof STATES)[number];
  /** `tok_…` of the session that approved it. */
  readonly session?: string;
}

const SHAPE: TableShape<'device_grant'> = {
  hash: 'text',
  user_code: 'text',
  client: 'text',
  address: 'text',
  created_at: 'integer',
  expires_at: 'integer',
  state: 'text',
  session: 'text?',
};

const insert = insertInto('device_grant', SHAPE, 'on conflict do nothing');
const FIND = `${selectAll('device_grant', SHAPE)} where "hash" = ?`;
const FIND_BY_CODE = `${selectAll('device_grant', SHAPE)} where "user_code" = ?`;
const COUNT =
  'select count(*) as "rows", coalesce(sum(case when "address" = ? then 1 else 0 end), 0) as "own" from (select "address" from "device_grant" where "expires_at" > ? limit ?) as "live"';
const DECIDE = `update "device_grant" set "state" = ?, "session" = ? where "hash" = ? and "state" = 'pending' and "expires_at" > ?`;
const CONSUME = `delete from "device_grant" where "hash" = ? and "state" = 'approved' and "expires_at" > ?`;

/** A user code that another has at the time is a `conflict`. */
export function insertDeviceGrant(grant: Omit<DeviceGrant, 'state' | 'session'>): Statement {
  const row = {
    hash: grant.hash,
    user_code: grant.userCode,
    client: grant.client,
    address: grant.address,
    created_at: grant.createdAt,
    expires_at: grant.expiresAt,
    state: 'pending',
    session: null,
  };
  return { ...insert(row), changes: 1 };
}

export function findDeviceGrant(hash: string): Statement {
  return { sql: FIND, parameters: [hash] };
}

export function findDeviceGrantByCode(userCode: string): Statement {
  return { sql: FIND_BY_CODE, parameters: [userCode] };
}

/** One row: `rows` that live at `now`, at most `limit`, and how many of these were asked for from an address (`own`). */
export function countDeviceGrants(address: string, now: number, limit: number): Statement {
  return { sql: COUNT, parameters: [address, now, boundedLimit(limit)] };
}

/** A `conflict` when somebody has decided already, or it has expired. */
export function decideDeviceGrant(
  hash: string,
  {
    state,
    session,
    now,
  }: { readonly state: 'approved' | 'denied'; readonly session: string; readonly now: number },
): Statement {
  return { sql: DECIDE, parameters: [state, session, hash, now], changes: 1 };
}

/** It gives a token once: a second time is a `conflict`. */
export function consumeDeviceGrant(hash: string, now: number): Statement {
  return { sql: CONSUME, parameters: [hash, now], changes: 1 };
}

export function parseDeviceGrant(row: Row): DeviceGrant {
  const stored = parseRow('device_grant', SHAPE, row);
  return {
    hash: stored.hash,
    userCode: stored.user_code,
    client: stored.client,
    address: stored.address,
    createdAt: stored.created_at,
    expiresAt: stored.expires_at,
    state: parseOneOf('device_grant.state', STATES, stored.state),
    ...(stored.session === null ? {} : { session: stored.session }),
  };
}
