import type { Claims } from '@countersign/core';
import { describe, expect, it, vi } from 'vitest';
import type { AuditEvent, DecisionRecord } from '../audit/model.ts';
import type { Unit } from '../storage/port.ts';
import { insertChange } from '../storage/repositories/changes.ts';
import { revokeToken } from '../storage/repositories/tokens.ts';
import { deleteReplayMark, insertReplayMark } from '../storage/repositories/replay-marks.ts';
import { testRing } from '../oauth/testing/rig.ts';
import { claimsOf } from './claims-of.ts';
import { hashOf } from '../tokens/issue.ts';
import type { TokenRecord } from '../tokens/model.ts';
import { commitToken, type TokenOrder } from './commit-token.ts';
import type { ExchangeDeps } from './model.ts';

const attempt = { id: `dec_${'1'.repeat(26)}`, time: 5_000, remoteAddress: '192.0.2.1' };
const order: TokenOrder = {
  prefix: 'cst',
  principal: {
    kind: 'team',
    organization: 'acme',
    team: 'platform',
    vouchedBy: { kind: 'organization', organization: 'acme' },
  },
  organization: 'acme',
  issuer: 'iss_1',
  subject: 's',
  claims: { sub: 's' },
  policies: ['pol_1'],
  resources: [],
  format: 'opaque',
  issuedAt: 5,
  expiresAt: 65,
  record: { principal: 'team:acme/platform', determining: ['policies[0]'] },
};

interface Committed {
  readonly decision: DecisionRecord;
  readonly event: AuditEvent;
  readonly unit: Unit;
}

const mark = { issuer: 'iss_1', mark: 'j.x', expiresAt: 999 };

function world(outcome: 'durable' | 'unavailable' | 'conflict', endedUntil = -Infinity) {
  const committed: Committed[] = [];
  const changed: { readonly event: AuditEvent; readonly unit: Unit }[] = [];
  const table = new Map<string, TokenRecord>();
  const deps = {
    snapshot: () => ({ service: { url: 'https://sts.example' } }),
    clock: { now: () => 9_000 },
    massRevocations: { endedUntil: () => endedUntil },
    decisions: {
      acted: async (decision: DecisionRecord, event: AuditEvent, unit: Unit) => {
        committed.push({ decision, event, unit });
        return outcome === 'durable' ? { ok: true, value: undefined } : { ok: false, error: outcome };
      },
      changed: async (event: AuditEvent, unit: Unit) => {
        changed.push({ event, unit });
        return { ok: true, value: undefined };
      },
    },
    keys: {
      checksums: { checksum: () => 'AAAAAA', verify: () => true },
      rings: { access: testRing('access-1') },
    },
    table: {
      remove: (hash: Uint8Array) => table.delete(Buffer.from(hash).toString('hex')),
      insert: (hash: Uint8Array, record: TokenRecord) =>
        void table.set(Buffer.from(hash).toString('hex'), record),
    },
    random: { bytes: (length: number) => new Uint8Array(length).fill(7) },
  } as unknown as ExchangeDeps;
  return { deps, committed, changed, table };
}

describe('a new token', () => {
  it('is one commit with its decision and its audit event, and is known only after it', async () => {
    const { deps, committed, table } = world('durable');
    const value = await commitToken(deps, attempt, order);
    expect(value.ok && value.value.value).toMatch(/^cst_/);
    const [one] = committed;
    expect(committed).toHaveLength(1);
    expect(one?.unit).toHaveLength(1);
    expect(one?.decision).toMatchObject({ id: attempt.id, effect: 'allow', determining: ['policies[0]'] });
    expect(one?.event).toMatchObject({
      event: 'token.issued',
      decision: attempt.id,
      actor: 'team:acme/platform',
    });
    const stored = table.get(Buffer.from(hashOf(value.ok ? value.value.value : '')).toString('hex'));
    expect(stored).toMatchObject({ exchange: attempt.id, expiresAt: 65, policies: ['pol_1'] });
    expect(one?.event.token).toBe(stored?.id);
    expect(one?.decision.tokenId).toBe(stored?.id);
  });

  it('has the number of its exchange, so that the table keeps it once', async () => {
    const { deps, committed } = world('durable');
    await commitToken(deps, attempt, order);
    expect(committed[0]?.decision.tokenId).toBe(`tok_${'1'.repeat(26)}`);
  });

  it.each([
    ['nothing has ended', -Infinity, 5],
    ['what ended was issued before', 4, 5],
    ['everything of this very second has ended', 5, 6],
  ])('is never born dead: %s', async (_name, ended, issuedAt) => {
    const { deps, table } = world('durable', ended);
    await commitToken(deps, attempt, order);
    expect([...table.values()].map((token) => token.issuedAt)).toEqual([issuedAt]);
  });

  it('is signed where the policies say so: what it says is what introspection would', async () => {
    const { deps, table } = world('durable');
    const resources = ['https://orders.example'];
    const committed = await commitToken(deps, attempt, { ...order, format: 'jwt', resources });
    const value = committed.ok ? committed.value.value : '';
    const [header = '', payload = ''] = value.split('.');
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims;
    expect(read(header)).toMatchObject({ alg: 'ES256', typ: 'at+jwt', kid: 'access-1' });
    const [token] = table.values();
    expect(read(payload)).toEqual(claimsOf(token as TokenRecord, 'https://sts.example'));
    expect(read(payload)).toMatchObject({ aud: resources, scope: 'team:platform', client_id: 'iss_1' });
  });

  it('of a subject token that counts once carries its mark in the same commit, before anything else', async () => {
    const { deps, committed } = world('durable');
    await commitToken(deps, attempt, { ...order, mark });
    expect(committed[0]?.unit).toHaveLength(2);
    expect(committed[0]?.unit[0]).toEqual(insertReplayMark('iss_1', 'j.x', 999));
  });

  it('is not issued when the mark is there already', async () => {
    const { deps, table } = world('conflict');
    expect(await commitToken(deps, attempt, { ...order, mark })).toEqual({
      ok: false,
      error: 'token.replayed',
    });
    expect(table.size).toBe(0);
  });

  it('is never called replayed where no mark was asked for', async () => {
    const { deps } = world('conflict');
    expect(await commitToken(deps, attempt, order)).toEqual({ ok: false, error: 'server.storage' });
  });

  it('that reached nobody is revoked and its mark is free again, in one commit', async () => {
    const { deps, changed, table } = world('durable');
    const committed = await commitToken(deps, attempt, { ...order, mark });
    expect(table.size).toBe(1);
    if (committed.ok) committed.value.withdraw?.();
    await vi.waitFor(() => expect(table.size).toBe(0));
    expect(changed).toHaveLength(1);
    const hash = hashOf(committed.ok ? committed.value.value : '');
    expect(changed[0]?.unit).toContainEqual(revokeToken(hash, 9));
    expect(changed[0]?.unit).toContainEqual(deleteReplayMark('iss_1', 'j.x'));
    const named = { hash: Buffer.from(hash).toString('base64url') };
    expect(changed[0]?.unit).toContainEqual(insertChange('token.revoked', named, 9));
    expect(changed[0]?.event).toMatchObject({ event: 'token.revoked', token: `tok_${'1'.repeat(26)}` });
  });

  it('that used no mark up has nothing to withdraw: the client may ask again', async () => {
    const { deps } = world('durable');
    const committed = await commitToken(deps, attempt, order);
    expect(committed.ok && 'withdraw' in committed.value).toBe(false);
  });

  it('issues nothing when the commit fails', async () => {
    const { deps, table } = world('unavailable');
    expect(await commitToken(deps, attempt, order)).toEqual({ ok: false, error: 'server.storage' });
    expect(table.size).toBe(0);
  });
});

describe('the session of a token that was presented as it is', () => {
  const presented = new Uint8Array(32).fill(9);
  const known = Buffer.from(presented).toString('hex');

  it('is known by the hash that it is given, and nobody gets a value', async () => {
    const { deps, table, committed } = world('durable');
    expect(await commitToken(deps, attempt, { ...order, presented })).toEqual({
      ok: true,
      value: { value: '' },
    });
    expect([...table.keys()]).toEqual([known]);
    expect(committed[0]?.event).toMatchObject({ event: 'token.issued', detail: { presented: true } });
  });

  it('is as old as its token: a revocation of that second is not evaded', async () => {
    const { deps, table } = world('durable', 5);
    await commitToken(deps, attempt, { ...order, presented });
    expect(table.get(known)?.issuedAt).toBe(5);
  });

  it('cannot be withdrawn, since every further request counts on it', async () => {
    const { deps } = world('durable');
    const done = await commitToken(deps, attempt, { ...order, presented, mark });
    expect(done.ok && done.value.withdraw).toBeUndefined();
  });

  it('says when there is one already, and when storage is silent', async () => {
    for (const [outcome, code] of [
      ['conflict', 'token.replayed'],
      ['unavailable', 'server.storage'],
    ] as const)
      expect(await commitToken(world(outcome).deps, attempt, { ...order, presented })).toEqual({
        ok: false,
        error: code,
      });
  });
});
