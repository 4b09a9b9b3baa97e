import { SEALING } from '../../keys/testing/sealing.ts';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { err, ok, type Result } from '@countersign/core';
import { createDecisions } from '../../audit/decision-writer.ts';
import type { DecisionRecord } from '../../audit/model.ts';
import type { Decisions } from '../../audit/port.ts';
import type { Clock } from '../../adapters/ports.ts';
import type { ExchangeDeps } from '../../exchange/model.ts';
import { createFailureLimit } from '../../http/failure-limit.ts';
import type { Answer, ServiceRequest } from '../../http/message.ts';
import type { KeyRing, Keys } from '../../keys/port.ts';
import type { Snapshot } from '../../snapshot/model.ts';
import { standing } from '../../snapshot/standing.ts';
import type { World } from '../../snapshot/world.ts';
import type { Database, Reader, Statement, Unit, WriteFailure } from '../../storage/port.ts';
import { hashOf } from '../../tokens/issue.ts';
import type { Presented, TokenRecord } from '../../tokens/model.ts';
import type { IssuerKeys } from '../../trust/port.ts';
import { createValidator } from '../../trust/validate.ts';
import type { IntrospectionDeps } from '../introspection.ts';
import { tokenExchangeGrant } from '../grants/token-exchange.ts';
import type { RevocationDeps } from '../revocation.ts';
import { tokenEndpoint, type TokenEndpointDeps } from '../token-endpoint.ts';
import { testSnapshot } from './snapshot.ts';

/**
 * The endpoints without a socket: the real exchange, validator and trail, over tokens of a key made here and a storage
 * that does as it is told. Give a `database` for a real one.
 */
const pair = (): ReturnType<typeof generateKeyPairSync> => generateKeyPairSync('ec', { namedCurve: 'P-256' });

const ISSUER_KEYS = pair();

const encode = (document: unknown): string => Buffer.from(JSON.stringify(document)).toString('base64url');

/** A key ring of one key. */
export function testRing(kid: string): KeyRing {
  const { privateKey, publicKey } = pair();
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const jwk = { kty: 'EC', crv: 'P-256', x, y, kid, use: 'sig', alg: 'ES256' } as const;
  return { signing: () => ({ kid, privateKey, jwk }), published: () => [jwk] };
}

export interface Rig extends Trail, Holders {
  /** `present` and `inspect` may be replaced. */
  readonly deps: Omit<
    TokenEndpointDeps & RevocationDeps & IntrospectionDeps & ExchangeDeps,
    'present' | 'inspect' | 'find'
  > & {
    present: (value: string) => Presented;
    inspect: (value: string) => Presented;
    readonly find: (value: string) => Presented;
  };
  readonly snapshot: Snapshot;
  readonly time: { now: number };
  /** A subject token of the issuer `ci`, or of the one that `iss` names. */
  readonly mint: (claims?: object, header?: object) => string;
  /** An exchange that succeeds, but for what is overridden; `null` takes a parameter out. */
  readonly exchange: (
    over?: Readonly<Record<string, unknown>>,
    request?: Partial<ServiceRequest>,
  ) => Promise<Answer>;
}

export const TYPE = 'urn:pulumi:token-type:access_token:';

const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)) };

export interface RigOptions {
  /** Where writes go that are not told to fail; default: nowhere. */
  readonly database?: Database;
  readonly settings?: Partial<Snapshot['settings']>;
}

const NEVER_ENDED = { endedUntil: () => -Infinity, endedIn: () => -Infinity };

export function startRig({ database, settings }: RigOptions = {}): Rig {
  const time = { now: 1_700_000_000_000 };
  const clock = { now: () => time.now };
  const snapshot = testSnapshot(settings);
  const trail = startTrail(clock, database);
  const holders = createHolders();
  const exchange: ExchangeDeps = {
    snapshot: () => snapshot,
    validate: createValidator({ keys: issuerKeys }),
    decisions: trail.decisions,
    keys: testKeys(),
    table: holders.table,
    issuerUsed: () => undefined,
    massRevocations: NEVER_ENDED,
    live: { world: () => ({ snapshot, version: 0 }) as World, reload: () => Promise.resolve(ok(undefined)) },
    reader: trail.reader,
    clock,
    random,
  };
  const deps: Rig['deps'] = {
    ...exchange,
    failures: createFailureLimit({ perSecond: () => snapshot.settings.failuresPerSecond, clock }),
    grants: [tokenExchangeGrant(exchange)],
    present: (value) => standing(snapshot, holders.find(value), NEVER_ENDED),
    inspect: (value) => standing(snapshot, holders.find(value), NEVER_ENDED),
    find: holders.find,
    revoke: (hash) => {
      holders.table.remove(hash);
      return Promise.resolve(ok(undefined));
    },
  };
  const mint: Rig['mint'] = (claims = {}, header = {}) => mintSubject(time.now, claims, header);
  return {
    ...trail,
    ...holders,
    deps,
    snapshot,
    time,
    mint,
    exchange: (over = {}, request = {}) =>
      tokenEndpoint(deps, serviceRequest({ ...parameters(over, mint), ...over }, request)),
  };
}

interface Trail {
  readonly decisions: Decisions;
  /** What becomes of the nth write; `undefined` lets it pass. */
  readonly storage: { fails: (nth: number) => WriteFailure | undefined };
  /** What was to be written. */
  readonly units: Unit[];
  /** What storage was asked. */
  readonly questions: Statement[];
  readonly reader: Reader;
  /** Decisions that were recorded, however, by id. */
  readonly records: Map<string, DecisionRecord>;
}

/** The real trail on a storage that does as it is told. */
function startTrail(clock: Clock, database: Database | undefined): Trail {
  const storage: Trail['storage'] = { fails: () => undefined };
  const units: Unit[] = [];
  const write = (unit: Unit): Promise<Result<void, WriteFailure>> => {
    units.push(unit);
    const failure = storage.fails(units.length);
    if (failure) return Promise.resolve(err(failure));
    return database ? database.write(unit) : Promise.resolve(ok(undefined));
  };
  const questions: Statement[] = [];
  const read: Database['read'] = (statement) => {
    questions.push(statement);
    return database ? database.read(statement) : Promise.resolve(ok([]));
  };
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const real = createDecisions({ database: { write, read }, clock, random, logger });
  const records = new Map<string, DecisionRecord>();
  const noted = (record: DecisionRecord): DecisionRecord => {
    records.set(record.id, record);
    return record;
  };
  const decisions: Decisions = {
    ...real,
    unverified: (record, seen) => real.unverified(noted(record), seen),
    refused: (record) => real.refused(noted(record)),
    acted: (record, event, more) => real.acted(noted(record), event, more),
  };
  return { decisions, storage, units, questions, reader: { read }, records };
}

interface Holders {
  /** Tokens that are live, by hash. */
  readonly known: ReadonlyMap<string, TokenRecord>;
  readonly table: ExchangeDeps['table'];
  readonly find: (value: string) => Presented;
}

function createHolders(): Holders {
  const known = new Map<string, TokenRecord>();
  const keyOf = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');
  return {
    known,
    table: {
      insert: (hash, token) => known.set(keyOf(hash), token).size > 0,
      remove: (hash) => known.delete(keyOf(hash)),
    },
    find: (value) => {
      const token = known.get(keyOf(hashOf(value)));
      return token ? { state: 'live', token } : { state: 'invalid' };
    },
  };
}

function parameters(
  over: Readonly<Record<string, unknown>> = {},
  mint: Rig['mint'],
): Record<string, unknown> {
  return {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: 'urn:pulumi:org:acme',
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    requested_token_type: `${TYPE}organization`,
    subject_token: over['subject_token'] ?? mint(),
  };
}

function mintSubject(now: number, claims: object, header: object): string {
  const iat = Math.floor(now / 1000);
  const all = {
    iss: 'https://ci.example',
    aud: 'urn:pulumi:org:acme',
    sub: 'repo:acme/shop',
    iat,
    exp: iat + 300,
    ...claims,
  };
  const input = `${encode({ alg: 'ES256', kid: 'key', ...header })}.${encode(all)}`;
  const signature = sign('sha256', Buffer.from(input), {
    key: ISSUER_KEYS.privateKey as never,
    dsaEncoding: 'ieee-p1363',
  });
  return `${input}.${signature.toString('base64url')}`;
}

const issuerKeys: IssuerKeys = {
  find: (source, kid, _algorithm, rejected) => {
    if (source.id === 'iss_down') return err('unreachable');
    if (kid !== 'key' || rejected) return err('unknown');
    return ok(ISSUER_KEYS.publicKey as never);
  },
};

function testKeys(): Keys {
  return {
    rings: {
      access: testRing('access-1'),
      assertion: testRing('assertion-1'),
      audit: testRing('audit-1'),
      session: testRing('session-1'),
    },
    sealing: SEALING,
    checksums: { checksum: () => 'AAAAAA', verify: () => true },
  };
}

/** A request with these parameters: JSON, unless the request says otherwise. */
export function serviceRequest(
  body: Readonly<Record<string, unknown>> | string = {},
  over: Partial<ServiceRequest> & { readonly headers?: Readonly<Record<string, string>> } = {},
): ServiceRequest {
  const { headers = {}, ...rest } = over;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const all: Readonly<Record<string, string>> = {
    'content-type': typeof body === 'string' ? 'application/x-www-form-urlencoded' : 'application/json',
    ...headers,
  };
  return {
    method: 'POST',
    path: '/',
    query: '',
    remoteAddress: '192.0.2.1',
    header: (name) => all[name],
    body: async (limit) => (text.length > limit ? err('too_large') : ok(Buffer.from(text))),
    ...rest,
  };
}

export function bodyOf(answer: Answer): Readonly<Record<string, unknown>> {
  return JSON.parse(answer.body) as Readonly<Record<string, unknown>>;
}
