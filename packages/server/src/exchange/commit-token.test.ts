import { describe, expect, it } from 'vitest';
import type { AuditEvent, DecisionRecord } from '../audit/model.ts';
import type { Unit } from '../storage/port.ts';
import { hashOf } from '../tokens/issue.ts';
import type { TokenRecord } from '../tokens/model.ts';
import { commitToken, type TokenOrder } from './commit-token.ts';
import type { ExchangeDeps } from './model.ts';

const attempt = { id: 'dec_1', time: 5_000, remoteAddress: '192.0.2.1' };
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
  issuedAt: 5,
  expiresAt: 65,
  record: { principal: 'team:acme/platform', determining: ['policies[0]'] },
};

interface Committed {
  readonly decision: DecisionRecord;
  readonly event: AuditEvent;
  readonly unit: Unit;
}

function world(outcome: 'durable' | 'unavailable') {
  const committed: Committed[] = [];
  const table = new Map<string, TokenRecord>();
  const deps = {
    decisions: {
      acted: async (decision: DecisionRecord, event: AuditEvent, unit: Unit) => {
        committed.push({ decision, event, unit });
        return outcome === 'durable' ? { ok: true, value: undefined } : { ok: false, error: outcome };
      },
    },
    keys: { checksums: { checksum: () => 'AAAAAA', verify: () => true } },
    table: {
      insert: (hash: Uint8Array, record: TokenRecord) =>
        void table.set(Buffer.from(hash).toString('hex'), record),
    },
    random: { bytes: (length: number) => new Uint8Array(length).fill(7) },
  } as unknown as ExchangeDeps;
  return { deps, committed, table };
}

describe('a new token', () => {
  it('is one commit with its decision and its audit event, and is known only after it', async () => {
    const { deps, committed, table } = world('durable');
    const value = await commitToken(deps, attempt, order);
    expect(value.ok && value.value).toMatch(/^cst_/);
    const [one] = committed;
    expect(committed).toHaveLength(1);
    expect(one?.unit).toHaveLength(1);
    expect(one?.decision).toMatchObject({ id: 'dec_1', effect: 'allow', determining: ['policies[0]'] });
    expect(one?.event).toMatchObject({
      event: 'token.issued',
      decision: 'dec_1',
      actor: 'team:acme/platform',
    });
    const stored = table.get(Buffer.from(hashOf(value.ok ? value.value : '')).toString('hex'));
    expect(stored).toMatchObject({ exchange: 'dec_1', expiresAt: 65 });
    expect(one?.event.token).toBe(stored?.id);
    expect(one?.decision.tokenId).toBe(stored?.id);
  });

  it('issues nothing when the commit fails', async () => {
    const { deps, table } = world('unavailable');
    expect(await commitToken(deps, attempt, order)).toEqual({ ok: false, error: 'server.storage' });
    expect(table.size).toBe(0);
  });
});
