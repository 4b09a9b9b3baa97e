import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bodyOf, startRig, TYPE, type Rig } from '../oauth/testing/rig.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database } from '../storage/port.ts';

/** Threat 7, over a real SQLite: at most one live token comes from a subject token whose issuer says `once`. */

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
let database: Database;
let rig: Rig;
beforeEach(async () => {
  const opened = await openSqlite({ path: ':memory:', logger: quiet });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
  rig = startRig({ database });
});
afterEach(() => database.close());

const once = (claims = {}) => rig.mint({ iss: 'https://once.example', jti: 'one', ...claims });
const exchange = (subject_token: string, over = {}) => rig.exchange({ subject_token, ...over });
const codeOf = (answer: Awaited<ReturnType<Rig['exchange']>>) => bodyOf(answer)['code'];

/** Order of P-256 (SEC 2, section 2.4.2): with (r, s) also (r, n − s) verifies. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function withOtherSignature(token: string): string {
  const input = token.slice(0, token.lastIndexOf('.'));
  const signature = Buffer.from(token.slice(input.length + 1), 'base64url');
  const s = BigInt(`0x${signature.subarray(32).toString('hex')}`);
  const other = Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex');
  return `${input}.${Buffer.concat([signature.subarray(0, 32), other]).toString('base64url')}`;
}

describe('a subject token that counts once', () => {
  it('gives one token, and is refused by name after that', async () => {
    const token = once();
    expect((await exchange(token)).status).toBe(200);
    const again = await exchange(token);
    expect([again.status, codeOf(again)]).toEqual([400, 'token.replayed']);
    expect(rig.known.size).toBe(1);
  });

  it('gives one token to many who bring it at the same time', async () => {
    const token = once();
    const answers = await Promise.all(Array.from({ length: 50 }, () => exchange(token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(new Set(refused.map(codeOf))).toEqual(new Set(['token.replayed']));
    expect(rig.known.size).toBe(1);
  });

  it('counts by what was signed when it has no jti', async () => {
    const token = once({ jti: undefined });
    expect((await exchange(token)).status).toBe(200);
    expect(codeOf(await exchange(token))).toBe('token.replayed');
    expect((await exchange(once({ jti: undefined, run: 2 }))).status).toBe(200);
  });

  it('is the same token under the other signature that every ECDSA signature has', async () => {
    const token = once({ jti: undefined });
    const other = withOtherSignature(token);
    expect(other).not.toBe(token);
    expect((await exchange(token)).status).toBe(200);
    expect(codeOf(await exchange(other))).toBe('token.replayed');
  });

  it('is not used up by a refusal', async () => {
    const token = once();
    const refused = await exchange(token, { requested_token_type: `${TYPE}team`, scope: 'team:nobody' });
    expect(codeOf(refused)).toBe('policy.refused');
    expect((await exchange(token)).status).toBe(200);
  });

  it('is not used up by storage that fails', async () => {
    const token = once();
    rig.storage.fails = () => 'unavailable';
    const failed = await exchange(token);
    expect([failed.status, failed.headers['retry-after']]).toEqual([503, '1']);
    rig.storage.fails = () => undefined;
    expect((await exchange(token)).status).toBe(200);
  });

  it('is good again when its answer reached nobody, and the token that nobody got is dead', async () => {
    const token = once();
    const lost = await exchange(token);
    lost.undelivered?.();
    await expect.poll(() => rig.known.size).toBe(0);
    expect((await exchange(token)).status).toBe(200);
    expect(rig.known.size).toBe(1);
    expect(codeOf(await exchange(token))).toBe('token.replayed');
  });

  it('has its refusal stored before the answer, with the policies that would have allowed it', async () => {
    const token = once();
    await exchange(token);
    const again = await exchange(token);
    const record = rig.records.get(String(bodyOf(again)['decision_id']));
    expect(record).toMatchObject({ effect: 'deny', code: 'token.replayed', issuer: 'iss_once' });
    expect(record?.policies).toEqual(['pol_once_0']);
  });
});

describe('a subject token of an issuer that allows repetition', () => {
  it('gives a token each time, and an answer that was lost needs no undoing', async () => {
    const token = rig.mint({ jti: 'one' });
    const [first, second] = [await exchange(token), await exchange(token)];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect([first.undelivered, second.undelivered]).toEqual([undefined, undefined]);
    expect(rig.known.size).toBe(2);
  });
});
