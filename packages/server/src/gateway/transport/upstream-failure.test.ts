import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ALICE, upstreamAt } from '../testing/fixture.ts';
import { bytesOf, readUntil, startRig, type Rig, type RigOptions } from '../testing/rig.ts';

let rig: Rig;
const start = async (options?: RigOptions): Promise<Rig> => (rig = await startRig(options));
afterEach(() => rig.close());

const AUTH = `Authorization: Bearer ${ALICE}`;
/** Nobody listens on the discard port. */
const NOBODY = upstreamAt(9);

describe('an upstream that fails', () => {
  it('by not being there is a 502 with a request id, even for a body that is under way', async () => {
    const { port, send, log, passed } = await start({ route: { upstream: NOBODY } });
    const answer = await send(bytesOf('GET /', [AUTH]));
    expect(answer).toMatch(/^HTTP\/1\.1 502 /);
    expect(answer).toContain(`"request_id":"${passed[0]?.id}"`);
    expect(answer).toContain('"code":"upstream.unreachable"');
    expect(answer).not.toContain('ECONNREFUSED');
    expect(log).toMatchObject([{ fields: { cause: 'ECONNREFUSED', request_id: passed[0]?.id } }]);
    const upload = request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      headers: { Host: 'app.example', Authorization: `Bearer ${ALICE}`, 'Content-Length': '8000000' },
    });
    upload.on('error', () => {}).write('x'.repeat(4_000_000));
    const [refused] = (await once(upload, 'response')) as [IncomingMessage];
    expect(refused.statusCode).toBe(502);
    upload.end('x'.repeat(4_000_000));
  });

  it('by saying nothing until the limit of the route is a 504', async () => {
    const { send, log } = await start({ route: { timeout: 50 }, upstream: () => {} });
    const answer = await send(bytesOf('GET /', [AUTH]));
    expect(answer).toMatch(/^HTTP\/1\.1 504 /);
    expect(answer).toContain('"code":"upstream.timeout"');
    expect(log).toMatchObject([{ fields: { code: 'upstream.timeout' } }]);
  });

  it('by never finishing the connection is a 504 within that limit as well', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const { send, log } = await start({
      route: { timeout: 50, upstream: upstreamAt(port, 'https') },
    });
    expect(await send(bytesOf('GET /', [AUTH]))).toMatch(/^HTTP\/1\.1 504 /);
    expect(log).toMatchObject([{ fields: { code: 'upstream.timeout', cause: 'no connection in time' } }]);
    silent.close();
  });

  it('by not speaking TLS where the route says https is a 502', async () => {
    const plain = await startRig();
    const { port } = plain.upstream.address() as AddressInfo;
    const { send } = await start({ route: { upstream: upstreamAt(port, 'https') } });
    expect(await send(bytesOf('GET /', [AUTH]))).toMatch(/^HTTP\/1\.1 502 /);
    expect(plain.seen).toHaveLength(0);
    await plain.close();
  });

  it('after its head may be silent for longer than that limit', async () => {
    const { send } = await start({
      route: { timeout: 50 },
      upstream: (_incoming, outgoing) => {
        outgoing.writeHead(200).flushHeaders();
        setTimeout(() => outgoing.end('at last'), 200);
      },
    });
    expect(await send(bytesOf('GET /', [AUTH]))).toContain('at last');
  });

  it('by hanging up before its head is a 502', async () => {
    const { send } = await start({ upstream: (incoming) => incoming.socket.destroy() });
    expect(await send(bytesOf('GET /', [AUTH]))).toMatch(/^HTTP\/1\.1 502 /);
  });

  it('in the middle of its answer breaks ours off too: half an answer is never a whole one', async () => {
    const { send } = await start({
      upstream: (incoming, outgoing) => {
        outgoing.write('half');
        setTimeout(() => incoming.socket.destroy(), 50);
      },
    });
    const answer = await send(bytesOf('GET /', [AUTH]));
    expect(answer).toContain('half');
    expect(answer).not.toMatch(/0\r\n\r\n$/);
  });

  it('in its own words is passed on untouched', async () => {
    const { send } = await start({
      upstream: (_incoming, outgoing) => {
        outgoing.writeHead(503, 'Out For Lunch', { 'x-own': 'yes', 'retry-after': '7' });
        outgoing.end('its own words');
      },
    });
    const answer = await send(bytesOf('GET /', [AUTH]));
    expect(answer).toMatch(/^HTTP\/1\.1 503 Out For Lunch\r\n/);
    expect(answer).toContain('x-own: yes\r\n');
    expect(answer).toContain('its own words');
    expect(answer).not.toContain('decision_id');
  });
});

describe('an answer of the upstream', () => {
  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('to %s with status %d has no body, and the connection goes on', async (method, status) => {
    const { dial } = await start({
      upstream: (_incoming, outgoing) => outgoing.writeHead(status, { etag: '"1"' }).end(),
    });
    const socket = await dial();
    for (let time = 0; time < 2; time += 1) {
      socket.write(`${method} / HTTP/1.1\r\nHost: app.example\r\n${AUTH}\r\n\r\n`);
      const answer = await readUntil(socket, /\r\n\r\n/);
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(answer).toMatch(/\r\n\r\n$/);
    }
  });

  it('keeps repeated headers and loses those of its connection, trailers and our cookie', async () => {
    const { send } = await start({
      upstream: (_incoming, outgoing) => {
        outgoing.setHeader('Set-Cookie', ['a=1', '_countersign=stolen; Path=/', 'b=2']);
        outgoing.setHeader('Connection', 'keep-alive, X-Hop');
        outgoing.setHeader('X-Hop', 'gone');
        outgoing.setHeader('X-Request-Id', 'of the upstream');
        outgoing.setHeader('Trailer', 'X-Late');
        outgoing.write('body');
        outgoing.addTrailers({ 'X-Late': 'gone' });
        outgoing.end();
      },
    });
    const answer = await send(bytesOf('GET /', [AUTH]));
    expect(answer.match(/set-cookie: /gi)).toHaveLength(2);
    expect(answer).not.toMatch(/stolen|x-hop|x-late|gone|of the upstream/i);
    expect(answer).toContain('body');
  });

  it('with interim answers before it comes behind them, and once', async () => {
    const { send } = await start({
      upstream: (_incoming, outgoing) => {
        outgoing.writeEarlyHints({ link: '</style.css>; rel=preload' });
        outgoing.end('final');
      },
    });
    const answer = await send(bytesOf('GET /', [AUTH]));
    expect(answer.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 103', 'HTTP/1.1 200']);
    expect(answer).toContain('final');
  });
});

describe('a client that goes away', () => {
  it('takes its request to the upstream with it', async () => {
    const arrived = Promise.withResolvers<void>();
    const left = Promise.withResolvers<boolean>();
    const { dial } = await start({
      route: { timeout: 600_000 },
      upstream: (_incoming, outgoing) => {
        outgoing.on('close', () => left.resolve(outgoing.writableFinished));
        arrived.resolve();
      },
    });
    const socket = await dial();
    socket.write(`GET / HTTP/1.1\r\nHost: app.example\r\n${AUTH}\r\n\r\n`);
    await arrived.promise;
    socket.destroy();
    expect(await left.promise).toBe(false);
  });

  it('by closing its half has left as well: nobody can tell it from one that is gone', async () => {
    const arrived = Promise.withResolvers<void>();
    const left = Promise.withResolvers<boolean>();
    const { dial } = await start({
      route: { timeout: 600_000 },
      upstream: (_incoming, outgoing) => {
        outgoing.on('close', () => left.resolve(outgoing.writableFinished));
        arrived.resolve();
      },
    });
    const socket = await dial();
    socket.write(`GET / HTTP/1.1\r\nHost: app.example\r\n${AUTH}\r\n\r\n`);
    await arrived.promise;
    socket.end();
    expect(await left.promise).toBe(false);
  });

  it('in the middle of its body lets the upstream see that it was not whole', async () => {
    const whole = Promise.withResolvers<boolean>();
    const { dial } = await start({
      upstream: (incoming) => {
        incoming.on('error', () => {}).on('close', () => whole.resolve(incoming.complete));
        incoming.on('data', () => socket.destroy());
      },
    });
    const socket = await dial();
    const chunked = `POST / HTTP/1.1\r\nHost: app.example\r\n${AUTH}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    socket.write(`${chunked}4\r\nhalf\r\n`);
    expect(await whole.promise).toBe(false);
  });
});
