import { err, ok } from '@countersign/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { recordMetrics, type MetricRecord } from '../adapters/testing/metric-record.ts';
import type { SpanCause, SpanKind, SpanOutcome } from '../adapters/ports.ts';
import type { AuditEvent, DecisionRecord } from './model.ts';
import { observeDecisions } from './observed-decisions.ts';
import type { Decisions } from './port.ts';

const TRACE = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  parent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  passes: ['traceparent'],
  sets: [],
};
const OURS = { ...TRACE, parent: '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01' };

const exchange: DecisionRecord = {
  id: 'dec_1',
  time: 1_000,
  kind: 'exchange',
  effect: 'deny',
  code: 'policy.refused',
  organization: 'acme',
  issuer: 'iss_1',
  issuerName: 'acme/ci',
  subject: 'repo:acme/app',
  audience: 'urn:pulumi:org:acme',
  determining: [],
  remoteAddress: '192.0.2.1',
};
const { code: _code, ...rest } = exchange;
const issued: DecisionRecord = { ...rest, effect: 'allow' };
const event: AuditEvent = { event: 'token.issued', time: 1_000, actor: '' };

let metrics: MetricRecord;
let begun: (readonly [SpanKind, SpanCause])[];
let ended: SpanOutcome[];
let written: DecisionRecord[];
let answer: 'ok' | 'unavailable' | 'conflict';
let decisions: Decisions;

beforeEach(() => {
  metrics = recordMetrics();
  begun = [];
  ended = [];
  written = [];
  answer = 'ok';
  const inner: Decisions = {
    newId: () => 'dec_new',
    unverified: (record) => void written.push(record),
    refused: async (record) => {
      written.push(record);
      return answer === 'ok' ? ok(undefined) : err('unavailable');
    },
    acted: async (record) => {
      written.push(record);
      return answer === 'ok' ? ok(undefined) : err(answer);
    },
    changed: async () => ok(undefined),
    passed: (record) => void written.push(record),
    find: async () => ok(undefined),
  };
  const tracing = {
    begin(kind: SpanKind, cause: SpanCause) {
      begun.push([kind, cause]);
      return { trace: OURS, end: (outcome: SpanOutcome) => void ended.push(outcome) };
    },
  };
  decisions = observeDecisions(inner, { clock: { now: () => 1_250 }, metrics, tracing });
});

const EXCHANGES = 'countersign_exchanges_total';

describe('exchanges', () => {
  it('are counted by organization, issuer and outcome', async () => {
    await decisions.refused(exchange);
    await decisions.acted(issued, event, []);
    expect(metrics.counted).toEqual({
      [`${EXCHANGES} acme,iss_1,refused,policy.refused`]: 1,
      [`${EXCHANGES} acme,iss_1,allowed,`]: 1,
    });
    expect(metrics.observed).toEqual([
      'countersign_exchange_seconds refused',
      'countersign_exchange_seconds allowed',
    ]);
  });

  it('that nobody has proved anything for are nobodys, whatever their token says', () => {
    const { organization: _, issuer: __, issuerName: ___, ...unproved } = exchange;
    decisions.unverified({ ...unproved, code: 'token.not_trusted' }, { issuer: 'https://made-up.example' });
    expect(metrics.counted).toEqual({ [`${EXCHANGES} ,,refused,token.not_trusted`]: 1 });
  });

  it('that could not be written count as what the caller is told', async () => {
    answer = 'unavailable';
    await decisions.refused(exchange);
    await decisions.acted(issued, event, []);
    expect(metrics.counted).toEqual({ [`${EXCHANGES} acme,iss_1,refused,server.storage`]: 2 });
    expect(ended.map(({ code }) => code)).toEqual(['server.storage', 'server.storage']);
  });

  it('that met a conflict have not come to anything yet', async () => {
    answer = 'conflict';
    expect(await decisions.acted(issued, event, [])).toEqual(err('conflict'));
    expect(metrics.counted).toEqual({});
    expect(ended).toHaveLength(1);
  });

  it('have a span for all their time, whose trace is the one that is recorded', async () => {
    await decisions.refused({ ...exchange, trace: TRACE });
    expect(begun).toEqual([[{ kind: 'exchange', at: 1_000 }, { trace: TRACE }]]);
    expect(written[0]?.trace).toEqual(OURS);
    expect(ended).toEqual([{ decision: 'dec_1', issuer: 'acme/ci', code: 'policy.refused' }]);
  });
});

describe('requests at the gateway', () => {
  const request: DecisionRecord = { ...issued, kind: 'gateway', route: 'orders' };

  it('are counted by route, outcome and code, and have their span elsewhere', async () => {
    decisions.passed(request);
    await decisions.refused({ ...request, effect: 'deny', code: 'policy.refused' });
    const { route: _, ...nowhere } = request;
    decisions.unverified({ ...nowhere, effect: 'deny', code: 'route.unknown' }, {});
    expect(metrics.counted).toEqual({
      'countersign_gateway_requests_total orders,allowed,': 1,
      'countersign_gateway_requests_total orders,refused,policy.refused': 1,
      'countersign_gateway_requests_total ,refused,route.unknown': 1,
    });
    expect(metrics.observed).toEqual([]);
    expect(begun).toEqual([]);
  });
});

it('is what it was where nobody looks on', () => {
  expect(observeDecisions(decisions, { clock: { now: () => 0 } })).toBe(decisions);
});
