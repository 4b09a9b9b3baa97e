import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { SEALING } from '../../keys/testing/sealing.ts';
import { err, ok, principalAmong, type Result } from '@countersign/core';
import type { Logger } from '../../adapters/ports.ts';
import { removeIdentity } from '../../administration/identities.ts';
import { createChange } from '../../administration/change.ts';
import { createMember, deleteMember, updateMember } from '../../administration/members.ts';
import type { Change } from '../../administration/model.ts';
import { createDecisions } from '../../audit/decision-writer.ts';
import { AUDIT_KEYS, QUIET } from '../../audit/testing/trail.ts';
import { verifyAudit } from '../../audit/verify.ts';
import { exchangeIdToken } from '../../exchange/exchange-id-token.ts';
import type { ExchangeDeps, IdentifiedRefusal, IssuedSession } from '../../exchange/model.ts';
import { makeSigningKey } from '../../keys/signing-key.ts';
import type { KeyRing } from '../../keys/port.ts';
import { fileId } from '../../snapshot/file-id.ts';
import { createLiveSnapshot, type LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import { standing } from '../../snapshot/standing.ts';
import { configOf } from '../../snapshot/testing/from-file.ts';
import { compileWorld, conditionsFor, celConditions, loadStored } from '../../snapshot/world.ts';
import type { Database } from '../../storage/port.ts';
import { identitiesPage, parseIdentity, type Identity } from '../../storage/repositories/identities.ts';
import { loadMassRevocations } from '../../tokens/load.ts';
import { createMassRevocations, type MassRevocations } from '../../tokens/mass-revocations.ts';
import type { Presented, TokenRecord } from '../../tokens/model.ts';
import { createPresenter } from '../../tokens/present.ts';
import { TokenTable } from '../../tokens/token-table.ts';
import { createValidator } from '../../trust/validate.ts';

/**
 * People signing in, without a socket: the real exchange, trail, changes and storage, over id_tokens of issuers whose
 * keys are made here. Processes are started and forgotten as a test likes; all of them have one storage.
 */
export interface People {
  readonly database: Database;
  /** Epoch milliseconds. */
  readonly time: { now: number };
  start(file: object): Promise<Process>;
  identities(): Promise<readonly Identity[]>;
  /** `undefined` where the trail verifies. */
  whatBroke(): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface Process {
  readonly live: LiveSnapshot;
  readonly massRevocations: MassRevocations;
  readonly deps: ExchangeDeps;
  signIn(claims?: object, signer?: string): Promise<Result<IssuedSession, IdentifiedRefusal>>;
  /** The value of the session, or the code of the refusal. */
  session(claims?: object, signer?: string): Promise<string>;
  /** What a value is now. */
  readonly present: (value: string) => Promise<Presented>;
  /** What a stored token is now that has neither expired nor been revoked by itself. */
  readonly standingOf: (token: TokenRecord) => Presented;
  readonly change: Change;
  addMember(login: string, email: string): Promise<void>;
  removeMember(login: string): Promise<void>;
  changeEmail(login: string, email: string): Promise<void>;
  removeIdentity(identity: Identity | undefined): Promise<string>;
}

export const START = 1_790_000_000;
const CORP = 'https://corp.example';

const ISSUERS = [CORP, 'https://other.example'] as const;
const PAIRS = new Map(
  ISSUERS.map((issuer) => [issuer as string, generateKeyPairSync('ec', { namedCurve: 'P-256' })]),
);

const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)) };
const rings = { access: ringOf(), assertion: ringOf(), audit: ringOf(), session: ringOf() };
const keys = { rings, checksums: { checksum: () => 'AAAAAA', verify: () => true }, sealing: SEALING };

const encode = (document: unknown): string => Buffer.from(JSON.stringify(document)).toString('base64url');

/** An id_token of `iss`, by default signed by its own key. */
export function mint(claims: object = {}, signer?: string, header: object = {}): string {
  const iat = START;
  const all: Readonly<Record<string, unknown>> = {
    iss: CORP,
    aud: 'countersign',
    sub: '1001',
    email: 'ada@acme.example',
    email_verified: true,
    iat,
    exp: iat + 3600,
    ...claims,
  };
  const input = `${encode({ alg: 'ES256', kid: 'key', ...header })}.${encode(all)}`;
  const pair = PAIRS.get(signer ?? String(all['iss'])) ?? PAIRS.get(CORP);
  if (!pair) throw new Error('there is no such issuer');
  const key = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
}

export const provider = (over: object = {}) => ({
  name: 'corp',
  issuer: CORP,
  client_id: 'countersign',
  organizations: ['acme'],
  ...over,
});

export const member = (login: string, email?: string) => ({
  login,
  role: 'member',
  ...(email === undefined ? {} : { email }),
});

export const ADA = member('ada', 'Ada@ACME.example');

/** `acme` with Ada in it, `globex` empty, and the providers that are given. */
export const house = (
  providers: readonly object[] = [provider()],
  acme: readonly object[] = [ADA],
  globex: readonly object[] = [],
) => ({
  organizations: [
    { name: 'acme', members: acme },
    { name: 'globex', members: globex },
  ],
  identity_providers: providers,
});

/** `open`: the engine, which tests alone may choose. */
export async function startPeople(
  open: (options: { readonly path: string; readonly logger: Logger }) => Promise<Result<Database, unknown>>,
): Promise<People> {
  const opened = await open({ path: ':memory:', logger: QUIET });
  if (!opened.ok) throw new Error('no database');
  const database = opened.value;
  const time = { now: START * 1000 };
  return {
    database,
    time,
    start: (file) => startProcess(database, time, file),
    async identities() {
      const rows = await database.read(identitiesPage(undefined, 100));
      return rows.ok ? rows.value.map(parseIdentity) : [];
    },
    async whatBroke() {
      const retention = { exchanges: 1e9, audit: 1e9, rows: 1e9 };
      // Later than what nobody has had the time to see.
      const now = Math.floor(time.now / 1000) + 3600;
      const verdict = await verifyAudit(database, { keys: AUDIT_KEYS, now, retention });
      return verdict.ok ? undefined : (verdict.broken?.what ?? 'unavailable');
    },
    close: () => database.close(),
  };
}

async function startProcess(database: Database, time: People['time'], file: object): Promise<Process> {
  const live = await liveOf(database, file);
  const clock = { now: () => time.now };
  const table = new TokenTable({ claimPaths: [[]] });
  const massRevocations = createMassRevocations();
  await loadMassRevocations(database, massRevocations);
  const decisions = createDecisions({ database, clock, random, logger: QUIET });
  const snapshot = live.current;
  const deps: ExchangeDeps = {
    snapshot,
    live,
    decisions,
    keys,
    table,
    massRevocations,
    clock,
    random,
    reader: database,
    validate: createValidator({ keys: { find: ({ url }) => keyOf(url) } }),
    issuerUsed: () => undefined,
  };
  const find = presenterOf(deps, table, massRevocations);
  const loadConditions = celConditions;
  const change = createChange({ live, decisions, massRevocations, clock, logger: QUIET, loadConditions });
  const signIn: Process['signIn'] = (claims, signer) =>
    exchangeIdToken(deps, { idToken: mint(claims, signer), remoteAddress: '192.0.2.1' });
  return {
    live,
    massRevocations,
    deps,
    signIn,
    change,
    session: async (claims, signer) => {
      const session = await signIn(claims, signer);
      return session.ok ? session.value.value : session.error.code;
    },
    present: async (value) => standing(live.current(), await find(value), massRevocations),
    standingOf: (token) =>
      massRevocations.covers(token)
        ? { state: 'revoked' }
        : standing(live.current(), { state: 'live', token }, massRevocations),
    ...administration(change, () => Math.floor(time.now / 1000)),
  };
}

function presenterOf({ clock, reader }: ExchangeDeps, table: TokenTable, massRevocations: MassRevocations) {
  return createPresenter({
    table,
    massRevocations,
    clock,
    reader,
    checksums: keys.checksums,
    signingRings: rings,
    feed: { stale: () => false, poll: () => Promise.resolve() },
  });
}

type Administration = Pick<Process, 'addMember' | 'removeMember' | 'changeEmail' | 'removeIdentity'>;

function administration(change: Change, now: () => number): Administration {
  const author = { organization: 'acme', actor: 'administrator' };
  const place = (login: string) => ({ organization: 'acme', login });
  const done = async (result: ReturnType<Change>): Promise<void> => {
    const changed = await result;
    if (!changed.ok) throw new Error(JSON.stringify(changed.error));
  };
  return {
    addMember: (login, email) =>
      done(change(author, (world) => createMember(world, place(login), { role: 'member', email }, now()))),
    removeMember: (login) => done(change(author, (world) => deleteMember(world, place(login), undefined))),
    changeEmail: (login, email) =>
      done(change(author, (world) => updateMember(world, place(login), { email }))),
    removeIdentity: async (identity) => {
      if (!identity) throw new Error('there is no such identity');
      const removed = await change({ ...author, organization: identity.organization }, (world) =>
        removeIdentity(world, identity),
      );
      return removed.ok ? 'removed' : removed.error.kind;
    },
  };
}

async function liveOf(database: Database, file: object): Promise<LiveSnapshot> {
  const stored = await loadStored(database);
  if (!stored.ok) throw new Error('storage is silent');
  const config = configOf(file);
  const conditions = await conditionsFor(config, stored.value.objects, celConditions);
  const world = compileWorld(config, stored.value, conditions);
  if (!world.ok) throw new Error(JSON.stringify(world.error));
  return createLiveSnapshot({ reader: database, logger: QUIET }, world.value);
}

function keyOf(url: string) {
  const pair = PAIRS.get(url);
  return pair ? ok(pair.publicKey) : err('unreachable' as const);
}

/** Who a session is on a route of an organization; else what it is, `nobody` where it does not count. */
export async function speaker(process: Process, value: string, organization = 'acme'): Promise<string> {
  const presented = await process.present(value);
  if (presented.state !== 'live') return presented.state;
  const principal = principalAmong(presented.token.principal, [organization]);
  return principal?.kind === 'user' ? principal.user : 'nobody';
}

/** Who somebody is on a route of an organization when they sign in; the code where they cannot. */
export async function who(process: Process, claims: object = {}, organization = 'acme'): Promise<string> {
  const session = await process.session(claims);
  return session.startsWith('css_') ? speaker(process, session, organization) : session;
}

export const USR_ADA = fileId('usr', 'ada');

function ringOf(): KeyRing {
  const key = makeSigningKey();
  return { signing: () => key, published: () => [key.jwk] };
}
