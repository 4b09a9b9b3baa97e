import { ok } from '@countersign/core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../adapters/ports.ts';
import { recordMetrics, type MetricRecord } from '../adapters/testing/metric-record.ts';
import { createDecisions, RECORDED_PER_SECOND } from './decision-writer.ts';
import type { DecisionRecord } from './model.ts';
import type { Decisions } from './port.ts';

const trace = { traceId: 'a'.repeat(32), parent: 'b'.repeat(256), passes: [], sets: [] };

let decisions: Decisions;
let lines: string[];
let rows: string[];
let metrics: MetricRecord;
let diskIsLow: boolean;

beforeEach(() => {
  lines = [];
  rows = [];
  metrics = recordMetrics();
  diskIsLow = false;
  const log: Logger['info'] = (_message, fields) =>
    void lines.push(JSON.stringify(typeof fields === 'function' ? fields() : fields));
  decisions = createDecisions({
    database: {
      write: async (unit) => {
        rows.push(JSON.stringify(unit));
        return ok(undefined);
      },
      read: async () => ok([]),
    },
    clock: { now: () => 1_700_000_000_000 },
    random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    logger: { debug: log, info: log, warn: log, error: log },
    metrics,
    diskIsLow: () => diskIsLow,
  });
});

const recordOf = (changes: Partial<DecisionRecord> = {}): DecisionRecord => ({
  id: decisions.newId(),
  time: 1_700_000_000_000,
  kind: 'gateway',
  effect: 'deny',
  code: 'policy.refused',
  determining: [],
  remoteAddress: '192.0.2.1',
  trace,
  ...changes,
});

describe('the trace of a decision', () => {
  it('is in the log line, by its id alone, and in no row', async () => {
    decisions.unverified(recordOf(), {});
    await decisions.refused(recordOf());
    decisions.passed(recordOf({ effect: 'allow' }));
    const ids = lines.map((line) => (JSON.parse(line) as { trace_id?: string }).trace_id);
    expect(ids).toEqual([trace.traceId, trace.traceId, trace.traceId]);
    expect(rows).toHaveLength(1);
    expect([...lines, ...rows].join()).not.toContain(trace.parent);
  });

  it('is not kept in memory: of its headers nothing is ours', async () => {
    const record = recordOf();
    decisions.unverified(record, {});
    const found = await decisions.find(record.id);
    expect(found).toMatchObject({ ok: true, value: { record: { id: record.id } } });
    expect(found.ok && found.value?.record).not.toHaveProperty('trace');
  });
});

it('counts refusals that are not stored, and why', async () => {
  for (let at = 0; at < RECORDED_PER_SECOND; at += 1) await decisions.refused(recordOf());
  expect(metrics.counted).toEqual({});
  await decisions.refused(recordOf());
  await decisions.refused(recordOf());
  diskIsLow = true;
  await decisions.refused(recordOf({ issuer: 'iss_2' }));
  expect(rows).toHaveLength(RECORDED_PER_SECOND);
  expect(metrics.counted).toEqual({
    'countersign_decisions_not_stored_total rate': 2,
    'countersign_decisions_not_stored_total disk': 1,
  });
});
