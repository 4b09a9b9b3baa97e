import { once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ALICE } from '../testing/fixture.ts';
import { readUntil, startRig, type Rig, type RigOptions } from '../testing/rig.ts';

let rig: Rig;
const start = async (options?: RigOptions): Promise<Rig> => (rig = await startRig(options));
afterEach(() => rig.close());

const CHUNK = Buffer.alloc(64 * 1024, 'x');
const CHUNKS = 1_024;
const TOTAL = CHUNK.length * CHUNKS;

/** Writes everything as fast as the other side takes it; `written` tells how far it has come. */
function pour(into: Writable): { written: number } {
  const progress = { written: 0 };
  const more = (): void => {
    while (progress.written < TOTAL) {
      progress.written += CHUNK.length;
      if (!into.write(CHUNK)) return void into.once('drain', more);
    }
    into.end();
  };
  more();
  return progress;
}

/** Waits until nobody has written anything for a while. */
async function standstill(progress: { written: number }): Promise<number> {
  for (let last = -1; last !== progress.written;) {
    last = progress.written;
    await sleep(150);
  }
  return progress.written;
}

function open(port: number, method: string, headers: Record<string, string> = {}) {
  const asked = request({
    port,
    host: '127.0.0.1',
    method,
    path: '/',
    agent: false,
    headers: { Host: 'app.example', Authorization: `Bearer ${ALICE}`, ...headers },
  });
  // Connections that are cut while a body is still being written are what some of these tests are about.
  return asked.on('error', () => {});
}

async function drained(stream: IncomingMessage): Promise<number> {
  let length = 0;
  for await (const chunk of stream) length += (chunk as Buffer).length;
  return length;
}

describe('streaming', () => {
  it('to a client that does not read holds the upstream back, and loses nothing', async () => {
    let progress = { written: 0 };
    const { port } = await start({ upstream: (_request, response) => (progress = pour(response)) });
    const [answer] = (await once(open(port, 'GET').end(), 'response')) as [IncomingMessage];
    expect(await standstill(progress)).toBeLessThan(TOTAL);
    expect(await drained(answer)).toBe(TOTAL);
  });

  it('to an upstream that does not read holds the client back, and loses nothing', async () => {
    let goOn = (): void => {};
    const { port, seen } = await start({
      upstream: (incoming, response) => {
        goOn = () => void drained(incoming).then((length) => response.end(String(length)));
      },
    });
    const upload = open(port, 'POST', { 'Content-Length': String(TOTAL) });
    const progress = pour(upload);
    expect(await standstill(progress)).toBeLessThan(TOTAL);
    goOn();
    const [answer] = (await once(upload, 'response')) as [IncomingMessage];
    const [length] = (await once(answer, 'data')) as [Buffer];
    expect(Number(length)).toBe(TOTAL);
    expect(seen[0]?.headers['content-length']).toBe(String(TOTAL));
  });

  it('passes the head and each event on as they come', async () => {
    let response: ServerResponse | undefined;
    const { port } = await start({
      upstream: (_request, outgoing) => {
        response = outgoing;
        outgoing.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      },
    });
    const [answer] = (await once(open(port, 'GET').end(), 'response')) as [IncomingMessage];
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      response?.write(event);
      const [chunk] = (await once(answer, 'data')) as [Buffer];
      expect(String(chunk)).toBe(event);
    }
  });

  it('ends when the token ends that let it in', async () => {
    const { port, presented } = await start({
      upstream: (_request, outgoing) => outgoing.writeHead(200).flushHeaders(),
    });
    const [answer] = (await once(open(port, 'GET').end(), 'response')) as [IncomingMessage];
    const closed = new Promise((resolve) => answer.on('error', () => {}).on('close', resolve));
    answer.resume();
    await sleep(100);
    expect(answer.destroyed).toBe(false);
    presented.set(ALICE, { state: 'revoked' });
    await closed;
    expect(answer.complete).toBe(false);
  });
});

describe('bodies', () => {
  const echo: RigOptions = { upstream: (incoming, outgoing) => void incoming.pipe(outgoing) };

  it('of unknown length stay of unknown length', async () => {
    const { port, seen } = await start(echo);
    const upload = open(port, 'PUT', { 'Transfer-Encoding': 'chunked' });
    upload.write('one ');
    upload.end('two');
    const [answer] = (await once(upload, 'response')) as [IncomingMessage];
    expect(await drained(answer)).toBe(7);
    expect(seen[0]?.headers).toMatchObject({ 'transfer-encoding': 'chunked' });
    expect(seen[0]?.headers).not.toHaveProperty('content-length');
  });

  it.each(['POST', 'DELETE', 'GET', 'REPORT'])('are carried with %s', async (method) => {
    const { port, seen } = await start(echo);
    const upload = open(port, method, { 'Content-Length': '4' });
    upload.end('body');
    const [answer] = (await once(upload, 'response')) as [IncomingMessage];
    expect(await drained(answer)).toBe(4);
    expect(seen[0]?.method).toBe(method);
  });

  it('are not invented where there are none', async () => {
    const { port, seen } = await start(echo);
    for (const method of ['GET', 'DELETE', 'OPTIONS']) {
      const [answer] = (await once(open(port, method).end(), 'response')) as [IncomingMessage];
      await drained(answer);
    }
    for (const { headers } of seen) {
      expect(headers).not.toHaveProperty('content-length');
      expect(headers).not.toHaveProperty('transfer-encoding');
    }
  });

  it('are asked for only once the answer is yes (Expect: 100-continue)', async () => {
    const { dial, seen } = await start(echo);
    const lines = 'POST / HTTP/1.1\r\nHost: app.example\r\nExpect: 100-continue\r\nContent-Length: 4\r\n';
    const admitted = await dial();
    admitted.write(`${lines}Authorization: Bearer ${ALICE}\r\n\r\n`);
    expect(await readUntil(admitted, /\r\n\r\n/)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    admitted.write('body');
    expect(await readUntil(admitted, /body/)).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen[0]?.headers).not.toHaveProperty('expect');
    const refused = await dial();
    refused.write(`${lines}\r\n`);
    const answer = await readUntil(refused, /decision_id/);
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(seen).toHaveLength(1);
  });

  it('that were answered early do not cost the client its answer', async () => {
    const { port } = await start({
      upstream: (_incoming, outgoing) => outgoing.writeHead(413).end('too much'),
    });
    const upload = open(port, 'POST', { 'Content-Length': String(TOTAL) });
    pour(upload);
    const [answer] = (await once(upload, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(413);
    expect(await drained(answer)).toBe('too much'.length);
  });

  it('of refused requests are read and dropped, so that the refusal arrives', async () => {
    const { port, seen } = await start();
    const upload = open(port, 'POST', { 'Content-Length': String(TOTAL), Authorization: '' });
    pour(upload);
    const [answer] = (await once(upload, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(401);
    expect(seen).toHaveLength(0);
  });
});
