import { context, propagation, ROOT_CONTEXT, trace, type ContextManager } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { traceContext, type HeaderLine } from '@countersign/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOtelTracing } from './otel-tracing.ts';
import type { Tracing } from './ports.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CAME: readonly HeaderLine[] = [
  ['Traceparent', `00-${TRACE}-b7ad6b7169203331-01`],
  ['tracestate', 'a=1'],
];

let exporter: InMemorySpanExporter;
let provider: BasicTracerProvider;
let tracing: Tracing;

function register(options: ConstructorParameters<typeof BasicTracerProvider>[0] = {}): Tracing {
  trace.disable();
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  provider = new BasicTracerProvider({ spanProcessors, ...options });
  trace.setGlobalTracerProvider(provider);
  const made = createOtelTracing('1.2.3');
  if (!made) throw new Error('there is no SDK');
  return made;
}

beforeEach(() => {
  exporter = new InMemorySpanExporter();
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  tracing = register();
});
afterEach(() => {
  for (const api of [trace, propagation, context]) api.disable();
});

const begin = (headers: readonly HeaderLine[], method = 'GET') => {
  const came = traceContext(headers);
  return tracing.begin({ kind: 'gateway', method }, { headers, ...(came && { trace: came }) });
};
/** The SDK hands a span on when it has ended, but not at once. */
const finished = async () => {
  await provider.forceFlush();
  return exporter.getFinishedSpans();
};

describe('spans by the OpenTelemetry API', () => {
  it('are a part of the trace that came, and say so to whoever is next', async () => {
    const span = begin(CAME);
    span.end({ decision: 'dec_1', route: 'orders', status: 200 });
    const [first] = await finished();
    expect(first).toMatchObject({
      name: 'GET orders',
      instrumentationScope: { name: 'countersign', version: '1.2.3' },
      parentSpanContext: { traceId: TRACE, spanId: 'b7ad6b7169203331', isRemote: true },
    });
    const parent = `00-${TRACE}-${first?.spanContext().spanId}-01`;
    expect(span.trace).toEqual({
      traceId: TRACE,
      parent,
      passes: [],
      sets: [
        ['traceparent', parent],
        ['tracestate', 'a=1'],
      ],
    });
  });

  it('begin a trace where two say which', async () => {
    const span = begin([...CAME, ['traceparent', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`]]);
    span.end({});
    const [first] = await finished();
    expect(first?.parentSpanContext).toBeUndefined();
    expect(span.trace?.sets.map(([name]) => name)).toEqual(['traceparent']);
  });

  it('are children of the span of whoever instruments node:http as well', async () => {
    const outer = trace.getTracer('http').startSpan('outer');
    const manager: ContextManager = {
      active: () => trace.setSpan(ROOT_CONTEXT, outer),
      with: (_context, run, self, ...given) => run.call(self as never, ...given),
      bind: (_context, target) => target,
      enable: () => manager,
      disable: () => manager,
    };
    context.setGlobalContextManager(manager);
    begin(CAME).end({});
    const [first] = await finished();
    expect(first?.parentSpanContext?.spanId).toBe(outer.spanContext().spanId);
  });

  it('of exchanges began when the exchange did, in the trace of its request', async () => {
    const came = traceContext(CAME);
    const span = tracing.begin({ kind: 'exchange', at: 1_700_000_000_500 }, { trace: came });
    span.end({ issuer: 'acme/ci', code: 'issuer.unreachable' });
    tracing.begin({ kind: 'exchange', at: 0 }, {}).end({ code: 'policy.refused' });
    const [first, second] = await finished();
    expect(first).toMatchObject({
      name: 'exchange',
      startTime: [1_700_000_000, 500_000_000],
      parentSpanContext: { traceId: TRACE, spanId: 'b7ad6b7169203331' },
      attributes: {
        'countersign.issuer': 'acme/ci',
        'countersign.code': 'issuer.unreachable',
        'error.type': 'issuer.unreachable',
      },
      status: { code: 2 },
    });
    expect(second).toMatchObject({ status: { code: 0 } });
    expect(second?.parentSpanContext).toBeUndefined();
  });

  it('are named after methods of a list, and after nothing else that a request says', async () => {
    begin([...CAME, ['authorization', 'Bearer secret'], ['x-secret', 'secret']], 'SECRET').end({
      status: 501,
    });
    const [first] = await finished();
    expect(first).toMatchObject({
      name: 'HTTP',
      attributes: {
        'http.request.method': '_OTHER',
        'http.response.status_code': 501,
        'error.type': '501',
      },
    });
    expect(JSON.stringify([first?.attributes, first?.name, first?.events])).not.toMatch(/secret/i);
  });

  it('pass on what came where the registered propagators do not speak W3C', () => {
    propagation.disable();
    const span = begin(CAME);
    expect(span.trace).toMatchObject({ passes: ['traceparent', 'tracestate'], sets: [] });
    expect(span.trace?.traceId).not.toBe(TRACE);
  });

  it('that nobody samples say so to whoever is next', () => {
    tracing = register({ sampler: new AlwaysOffSampler() });
    expect(begin(CAME).trace?.sets[0]?.[1]).toMatch(/-00$/);
  });
});

it('are none without an SDK', () => {
  trace.disable();
  expect(createOtelTracing('1.2.3')).toBeUndefined();
});
