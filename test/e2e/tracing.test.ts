import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken, exchangeReply } from '../support/exchange.ts';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { ask } from '../support/request.ts';
import { BUILT, SOURCES, startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { BUILD, smallHouse } from '../support/small-house.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';

/** Traces, end to end: with an SDK that somebody else registers, from the sources and as built, and without one. */
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;
const SDK = new URL('../support/tracing-sdk.ts', import.meta.url).href;

interface SpanLine {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: number;
}

let issuer: TestIssuer;
let upstream: TestUpstream;
beforeAll(async () => {
  [issuer, upstream] = await Promise.all([startIssuer(), startUpstream()]);
});
afterAll(async () => {
  await Promise.all([issuer.close(), upstream.close()]);
});

function house(): string {
  const small = JSON.parse(smallHouse(issuer.url, { policies: [BUILD] })) as object;
  const route = {
    name: 'orders',
    from: 'http://orders.localhost:${PORT}',
    to: upstream.url,
    organizations: ['acme'],
    allow_any_authenticated_user: true,
  };
  const gone = { ...route, name: 'gone', from: 'http://gone.localhost:${PORT}', to: 'http://127.0.0.1:1' };
  return JSON.stringify({ ...small, routes: [route, gone] });
}

const mint = () => issuer.mint({ aud: 'urn:pulumi:org:acme', sub: 'build', email: 'ada@acme.example' });

function order(server: ServerProcess, headers: Readonly<Record<string, string>>, name = 'orders') {
  const host = `${name}.localhost:${server.port}`;
  return ask(server.port, { path: '/secret/path?q=1', host, headers });
}

const reached = () => upstream.seen.at(-1)?.headers ?? {};

describe.each([
  ['from the sources', SOURCES],
  ['as built', BUILT],
])('a program %s, with an SDK that was registered before it began', (_how, program) => {
  let server: ServerProcess;
  let subjectToken: string;
  let token: string;
  const spans = async (): Promise<readonly SpanLine[]> => {
    const lines = (await readFile(join(server.folder, 'spans'), 'utf8')).trim().split('\n');
    return lines.map((line) => JSON.parse(line) as SpanLine);
  };
  const spanOf = async (decision: unknown): Promise<SpanLine | undefined> =>
    (await spans()).find(({ attributes }) => attributes['countersign.decision'] === decision);

  beforeAll(async () => {
    // The SDK has a copy of the API of its own, as everybody's has; the built program brings another.
    server = await startServerProcess(house(), { NODE_OPTIONS: `--import=${SDK}`, SPANS: 'spans' }, program);
    subjectToken = await mint();
    token = await accessToken(server, { subjectToken });
  });
  afterAll(() => server.dispose());

  it('records a request as a part of the trace that it came with, and says so to the upstream', async () => {
    const reply = await order(server, {
      authorization: `Bearer ${token}`,
      traceparent: PARENT,
      tracestate: 'a=1',
    });
    expect(reply.status).toBe(200);
    await expect.poll(() => spanOf(reply.headers['x-request-id'])).toBeDefined();
    const span = await spanOf(reply.headers['x-request-id']);
    expect(span).toEqual({
      name: 'GET orders',
      kind: 1,
      traceId: TRACE,
      spanId: expect.any(String),
      parent: 'b7ad6b7169203331',
      attributes: {
        'http.request.method': 'GET',
        'countersign.decision': reply.headers['x-request-id'],
        'countersign.route': 'orders',
        'http.response.status_code': 200,
      },
      status: 0,
    });
    expect(reached()).toMatchObject({ traceparent: `00-${TRACE}-${span?.spanId}-01`, tracestate: 'a=1' });
  });

  it('begins a trace where none came, or none that can be read', async () => {
    const authorization = `Bearer ${token}`;
    for (const headers of [{}, { traceparent: 'rubbish', tracestate: 'a=1' }]) {
      const reply = await order(server, { authorization, ...headers });
      await expect.poll(() => spanOf(reply.headers['x-request-id'])).toBeDefined();
      const span = await spanOf(reply.headers['x-request-id']);
      expect(span).not.toHaveProperty('parent');
      expect(reached()['traceparent']).toBe(`00-${span?.traceId}-${span?.spanId}-01`);
      expect(reached()).not.toHaveProperty('tracestate');
    }
  });

  it('records refusals and failures with their codes', async () => {
    const refused = await order(server, { authorization: 'Bearer csa_nobody' });
    const failed = await order(server, { authorization: `Bearer ${token}`, traceparent: PARENT }, 'gone');
    expect([refused.status, failed.status]).toEqual([401, 502]);
    for (const id of [refused.json()['decision_id'], failed.headers['x-request-id']])
      await expect.poll(() => spanOf(id)).toBeDefined();
    expect(await spanOf(refused.json()['decision_id'])).toMatchObject({
      traceId: refused.json()['trace_id'],
      attributes: { 'countersign.route': 'orders', 'countersign.code': 'credential.invalid' },
      status: 0,
    });
    expect(failed.json()['trace_id']).toBe(TRACE);
    expect(await spanOf(failed.headers['x-request-id'])).toMatchObject({
      name: 'GET gone',
      attributes: { 'error.type': 'upstream.unreachable', 'http.response.status_code': 502 },
      status: 2,
    });
  });

  it('records an exchange, as a part of the trace of its request', async () => {
    const issued = await exchangeReply(server, {
      subjectToken: await mint(),
      headers: { traceparent: PARENT },
    });
    expect(issued.status).toBe(200);
    const line = () =>
      server.log.find((entry) => entry['msg'] === 'exchange allowed' && entry['trace_id'] === TRACE);
    await expect.poll(line).toBeDefined();
    await expect.poll(() => spanOf(line()?.['decision'])).toBeDefined();
    expect(await spanOf(line()?.['decision'])).toMatchObject({
      name: 'exchange',
      traceId: TRACE,
      parent: 'b7ad6b7169203331',
      attributes: { 'countersign.issuer': 'acme/ci' },
    });
  });

  it('tells nothing of tokens, claims, paths or people', async () => {
    const text = await readFile(join(server.folder, 'spans'), 'utf8');
    expect(text).toContain('exchange');
    for (const secret of [
      token,
      subjectToken,
      'csa_',
      'secret',
      'build',
      'acme.example',
      'usr_',
      '127.0.0.1',
    ]) {
      expect(text).not.toContain(secret);
    }
  });
});

it('says nothing of a trace without an SDK, and passes on what came', async () => {
  const server = await startServerProcess(house());
  try {
    const authorization = `Bearer ${await accessToken(server, { subjectToken: await mint() })}`;
    await order(server, { authorization });
    expect(reached()).not.toHaveProperty('traceparent');
    const reply = await order(server, { authorization, traceparent: PARENT, tracestate: 'a=1' });
    expect(reached()).toMatchObject({ traceparent: PARENT, tracestate: 'a=1' });
    const decision = reply.headers['x-request-id'];
    await expect
      .poll(() => server.log.find((line) => line['decision'] === decision))
      .toMatchObject({ trace_id: TRACE });
    await order(server, { authorization, traceparent: `${PARENT}-x`, tracestate: 'a=1' });
    expect(reached()).not.toHaveProperty('traceparent');
    expect(reached()).not.toHaveProperty('tracestate');
  } finally {
    await server.dispose();
  }
});
