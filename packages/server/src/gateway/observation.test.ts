import { once } from 'node:events';
import type { TraceContext } from '@countersign/core';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { recordMetrics } from '../adapters/testing/metric-record.ts';
import type { SpanKind, SpanOutcome, Tracing } from '../adapters/ports.ts';
import { createObserve } from './observation.ts';
import { ALICE } from './testing/fixture.ts';
import { bytesOf, readUntil, startRig, type Rig, type RigOptions } from './testing/rig.ts';

let rig: Rig;
afterEach(() => rig?.close());

const AUTHORIZATION = `Authorization: Bearer ${ALICE}`;
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;
const REQUESTS = 'countersign_gateway_requests_in_progress';

async function startMeasured(options: RigOptions = {}) {
  const metrics = recordMetrics();
  rig = await startRig({ ...options, deps: { metrics, ...options.deps } });
  return { metrics, rig };
}

describe('what is measured of proxied requests', () => {
  it('is the decision, and how soon and how the upstream answers', async () => {
    const { metrics } = await startMeasured({
      upstream: (_incoming, outgoing) => outgoing.writeHead(503).end(),
    });
    await rig.send(bytesOf('GET /', [AUTHORIZATION]));
    await rig.send(bytesOf('GET /'));
    expect(metrics.observed).toEqual([
      'countersign_gateway_decision_seconds allowed',
      'countersign_upstream_head_seconds app',
      'countersign_gateway_decision_seconds refused',
    ]);
    expect(metrics.counted).toEqual({ 'countersign_upstream_responses_total app,5xx': 1 });
  });

  it('is an upstream that does not answer, and a fault of ours', async () => {
    const { metrics } = await startMeasured({ upstream: ({ socket }) => socket.destroy() });
    await rig.send(bytesOf('GET /', [AUTHORIZATION]));
    expect(metrics.counted).toEqual({ 'countersign_upstream_failures_total app,upstream.unreachable': 1 });
    rig.deps.decisions.passed = () => {
      throw new Error('broken');
    };
    expect(await rig.send(bytesOf('GET /', [AUTHORIZATION]))).toContain('500');
    expect(metrics.counted).toMatchObject({ countersign_gateway_faults_total: 1 });
    await expect.poll(() => metrics.valuesOf(REQUESTS)).toEqual({ http: 0, websocket: 0 });
  });

  it('are requests under way, until the last byte or until the client has gone', async () => {
    const { metrics } = await startMeasured({
      upstream: (_incoming, outgoing) => void outgoing.write('begun'),
    });
    const client = await rig.dial();
    client.write(bytesOf('GET /', [AUTHORIZATION]));
    await readUntil(client, /begun/);
    expect(metrics.valuesOf(REQUESTS)).toEqual({ http: 1, websocket: 0 });
    client.destroy();
    await expect.poll(() => metrics.valuesOf(REQUESTS)).toEqual({ http: 0, websocket: 0 });
  });

  it('are WebSockets, for as long as they are open', async () => {
    const { metrics } = await startMeasured();
    const sockets = new WebSocketServer({ server: rig.upstream });
    const headers = { Host: 'app.example', Authorization: `Bearer ${ALICE}` };
    const socket = new WebSocket(`ws://127.0.0.1:${rig.port}/`, { headers });
    await Promise.all([once(sockets, 'connection'), once(socket, 'open')]);
    expect(metrics.valuesOf(REQUESTS)).toEqual({ http: 0, websocket: 1 });
    expect(metrics.counted).toEqual({ 'countersign_upstream_responses_total app,1xx': 1 });
    socket.close();
    await expect.poll(() => metrics.valuesOf(REQUESTS)).toEqual({ http: 0, websocket: 0 });
  });
});

describe('the trace of a proxied request', () => {
  it('goes on as it came where nobody records it, and nothing is made up', async () => {
    rig = await startRig();
    await rig.send(bytesOf('GET /', [AUTHORIZATION]));
    await rig.send(bytesOf('GET /', [AUTHORIZATION, `traceparent: ${PARENT}`, 'tracestate: a=1']));
    expect(rig.seen[0]?.headers).not.toHaveProperty('traceparent');
    expect(rig.seen[1]?.headers).toMatchObject({ traceparent: PARENT, tracestate: 'a=1' });
    expect(rig.passed.map(({ trace }) => trace?.traceId)).toEqual([undefined, TRACE]);
  });

  it('goes no further when it is malformed', async () => {
    rig = await startRig();
    await rig.send(bytesOf('GET /', [AUTHORIZATION, `traceparent: ${PARENT}-00`, 'tracestate: a=1']));
    const twice = [`traceparent: ${PARENT}`, `traceparent: ${PARENT}`];
    await rig.send(bytesOf('GET /', [AUTHORIZATION, ...twice]));
    expect(rig.seen).toHaveLength(2);
    for (const { headers } of rig.seen) {
      expect(headers).not.toHaveProperty('traceparent');
      expect(headers).not.toHaveProperty('tracestate');
    }
  });

  it('is said in a refusal and its record, when there is one', async () => {
    rig = await startRig();
    const body = async (lines: readonly string[]) =>
      JSON.parse((await rig.send(bytesOf('GET /', lines))).split('\r\n\r\n')[1] ?? '') as object;
    expect(await body([`traceparent: ${PARENT}`])).toMatchObject({ status: 401, trace_id: TRACE });
    expect(await body([])).not.toHaveProperty('trace_id');
    expect(rig.unverified.map(({ trace }) => trace?.traceId)).toEqual([TRACE, undefined]);
  });

  it('is said where the upstream fails', async () => {
    rig = await startRig({ upstream: ({ socket }) => socket.destroy() });
    expect(await rig.send(bytesOf('GET /', [AUTHORIZATION, `traceparent: ${PARENT}`]))).toContain(
      `"trace_id":"${TRACE}"`,
    );
  });
});

describe('a span', () => {
  function recordSpans() {
    const begun: SpanKind[] = [];
    const ended: SpanOutcome[] = [];
    const trace: TraceContext = {
      traceId: 'f'.repeat(32),
      parent: `00-${'f'.repeat(32)}-${'f'.repeat(16)}-01`,
      passes: [],
      sets: [['traceparent', 'ours']],
    };
    const tracing: Tracing = {
      begin(kind) {
        begun.push(kind);
        return { trace, end: (outcome) => void ended.push(outcome) };
      },
    };
    return { tracing, begun, ended };
  }

  it('is that of every proxied request, ends once with it, and is its trace from then on', async () => {
    const { tracing, begun, ended } = recordSpans();
    rig = await startRig({ deps: { tracing } });
    await rig.send(bytesOf('GET /', [AUTHORIZATION, `traceparent: ${PARENT}`]));
    expect(await rig.send(bytesOf('POST /'))).toContain('f'.repeat(32));
    expect(rig.seen[0]?.headers['traceparent']).toBe('ours');
    expect(begun).toEqual([
      { kind: 'gateway', method: 'GET' },
      { kind: 'gateway', method: 'POST' },
    ]);
    expect(ended).toEqual([
      { decision: rig.passed[0]?.id, route: 'app', status: 200 },
      { decision: rig.unverified[0]?.id, route: 'app', code: 'credential.missing', status: 401 },
    ]);
  });

  it('ends without a status when the client has gone before there was one', async () => {
    const { tracing, ended } = recordSpans();
    const waiting = Promise.withResolvers<void>();
    rig = await startRig({ deps: { tracing }, upstream: () => waiting.resolve() });
    const client = await rig.dial();
    client.write(bytesOf('GET /', [AUTHORIZATION]));
    await waiting.promise;
    client.destroy();
    await expect.poll(() => ended).toEqual([{ decision: rig.passed[0]?.id, route: 'app' }]);
  });
});

it('costs nothing where nobody looks on', () => {
  expect(createObserve({})).toBeUndefined();
});
