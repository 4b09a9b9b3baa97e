import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readBody } from './body.ts';

/** Sends a body over a real socket and reads it with a limit of ten bytes. */
async function read(
  send: (write: (text: string) => void, end: () => void) => void,
  headers: Record<string, string> = {},
): Promise<{ readonly result: Awaited<ReturnType<typeof readBody>>; readonly received: number }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const arrived = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>;
  const outgoing = request({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    method: 'POST',
    headers,
  });
  outgoing.on('error', () => undefined);
  send(
    (text) => outgoing.write(text),
    () => outgoing.end(),
  );
  const [incoming, response] = await arrived;
  const result = await readBody(incoming, 10);
  response.destroy();
  server.closeAllConnections();
  server.close();
  return { result, received: incoming.socket.bytesRead };
}

describe('readBody', () => {
  it('gives a body of exactly the limit', async () => {
    const { result } = await read((write, end) => (write('0123456789'), end()), { 'content-length': '10' });
    expect(result.ok && result.value.toString()).toBe('0123456789');
  });

  it('joins chunks', async () => {
    const { result } = await read((write, end) => (write('01234'), write('56789'), end()));
    expect(result.ok && result.value.toString()).toBe('0123456789');
  });

  it('refuses a body that announces too much without reading it', async () => {
    // Nothing of the body is ever sent: only the announcement can be what is refused.
    const { result } = await read((write) => write(''), { 'content-length': '11', expect: '100-continue' });
    expect(result).toEqual({ ok: false, error: 'too_large' });
  }, 5_000);

  it('refuses a chunked body at the first byte too many, without waiting for its end', async () => {
    const { result } = await read((write) => (write('0123456789'), write('x')));
    expect(result).toEqual({ ok: false, error: 'too_large' });
  }, 5_000);

  it('says when the client went away', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const arrived = once(server, 'request') as Promise<[IncomingMessage]>;
    const outgoing = request({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      method: 'POST',
    });
    outgoing.on('error', () => undefined);
    outgoing.write('01');
    const [incoming] = await arrived;
    const reading = readBody(incoming, 10);
    outgoing.destroy();
    expect(await reading).toEqual({ ok: false, error: 'aborted' });
    server.closeAllConnections();
    server.close();
  });
});

describe('the time that a body may take', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A request whose bytes the test feeds; `complete` is what the parser says of it once it has seen them. */
  function fed(complete: boolean) {
    const stream = new PassThrough();
    const incoming = Object.assign(stream, { headers: {}, complete }) as unknown as IncomingMessage;
    return { stream, result: readBody(incoming, 10) };
  }

  it('is thirty seconds, however steadily it dribbles', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { stream, result } = fed(false);
    const settled = vi.fn();
    void result.then(settled);
    stream.write('0');
    await vi.advanceTimersByTimeAsync(29_999);
    stream.write('1');
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await result).toEqual({ ok: false, error: 'aborted' });
  });

  it('is not watched when the body came whole with its head', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { stream, result } = fed(true);
    await Promise.resolve();
    expect(vi.getTimerCount()).toBe(0);
    stream.end('0123456789');
    expect(await result).toMatchObject({ ok: true });
  });

  it('is not watched any more once the body has ended', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { stream, result } = fed(false);
    await Promise.resolve();
    expect(vi.getTimerCount()).toBe(1);
    stream.end('0123456789');
    await result;
    expect(vi.getTimerCount()).toBe(0);
  });
});
