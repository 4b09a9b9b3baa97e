import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
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
