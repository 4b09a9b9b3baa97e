import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { err, ok, type HeaderLine, type Result } from '@countersign/core';
import { createDecisions } from '../../audit/decision-writer.ts';
import type { DecisionRecord } from '../../audit/model.ts';
import { composeForeign } from '../../compose-foreign.ts';
import type { PresentSubjectDeps } from '../../exchange/present-subject-token.ts';
import { createFailureLimit } from '../../http/failure-limit.ts';
import type { Snapshot } from '../../snapshot/model.ts';
import { standing } from '../../snapshot/standing.ts';
import { snapshotOf } from '../../snapshot/testing/from-file.ts';
import type { Database } from '../../storage/port.ts';
import { createMassRevocations } from '../../tokens/mass-revocations.ts';
import type { Presented } from '../../tokens/model.ts';
import { createPresenters } from '../../tokens/present.ts';
import { TokenTable } from '../../tokens/token-table.ts';
import { createValidator } from '../../trust/validate.ts';
import { decide } from '../decide.ts';
import type { GatewayDecision, GatewayDeps } from '../model.ts';
import { createRateLimits } from '../rate-limit.ts';
import { SEALING } from '../../keys/testing/sealing.ts';
import { testRing } from './fixture.ts';

/**
 * A gateway that takes tokens of others, on the real exchange, validator, trail and storage: everything but sockets. Its
 * configuration, clock and processes are the test's to change.
 */
export interface DirectRig {
  /** Epoch milliseconds. */
  readonly time: { now: number };
  readonly database: Database;
  /** What the keys of every issuer do. */
  readonly keys: { found: 'known' | 'unreachable' };
  readonly counts: { verified: number };
  readonly process: () => Process;
  /** Another process on the same storage; also the same one after a restart. */
  readonly start: () => Process;
  /** Puts another configuration in force, in every process. */
  readonly reload: (file: object) => void;
  readonly close: () => Promise<void>;
}

export interface Process {
  readonly deps: GatewayDeps;
  readonly exchange: PresentSubjectDeps;
  readonly massRevocations: ReturnType<typeof createMassRevocations>;
  readonly table: TokenTable;
  /** Decisions as they were recorded, however. */
  readonly records: DecisionRecord[];
  readonly ask: (asked: Ask) => Promise<GatewayDecision>;
  /** The code of a refusal, or who passed. */
  readonly verdict: (asked: Ask) => Promise<string>;
}

export interface Ask {
  readonly headers?: readonly HeaderLine[];
  /** Shown as Bearer. */
  readonly token?: string;
  readonly host?: string;
  readonly target?: string;
  readonly from?: string;
}

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const encode = (document: unknown): string => Buffer.from(JSON.stringify(document)).toString('base64url');
const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)) };
const logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Epoch seconds at which tests begin. */
export const START = 1_700_000_000;

/** A token of `https://ci.example` that is issued at {@link START} and lives an hour. */
export function mint(claims: object = {}, header: object = {}): string {
  const all = {
    iss: 'https://ci.example',
    aud: 'urn:pulumi:org:acme',
    sub: 'repo:acme/shop',
    iat: START,
    exp: START + 3600,
    ...claims,
  };
  const input = `${encode({ alg: 'ES256', kid: 'key', ...header })}.${encode(all)}`;
  const key = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
}

export function startDirectRig(file: object, opened: Result<Database, { readonly kind: string }>): DirectRig {
  if (!opened.ok) throw new Error(opened.error.kind);
  const database = opened.value;
  const world = {
    time: { now: START * 1000 },
    keys: { found: 'known' as 'known' | 'unreachable' },
    counts: { verified: 0 },
    database,
    snapshot: snapshotOf(file),
  };
  let current = startProcess(world);
  return {
    ...world,
    process: () => current,
    start: () => (current = startProcess(world)),
    reload: (next) => void (world.snapshot = snapshotOf(next)),
    close: () => database.close(),
  };
}

interface World extends Pick<DirectRig, 'time' | 'keys' | 'counts' | 'database'> {
  snapshot: Snapshot;
}

function startProcess(world: World): Process {
  const clock = { now: () => world.time.now };
  const snapshot = (): Snapshot => world.snapshot;
  const records: DecisionRecord[] = [];
  const tokens = startTokens(world, clock);
  const { database, keys, table, massRevocations, findByHash } = tokens;
  const decisions = recorded(createDecisions({ database, clock, random, logger }), records);
  const exchange: PresentSubjectDeps = {
    snapshot,
    live: liveOf(world),
    reader: database,
    decisions,
    keys,
    table,
    massRevocations,
    clock,
    random,
    logger,
    findByHash,
    validate: validator(world),
    issuerUsed: () => undefined,
  };
  const failures = createFailureLimit({ perSecond: () => 20, clock });
  const foreign = composeForeign(exchange, tokens.presentHash, failures);
  const { present } = tokens;
  const assertionRing = keys.rings.assertion;
  const rateLimits = createRateLimits({ clock });
  const deps = { snapshot, present, foreign, decisions, rateLimits, assertionRing, clock, random, logger };
  const ask = async (asked: Ask): Promise<GatewayDecision> => decide(deps, requestOf(asked));
  const verdict = async (asked: Ask): Promise<string> => {
    const decision = await ask(asked);
    if (decision.kind === 'refuse') return decision.code;
    return decision.kind === 'forward' ? (decision.caller?.token.principal.kind ?? 'nobody') : decision.kind;
  };
  return { deps, exchange, massRevocations, table, records, ask, verdict };
}

/** What a process knows of tokens. */
function startTokens(world: World, clock: { now: () => number }) {
  const { database } = world;
  const table = new TokenTable({ claimPaths: [[]] });
  const massRevocations = createMassRevocations();
  const rings = { access: testRing(), assertion: testRing(), audit: testRing(), session: testRing() };
  const keys = { rings, checksums: { checksum: () => 'AAAAAA', verify: () => true }, sealing: SEALING };
  const { byValue, byHash } = createPresenters({
    table,
    massRevocations,
    feed: { stale: () => false, poll: () => Promise.resolve() },
    clock,
    reader: database,
    checksums: keys.checksums,
    signingRings: rings,
  });
  const now = (presented: Presented): Presented => standing(world.snapshot, presented, massRevocations);
  const later = async (presented: Presented | Promise<Presented>) => now(await presented);
  return {
    database,
    table,
    massRevocations,
    keys,
    findByHash: byHash,
    present: (value: string) => later(byValue(value)),
    presentHash: (hash: Uint8Array): Presented | Promise<Presented> => {
      const presented = byHash(hash);
      return presented instanceof Promise ? later(presented) : now(presented);
    },
  };
}

/** Nothing is created over the API here. */
function liveOf(world: World): PresentSubjectDeps['live'] {
  const now = () => ({ snapshot: world.snapshot, version: 0 });
  return { world: now as PresentSubjectDeps['live']['world'], reload: () => Promise.resolve(ok(undefined)) };
}

function validator({ keys, counts }: World) {
  const validate = createValidator({
    keys: {
      find: (_source, kid, _algorithm, rejected) => {
        if (keys.found === 'unreachable') return err('unreachable');
        return kid === 'key' && !rejected ? ok(pair.publicKey) : err('unknown');
      },
    },
  });
  return (...question: Parameters<typeof validate>) => {
    counts.verified += 1;
    return validate(...question);
  };
}

function recorded(real: ReturnType<typeof createDecisions>, into: DecisionRecord[]): typeof real {
  const note = (record: DecisionRecord): DecisionRecord => {
    into.push(record);
    return record;
  };
  return {
    ...real,
    unverified: (record, seen) => real.unverified(note(record), seen),
    refused: (record) => real.refused(note(record)),
    acted: (record, event, more) => real.acted(note(record), event, more),
    passed: (record) => real.passed(note(record)),
  };
}

function requestOf({ token, headers = [], host = 'app.example', target = '/', from = '192.0.2.1' }: Ask) {
  const shown: readonly HeaderLine[] = token === undefined ? [] : [['Authorization', `Bearer ${token}`]];
  const head = { method: 'GET', target, headers: [...shown, ...headers], remoteAddress: from };
  return { head, host, port: undefined, websocket: false };
}
