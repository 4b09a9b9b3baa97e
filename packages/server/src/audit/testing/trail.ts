import { createHash } from 'node:crypto';
import type { Random } from '../../adapters/ports.ts';
import { makeSigningKey } from '../../keys/signing-key.ts';
import type { PublicJwk, SigningKey } from '../../keys/port.ts';
import type { Database, Row, SqlValue, Unit } from '../../storage/port.ts';
import { insertMassRevocation } from '../../storage/repositories/mass-revocations.ts';
import { insertToken, revokeToken } from '../../storage/repositories/tokens.ts';
import type { TokenRecord } from '../../tokens/model.ts';
import { createCheckpoints } from '../checkpoints.ts';
import { createDecisions } from '../decision-writer.ts';
import type { DecisionRecord } from '../model.ts';

/** A trail as a server leaves one, for the tests of whoever reads, sweeps or verifies it. */

const silent = (): void => undefined;

export const QUIET = { debug: silent, info: silent, warn: silent, error: silent };

/** Bytes that differ from call to call and are the same in every run. */
export function seededRandom(seed = ''): Random {
  let drawn = 0;
  return {
    bytes: (length) =>
      createHash('sha256')
        .update(`${seed} ${(drawn += 1)}`)
        .digest()
        .subarray(0, length),
  };
}

export const AUDIT_KEY: SigningKey = makeSigningKey();
export const AUDIT_KEYS: readonly PublicJwk[] = [AUDIT_KEY.jwk];

export interface Trail {
  /** Issues a token that lives for so many seconds and gives its hash. */
  issue(life?: number): Promise<Uint8Array>;
  revoke(hash: Uint8Array): Promise<boolean>;
  revokeMany(value: string): Promise<void>;
  rotateKey(): Promise<void>;
  refuse(): Promise<void>;
  /** Signs where the chains end and gives the checkpoints, as a log would hold them. */
  checkpoint(): Promise<string>;
}

/** `clock.ms` may be moved on by the test. */
export function createTrail(database: Database, clock: { ms: number }, seed = ''): Trail {
  const now = (): number => clock.ms;
  const random = seededRandom(seed);
  const decisions = createDecisions({ database, clock: { now }, random, logger: QUIET });
  const act = async (unit: Promise<{ readonly ok: boolean }>): Promise<boolean> => (await unit).ok;

  const event = { time: 0, actor: 'org:acme', organization: 'acme' } as const;
  return {
    async issue(life = 3600) {
      const id = decisions.newId();
      const hash = createHash('sha256').update(id).digest();
      const issued = { ...event, event: 'token.issued', time: now(), decision: id } as const;
      const token = tokenOf(id, Math.floor(now() / 1000), life);
      await act(
        decisions.acted(grantOf(id, now()), { ...issued, token: token.id }, [insertToken(hash, token)]),
      );
      return hash;
    },
    revoke: (hash) =>
      act(
        decisions.changed({ ...event, event: 'token.revoked', time: now(), token: 'tok_x' }, [
          revokeToken(hash, Math.floor(now() / 1000)),
        ]),
      ),
    async revokeMany(value) {
      const before = Math.floor(now() / 1000);
      const revocation = { organization: 'acme', by: 'subject', value, before } as const;
      const detail = { by: 'subject', value, before };
      await act(
        decisions.changed({ ...event, event: 'tokens.revoked', time: now(), detail }, [
          insertMassRevocation(revocation, before),
        ]),
      );
    },
    async rotateKey() {
      const detail = { ring: 'access', active: 'k1' };
      await act(decisions.changed({ event: 'key.rotated', time: now(), actor: 'administrator', detail }, []));
    },
    async refuse() {
      const { tokenId: _, ...refused } = grantOf(decisions.newId(), now());
      await decisions.refused({ ...refused, effect: 'deny', code: 'policy.refused' });
    },
    checkpoint: () => checkpointOf(database, now, random),
  };
}

async function checkpointOf(database: Database, now: () => number, random: Random): Promise<string> {
  const lines: string[] = [];
  const info = (message: string, fields?: unknown): void =>
    void lines.push(JSON.stringify({ message, fields }));
  const ring = { signing: () => AUDIT_KEY };
  await createCheckpoints({ database, ring, clock: { now }, random, logger: { ...QUIET, info } }).close();
  return lines.join('\n');
}

function grantOf(id: string, time: number): DecisionRecord {
  return {
    id,
    time,
    kind: 'exchange',
    effect: 'allow',
    organization: 'acme',
    issuer: 'iss_1',
    issuerName: 'acme/github',
    subject: 'repo:acme/app',
    audience: 'urn:countersign:org:acme',
    determining: ['policies[0]'],
    policies: ['pol_1'],
    audited: [],
    principal: 'org:acme',
    tokenId: id.replace('dec_', 'tok_'),
    remoteAddress: '127.0.0.1',
    facts: { claims: { sub: 'repo:acme/app' }, request: {} },
    policySet: 'set',
  };
}

function tokenOf(decision: string, issuedAt: number, life: number): TokenRecord {
  return {
    id: decision.replace('dec_', 'tok_'),
    prefix: 'cso',
    principal: {
      kind: 'organization',
      organization: 'acme',
      admin: false,
      vouchedBy: { kind: 'organization', organization: 'acme' },
    },
    organization: 'acme',
    issuer: 'iss_1',
    subject: 'repo:acme/app',
    claims: { sub: 'repo:acme/app', run: 7 },
    exchange: decision,
    policies: ['pol_1'],
    resources: [],
    format: 'opaque',
    issuedAt,
    expiresAt: issuedAt + life,
  };
}

/** One of everything, signed for at the end; gives the checkpoints. `restart` puts an end of the process in the middle. */
export async function writeTrail(
  trail: () => Trail,
  clock: { ms: number },
  restart = () => Promise.resolve(),
): Promise<string> {
  const first = await trail().issue();
  clock.ms += 1500;
  await trail().refuse();
  await trail().issue();
  await trail().revoke(first);
  clock.ms += 1500;
  await restart();
  await trail().revokeMany('repo:acme/app');
  await trail().issue();
  await trail().rotateKey();
  return trail().checkpoint();
}

/** Rows of a table with the number that SQLite knows them by. */
export async function allRows(database: Database, table: string): Promise<readonly Row[]> {
  const read = await database.read({ sql: `select rowid, * from "${table}" order by rowid`, parameters: [] });
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

/** What somebody with the database open in an editor does. */
export async function meddle(database: Database, sql: string, ...parameters: SqlValue[]): Promise<void> {
  const unit: Unit = [{ sql, parameters }];
  const written = await database.write(unit);
  if (!written.ok) throw new Error(`${sql}: ${written.error}`);
}
