import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALICE } from '../testing/fixture.ts';
import { readUntil, startRig, type Rig } from '../testing/rig.ts';

/** Two readers that disagree about where a request ends see different requests; so whatever is ambiguous is refused. */

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.close());

const BASE = `Host: app.example\r\nAuthorization: Bearer ${ALICE}\r\n`;
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: app.example\r\n\r\n';

describe('request smuggling shapes', () => {
  it.each([
    [
      'both lengths',
      `POST / HTTP/1.1\r\n${BASE}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'both lengths, the other way round',
      `POST / HTTP/1.1\r\n${BASE}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`,
    ],
    ['two lengths', `POST / HTTP/1.1\r\n${BASE}Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody`],
    ['the same length twice', `POST / HTTP/1.1\r\n${BASE}Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody`],
    ['a list of lengths', `POST / HTTP/1.1\r\n${BASE}Content-Length: 4, 4\r\n\r\nbody`],
    ['a signed length', `POST / HTTP/1.1\r\n${BASE}Content-Length: +4\r\n\r\nbody`],
    ['a hexadecimal length', `POST / HTTP/1.1\r\n${BASE}Content-Length: 0x4\r\n\r\nbody`],
    [
      'a coding that is not chunked',
      `POST / HTTP/1.1\r\n${BASE}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'chunked that is not last',
      `POST / HTTP/1.1\r\n${BASE}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
    ],
    [
      'white space before the colon',
      `POST / HTTP/1.1\r\n${BASE}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['a folded line', `POST / HTTP/1.1\r\n${BASE}X-Folded: a\r\n Transfer-Encoding: chunked\r\n\r\n`],
    ['bare LF', `GET / HTTP/1.1\n${BASE.replaceAll('\r\n', '\n')}\n`],
    ['bare LF in the middle', `GET / HTTP/1.1\r\n${BASE}X-A: b\nX-C: d\r\n\r\n`],
    ['bare CR', `GET / HTTP/1.1\r\n${BASE}X-A: b\rX-C: d\r\n\r\n`],
    ['NUL in a value', `GET / HTTP/1.1\r\n${BASE}X-A: b\0c\r\n\r\n`],
    ['a chunk size that is none', `POST / HTTP/1.1\r\n${BASE}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`],
    [
      'a signed chunk size',
      `POST / HTTP/1.1\r\n${BASE}Transfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n`,
    ],
    ['a name with a space', `GET / HTTP/1.1\r\n${BASE}X A: b\r\n\r\n`],
    ['no Host', `GET / HTTP/1.1\r\nAuthorization: Bearer ${ALICE}\r\n\r\n`],
    ['a version of its own', `GET / HTTP/1.2\r\n${BASE}\r\n`],
  ])('%s: nothing behind it is read as a request', async (_name, bytes) => {
    const answer = await rig.send(bytes + SMUGGLED);
    expect(answer).toMatch(/^(?:HTTP\/1\.1 400 |$)/);
    expect(rig.seen.filter(({ url }) => url === '/smuggled')).toHaveLength(0);
  });

  it('each request on a connection is decided on by itself', async () => {
    const socket = await rig.dial();
    socket.write(`GET /first HTTP/1.1\r\n${BASE}\r\n${SMUGGLED}`);
    const answers = await readUntil(socket, /decision_id/);
    expect(answers).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 401 /);
    expect(rig.seen.map(({ url }) => url)).toEqual(['/first']);
  });

  it('a body is a body, whatever it looks like', async () => {
    const socket = await rig.dial();
    socket.write(`POST /outer HTTP/1.1\r\n${BASE}Content-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`);
    await readUntil(socket, /from upstream/);
    expect(rig.seen.map(({ url }) => url)).toEqual(['/outer']);
  });

  it('CONNECT makes no tunnel', async () => {
    const answer = await rig.send(`CONNECT 127.0.0.1:9 HTTP/1.1\r\n${BASE}\r\n`);
    expect(answer).not.toMatch(/^HTTP\/1\.1 2/);
    expect(rig.seen).toHaveLength(0);
  });

  it('an Upgrade that is no WebSocket is ignored and not passed on', async () => {
    const lines =
      'Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n';
    const answer = await rig.send(`GET / HTTP/1.1\r\n${BASE}${lines}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(rig.seen[0]?.headers).not.toHaveProperty('upgrade');
    expect(rig.seen[0]?.headers).not.toHaveProperty('http2-settings');
  });
});
