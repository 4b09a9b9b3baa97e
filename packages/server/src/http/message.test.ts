import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { jsonAnswer, writeAnswer } from './message.ts';

const HEAD = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const open: (Server | Socket)[] = [];
afterEach(() => {
  for (const one of open.splice(0)) {
    if ('closeAllConnections' in one) one.closeAllConnections();
    if ('destroy' in one) one.destroy();
    else one.close();
  }
});

/** A server that hands over each request, and a raw client that sends `bytes`. */
async function connection(bytes: string) {
  const requests: [IncomingMessage, ServerResponse][] = [];
  const server = createServer((incoming, outgoing) => void requests.push([incoming, outgoing]));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  client.write(bytes);
  open.push(server, client);
  await once(server, 'request');
  return { client, requests };
}

/** An answer that says how often it was told that it did not arrive. */
function answer() {
  const told = { times: 0 };
  return { told, answer: { ...jsonAnswer(200, { a: 1 }), undelivered: () => void (told.times += 1) } };
}

const gone = (socket: Socket): Promise<void> =>
  new Promise((resolve) => (socket.closed ? resolve() : void socket.once('close', () => resolve())));

describe('an answer that carries something', () => {
  it('that was written whole tells nobody, not even when the connection ends later', async () => {
    const { client, requests } = await connection(HEAD);
    const [[incoming, outgoing]] = requests as [[IncomingMessage, ServerResponse]];
    const { told, answer: given } = answer();
    const finished = once(outgoing, 'finish');
    writeAnswer(incoming, outgoing, given);
    await finished;
    client.destroy();
    await gone(incoming.socket);
    expect(told.times).toBe(0);
  });

  it('to a client that has gone is reported, once', async () => {
    const { client, requests } = await connection(HEAD);
    const [[incoming, outgoing]] = requests as [[IncomingMessage, ServerResponse]];
    client.destroy();
    await gone(incoming.socket);
    const { told, answer: given } = answer();
    writeAnswer(incoming, outgoing, given);
    expect(told.times).toBe(1);
  });

  it('is reported when the connection breaks before it was handed over whole', async () => {
    const { client, requests } = await connection(HEAD);
    const [[incoming, outgoing]] = requests as [[IncomingMessage, ServerResponse]];
    const { told, answer: given } = answer();
    client.pause();
    // More than the system takes for a client that does not read.
    writeAnswer(incoming, outgoing, { ...given, body: 'x'.repeat(32 * 1024 * 1024) });
    expect(outgoing.writableFinished).toBe(false);
    client.destroy();
    await gone(incoming.socket);
    expect(told.times).toBe(1);
  });

  it('is reported when it waits behind an earlier one that never came', async () => {
    const { client, requests } = await connection(HEAD + HEAD);
    while (requests.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const [, [incoming, outgoing]] = requests as [unknown, [IncomingMessage, ServerResponse]];
    const { told, answer: given } = answer();
    writeAnswer(incoming, outgoing, given);
    expect(told.times).toBe(0);
    client.destroy();
    await gone(incoming.socket);
    expect(told.times).toBe(1);
  });
});
