import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { hasBody, isWebSocketUpgrade, requestHead } from './request-head.ts';

const incoming = (over: object): IncomingMessage =>
  ({
    method: 'GET',
    url: '/',
    headers: {},
    rawHeaders: [],
    socket: {},
    ...over,
  }) as unknown as IncomingMessage;

describe('the head of a request', () => {
  it('keeps every line as it came, repeated ones too', () => {
    const rawHeaders = ['X-A', '1', 'x-a', '2'];
    expect(requestHead(incoming({ rawHeaders, url: '/%7e?q' }), () => false)).toMatchObject({
      method: 'GET',
      target: '/%7e?q',
      headers: [
        ['X-A', '1'],
        ['x-a', '2'],
      ],
    });
  });

  it.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::ffff:c000:201', '::ffff:c000:201'],
  ])('writes the address %s as %s', (remoteAddress, expected) => {
    expect(
      requestHead(incoming({ rawHeaders: [], socket: { remoteAddress } }), () => false).remoteAddress,
    ).toBe(expected);
  });

  it.each([
    [{ upgrade: 'websocket' }, 'GET', true],
    [{ upgrade: 'WebSocket' }, 'GET', true],
    [{ upgrade: 'websocket' }, 'POST', false],
    [{ upgrade: 'websocket', 'content-length': '3' }, 'GET', false],
    [{ upgrade: 'websocket, h2c' }, 'GET', false],
    [{ upgrade: 'h2c' }, 'GET', false],
    [{}, 'GET', false],
  ])('asks for a WebSocket with %j by %s: %s', (headers, method, expected) => {
    expect(isWebSocketUpgrade(incoming({ headers, method, httpVersion: '1.1' }))).toBe(expected);
    expect(isWebSocketUpgrade(incoming({ headers, method, httpVersion: '1.0' }))).toBe(false);
  });

  it.each([
    [{}, false],
    [{ 'content-length': '0' }, false],
    [{ 'content-length': '1' }, true],
    [{ 'transfer-encoding': 'chunked' }, true],
  ])('announces a body with %j: %s', (headers, expected) => {
    expect(hasBody(incoming({ headers }))).toBe(expected);
  });
});
