import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HeaderLine } from '@countersign/core';
import { afterEach, describe, expect, it } from 'vitest';
import { ALICE } from '../testing/fixture.ts';
import { bytesOf, readUntil, startRig, type Rig, type RigOptions } from '../testing/rig.ts';
import { interimLines, MAX_INTERIM } from './interim.ts';
import { announcement, trailerLines } from './trailers.ts';

/** What comes before the head of an answer and behind its body: over the wire first, then field by field. */

let rig: Rig | undefined;
const start = async (
  upstream: (outgoing: ServerResponse) => void,
  route: RigOptions['route'] = {},
): Promise<Rig> => (rig = await startRig({ route, upstream: (_incoming, outgoing) => upstream(outgoing) }));
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

/** A gateway before an upstream that answers when the test does. */
async function startKeeping(): Promise<Rig & { readonly asked: readonly ServerResponse[] }> {
  const asked: ServerResponse[] = [];
  return { ...(await start((outgoing) => void asked.push(outgoing))), asked };
}

const AUTH = `Authorization: Bearer ${ALICE}`;
const READS_TRAILERS = [AUTH, 'TE: trailers'];
const ancient = (line: string, lines: readonly string[]): string =>
  bytesOf(line, lines).replace('HTTP/1.1', 'HTTP/1.0');
const heads = (answer: string): readonly string[] => answer.match(/^HTTP\/1\.1 \d{3}/gm) ?? [];

/** An answer with trailers, of which one is announced and one may never come late. */
function withTrailers(outgoing: ServerResponse): void {
  outgoing.setHeader('Trailer', 'Grpc-Status, Set-Cookie');
  outgoing.write('body');
  outgoing.addTrailers([
    ['Grpc-Status', '0'],
    ['X-Checksum', 'abc'],
    ['Set-Cookie', 'late=1'],
    ['Content-Type', 'late'],
    ['X_Pomerium_Jwt_Assertion', 'late'],
  ]);
  outgoing.end();
}

describe('trailers of an answer', () => {
  it('reach a client that reads them, announced, without those that something is decided by', async () => {
    const { send } = await start(withTrailers);
    const answer = await send(bytesOf('GET /', READS_TRAILERS));
    expect(answer).toContain('\r\nTrailer: Grpc-Status\r\n');
    expect(answer).toMatch(/\r\n0\r\nGrpc-Status: 0\r\nX-Checksum: abc\r\n\r\n$/);
  });

  it.each([
    ['that has not said so', bytesOf('GET /', [AUTH])],
    ['that takes another thing', bytesOf('GET /', [AUTH, 'TE: gzip, trailersx'])],
    ['of HTTP/1.0', ancient('GET /', READS_TRAILERS)],
  ])('do not reach one %s', async (_name, bytes) => {
    const { send } = await start(withTrailers);
    const answer = await send(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).not.toMatch(/trailer:|checksum|grpc/i);
  });

  it('are not announced to one that asked for the head alone', async () => {
    const { send } = await start((outgoing) => {
      outgoing.socket?.end('HTTP/1.1 200 OK\r\nTrailer: X-A\r\nTransfer-Encoding: chunked\r\n\r\n');
    });
    expect(await send(bytesOf('HEAD /', READS_TRAILERS))).toMatch(/^HTTP\/1\.1 200 (?!.*trailer)/is);
  });

  it.each([204, 304])('are not announced by one without content: %d', async (status) => {
    const { send } = await start((outgoing) => {
      outgoing.socket?.end(`HTTP/1.1 ${status} X\r\nTrailer: X-A\r\nTransfer-Encoding: chunked\r\n\r\n`);
    });
    expect(await send(bytesOf('GET /', READS_TRAILERS))).toMatch(
      new RegExp(`^HTTP/1\\.1 ${status} X\r\n(?!.*trailer)`, 'is'),
    );
  });

  it('are not announced by one with a length', async () => {
    const { send } = await start((outgoing) => {
      outgoing.socket?.end('HTTP/1.1 200 OK\r\nTrailer: X-A\r\nContent-Length: 2\r\n\r\nok');
    });
    const answer = await send(bytesOf('GET /', READS_TRAILERS));
    expect(answer).toMatch(/\r\n\r\nok$/);
    expect(answer).not.toMatch(/trailer/i);
  });

  it('leave the connection to the next request', async () => {
    const { dial } = await start(withTrailers);
    const socket = await dial();
    for (let time = 0; time < 2; time += 1) {
      socket.write(`GET / HTTP/1.1\r\nHost: app.example\r\n${READS_TRAILERS.join('\r\n')}\r\n\r\n`);
      expect(await readUntil(socket, /X-Checksum: abc\r\n\r\n$/)).toMatch(/^HTTP\/1\.1 200 /);
    }
  });
});

describe('interim answers', () => {
  const hint = (outgoing: ServerResponse): void => {
    outgoing.writeEarlyHints({
      link: '</style.css>; rel=preload',
      'set-cookie': 'early=1',
      connection: 'x-hop',
      'x-hop': 'gone',
      'x-request-id': 'of the upstream',
      'content-length': '5',
      'strict-transport-security': 'of the upstream',
    });
    outgoing.end('final');
  };

  it('are passed on before the answer, without what only an answer may say', async () => {
    const operations = { setResponse: { 'Strict-Transport-Security': 'max-age=60' } };
    const { send } = await start(hint, { headerOperations: operations });
    const answer = await send(bytesOf('GET /', [AUTH]));
    expect(answer).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/style.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 /,
    );
    expect(answer).not.toMatch(/early=1|gone|of the upstream/);
    expect(answer).toContain('\r\nStrict-Transport-Security: max-age=60\r\n');
  });

  it('of other kinds are passed on as well', async () => {
    const { send } = await start((outgoing) => {
      outgoing.socket?.write('HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 104 X\r\nUpload-Offset: 5\r\n\r\n');
      outgoing.end('final');
    });
    const answer = await send(bytesOf('GET /', [AUTH]));
    expect(heads(answer)).toEqual(['HTTP/1.1 102', 'HTTP/1.1 104', 'HTTP/1.1 200']);
    expect(answer).toContain('\r\nUpload-Offset: 5\r\n\r\n');
  });

  it('are not for a client of HTTP/1.0', async () => {
    const { send } = await start(hint);
    expect(heads(await send(ancient('GET /', [AUTH])))).toEqual(['HTTP/1.1 200']);
  });

  it('are passed on up to a bound, and the answer all the same', async () => {
    const { send } = await start((outgoing) => {
      for (let count = 0; count <= MAX_INTERIM; count += 1) outgoing.writeProcessing();
      outgoing.end('final');
    });
    const answer = heads(await send(bytesOf('GET /', [AUTH])));
    expect(answer).toEqual([...Array<string>(MAX_INTERIM).fill('HTTP/1.1 102'), 'HTTP/1.1 200']);
  });

  it('of a request that was sent ahead wait for the answer before it', async () => {
    const { dial, asked } = await startKeeping();
    const socket = await dial();
    socket.write(`GET /1 HTTP/1.1\r\nHost: app.example\r\n${AUTH}\r\n\r\n`.repeat(2));
    await expect.poll(() => asked.length).toBe(2);
    asked[1]?.writeEarlyHints({ link: '</a>; rel=preload' });
    asked[0]?.end('first');
    expect(await readUntil(socket, /103 /)).toMatch(/first\n?HTTP\/1\.1 103/);
    asked[1]?.end('second');
    expect(await readUntil(socket, /second/)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('never stand in the middle of an answer that was complete before its turn', async () => {
    const { dial, asked } = await startKeeping();
    const socket = await dial();
    const ahead = `Expect: 100-continue\r\nContent-Length: 4\r\n`;
    socket.write(`GET /1 HTTP/1.1\r\nHost: app.example\r\n${AUTH}\r\n\r\n`);
    socket.write(`POST /2 HTTP/1.1\r\nHost: app.example\r\n${AUTH}\r\n${ahead}\r\nbody`);
    await expect.poll(() => asked.length).toBe(2);
    asked[1]?.writeEarlyHints({ link: '</a>; rel=preload' });
    asked[1]?.writeHead(413, { 'content-length': 6 }).end('second');
    // It has come as far as it may when the upstream has nothing more to send.
    await expect.poll(() => asked[1]?.writableFinished).toBe(true);
    await sleep(100);
    asked[0]?.end('first');
    const answer = await readUntil(socket, /second/);
    expect(
      answer.replace(/^(?:Date|x-request-id|Keep-Alive|Connection|Content-Length).*\r\n/gim, ''),
    ).toMatch(
      /^HTTP\/1\.1 200 OK\r\n\r\nfirst(?:HTTP\/1\.1 10[03] [\w ]+\r\n(?:Link: .*\r\n)?\r\n)*HTTP\/1\.1 413 Payload Too Large\r\n\r\nsecond/,
    );
  });
});

describe('a field', () => {
  const names = (lines: readonly HeaderLine[]): readonly string[] => lines.map(([name]) => name);
  const late = [
    'Connection Transfer-Encoding Content-Length Trailer TE Upgrade Host Proxy-Authenticate Set-Cookie WWW-Authenticate',
    'Authorization Authentication-Info Cache-Control Vary Date Content-Type Content-Encoding Content-Range Location',
    'Access-Control-Allow-Origin X-Request-Id X-Pomerium-Claim-Email X-Countersign-User X-Forwarded-For',
    'Strict-Transport-Security X-Mine',
  ].flatMap((line) => line.split(' '));

  it.each(late)('%s never comes behind the body, in any spelling', (name) => {
    const spellings = [
      name,
      name.toLowerCase(),
      name.replaceAll('-', '_'),
      name.toUpperCase().replaceAll('-', '.'),
    ];
    const operations = { setResponse: { 'x-mine': 'set' } };
    expect(
      trailerLines(
        spellings.map((each) => [each, '1']),
        operations,
      ),
    ).toEqual([]);
    expect(announcement([['tRAILER', spellings.join(', ')]], operations)).toEqual([]);
  });

  it('that says how it went does', () => {
    const kept = ['Grpc-Status', 'Grpc-Message', 'Server-Timing', 'Digest', 'X-Checksum'];
    expect(names(trailerLines(kept.map((name) => [name, '1'])))).toEqual(kept);
    expect(
      announcement([
        ['Trailer', kept.slice(0, 2).join(',')],
        ['Trailer', 'Digest, bad name, '],
      ]),
    ).toEqual([['Trailer', 'Grpc-Status, Grpc-Message, Digest']]);
  });

  it('before the head is no cookie and no length, in any spelling', () => {
    const lines: readonly HeaderLine[] = [
      'Set-Cookie',
      'set_cookie',
      'CONTENT-LENGTH',
      'Content-Type',
      'x_request_id',
    ].map((name) => [name, '1']);
    expect(interimLines([...lines, ['Link', '</a>']], { sessionCookie: '_countersign' })).toEqual([
      ['Link', '</a>'],
    ]);
  });
});
