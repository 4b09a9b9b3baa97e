import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSocketServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ResolvedAddress } from './checked-path.ts';
import { createSafeFetch, parseFetchUrl } from './safe-fetch.ts';

const LIMITS = { size: 1024, time: 10_000 };
const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function serve(listener: RequestListener): Promise<number> {
  const server: Server = createServer(listener);
  open.push({ close: () => (server.closeAllConnections(), server.close()) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A server that says what it likes, HTTP or not. */
async function speak(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  open.push({ close: () => (sockets.forEach((socket) => socket.destroy()), server.close()) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const v4 = (...addresses: string[]): readonly ResolvedAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
const inside = createSafeFetch({ allowPrivate: true });
const outside = createSafeFetch({ allowPrivate: false });

describe('a safe fetch', () => {
  it('gives the body, asks for no compression and keeps the name as Host', async () => {
    const port = await serve((request, response) => response.end(JSON.stringify(request.headers)));
    const fetch = createSafeFetch({ allowPrivate: true, resolve: async () => v4('127.0.0.1') });
    const answer = await fetch(`http://issuer.test:${port}/`, LIMITS);
    const headers = answer.ok ? (JSON.parse(answer.value.toString()) as Record<string, string>) : {};
    expect(headers).toMatchObject({
      host: `issuer.test:${port}`,
      'accept-encoding': 'identity',
      connection: 'close',
    });
  });

  it.each([301, 302, 303, 307, 308, 304])('does not follow a redirect (%i)', async (status) => {
    let asked = 0;
    const port = await serve((request, response) => {
      asked += 1;
      response.writeHead(status, { location: '/elsewhere' }).end(request.url === '/elsewhere' ? '{}' : '');
    });
    expect(await inside(`http://127.0.0.1:${port}/`, LIMITS)).toEqual({ ok: false, error: 'redirect' });
    expect(asked).toBe(1);
  });

  it.each([201, 204, 206, 400, 401, 403, 410, 500, 503])('takes nothing but 200 (%i)', async (status) => {
    const port = await serve((_request, response) => response.writeHead(status).end());
    expect(await inside(`http://127.0.0.1:${port}/`, LIMITS)).toEqual({ ok: false, error: 'status' });
  });

  it('says when there is nothing at a URL: only then is another one worth a try', async () => {
    const port = await serve((_request, response) => response.writeHead(404).end());
    expect(await inside(`http://127.0.0.1:${port}/`, LIMITS)).toEqual({ ok: false, error: 'absent' });
  });

  it('refuses a body that is encoded', async () => {
    const port = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('{}'),
    );
    expect(await inside(`http://127.0.0.1:${port}/`, LIMITS)).toEqual({ ok: false, error: 'encoding' });
  });

  it('takes a body of the limit and refuses one byte more, announced or not', async () => {
    const port = await serve((request, response) => {
      const size = Number(request.url?.slice(2));
      if (request.url?.startsWith('/a')) response.setHeader('content-length', size);
      response.write('x'.repeat(size - 1));
      response.end('x');
    });
    for (const way of ['a', 's']) {
      const whole = await inside(`http://127.0.0.1:${port}/${way}1024`, LIMITS);
      expect(whole.ok && whole.value.length).toBe(1024);
      expect(await inside(`http://127.0.0.1:${port}/${way}1025`, LIMITS)).toEqual({
        ok: false,
        error: 'size',
      });
    }
  });

  it('does not wait for a body that announces itself as too large', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '1025' }).flushHeaders();
    });
    expect(await inside(`http://127.0.0.1:${port}/`, LIMITS)).toEqual({ ok: false, error: 'size' });
  });

  it('stops reading a body that never ends', async () => {
    const port = await serve((_request, response) => {
      const timer = setInterval(() => response.write('x'.repeat(512)), 1);
      response.on('close', () => clearInterval(timer));
    });
    expect(await inside(`http://127.0.0.1:${port}/`, LIMITS)).toEqual({ ok: false, error: 'size' });
  });

  it('waits no longer than it was told: for a head, for a body that dribbles, for a resolver', async () => {
    const silent = await serve(() => undefined);
    expect(await inside(`http://127.0.0.1:${silent}/`, { size: 1024, time: 50 })).toEqual({
      ok: false,
      error: 'time',
    });
    const dribbling = await serve((_request, response) => {
      const timer = setInterval(() => response.write('x'), 5);
      response.on('close', () => clearInterval(timer));
    });
    const slow = await inside(`http://127.0.0.1:${dribbling}/`, { size: 100_000, time: 200 });
    expect(slow).toEqual({ ok: false, error: 'time' });
    const unresolved = createSafeFetch({ allowPrivate: true, resolve: () => new Promise(() => undefined) });
    expect(await unresolved('https://issuer.test/', { size: 1, time: 20 })).toEqual({
      ok: false,
      error: 'time',
    });
  });

  it.each([
    ['nothing', ''],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.0\r\n'],
    [
      'an upgrade nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    ],
    ['a body that is cut off', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a"'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}'],
    ['a head without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  ])('gives a failure when the other side says %s', async (_name, text) => {
    const port = await speak((socket) => socket.once('data', () => socket.end(text)));
    expect(await inside(`http://127.0.0.1:${port}/`, LIMITS)).toEqual({ ok: false, error: 'connection' });
  });
});

describe('the address that a safe fetch connects to', () => {
  it('is not private unless that was opened, whether written or resolved', async () => {
    let connections = 0;
    const port = await speak(() => (connections += 1));
    const resolving = createSafeFetch({ allowPrivate: false, resolve: async () => v4('127.0.0.1') });
    const refused = { ok: false, error: 'address' };
    expect(await resolving(`https://issuer.test:${port}/`, LIMITS)).toEqual(refused);
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '017700000001',
      '127.1',
      '0',
      '[::1]',
      '[::ffff:127.0.0.1]',
    ]) {
      expect(await outside(`https://${host}:${port}/`, LIMITS)).toEqual(refused);
      expect(await outside(`http://${host}:${port}/`, LIMITS)).toEqual(refused);
    }
    expect(connections).toBe(0);
  });

  it('is never a metadata service, even where private addresses are open', async () => {
    for (const address of [
      '169.254.169.254',
      'fd00:ec2::254',
      '::ffff:169.254.169.254',
      '64:ff9b::a9fe:a9fe',
      '0.0.0.0',
    ]) {
      const fetch = createSafeFetch({ allowPrivate: true, resolve: async () => v4(address) });
      expect(await fetch('https://issuer.test/', LIMITS)).toEqual({ ok: false, error: 'address' });
    }
    expect(await inside('https://169.254.169.254/', LIMITS)).toEqual({ ok: false, error: 'address' });
    expect(await inside('https://[fd00:ec2::254]/', LIMITS)).toEqual({ ok: false, error: 'address' });
  });

  it('is refused when any one of several is, wherever it stands', async () => {
    const port = await serve((_request, response) => response.end('{}'));
    for (const addresses of [v4('127.0.0.1', '169.254.169.254'), v4('169.254.169.254', '127.0.0.1')]) {
      const fetch = createSafeFetch({ allowPrivate: true, resolve: async () => addresses });
      expect(await fetch(`http://issuer.test:${port}/`, LIMITS)).toEqual({ ok: false, error: 'address' });
    }
  });

  it('is the one that was checked: a resolver that changes its mind is not asked again (rebinding)', async () => {
    const port = await serve((_request, response) => response.end('{}'));
    const answers = [v4('127.0.0.1'), v4('169.254.169.254')];
    let asked = 0;
    const resolve = async () => answers[asked++] ?? [];
    const answer = await createSafeFetch({ allowPrivate: true, resolve })(
      `http://rebind.test:${port}/`,
      LIMITS,
    );
    expect([answer.ok, asked]).toEqual([true, 1]);
  });

  it('is reached without encryption on loopback alone', async () => {
    const fetch = createSafeFetch({ allowPrivate: true, resolve: async () => v4('10.0.0.1') });
    expect(await fetch('http://issuer.test/', LIMITS)).toEqual({ ok: false, error: 'address' });
    const outwards = createSafeFetch({ allowPrivate: true, resolve: async () => v4('8.8.8.8') });
    expect(await outwards('http://issuer.test/', LIMITS)).toEqual({ ok: false, error: 'address' });
  });

  it('is not to be had for a name without addresses, with too many, or without an answer', async () => {
    const failure = { ok: false, error: 'name' };
    for (const resolve of [
      async () => [],
      async () => Array.from({ length: 33 }, () => ({ address: '127.0.0.1', family: 4 })),
      () => Promise.reject(new Error('ENOTFOUND')),
    ]) {
      expect(await createSafeFetch({ allowPrivate: true, resolve })('https://issuer.test/', LIMITS)).toEqual(
        failure,
      );
    }
  });
});

describe('the URL of a safe fetch', () => {
  it.each([
    '',
    'issuer.test',
    '/path',
    'ftp://issuer.test/',
    'file:///etc/passwd',
    'data:application/json,{}',
    'HTTPS://issuer.test/',
    'https:issuer.test',
    'https:///issuer.test',
    'https://',
    'https://user@issuer.test/',
    'https://user:secret@issuer.test/',
    'https://issuer.test/#fragment',
    'https://issuer.test/#',
    'https://issuer.test\\@127.0.0.1/',
    'https://issuer.test/a b',
    'https://issuer.te\tst/',
    'https://issuer.test/\n',
    'https://issuer.test:99999/',
    'https://1.2.3.4.5/',
    'https://\u0131ssuer.test/',
  ])('is not %j', async (text) => {
    expect(parseFetchUrl(text)).toBeUndefined();
    expect(await outside(text, LIMITS)).toEqual({ ok: false, error: 'url' });
  });

  it('is at most 2,048 characters long', () => {
    const url = `https://issuer.test/${'a'.repeat(2028)}`;
    expect(parseFetchUrl(url)?.href).toBe(url);
    expect(parseFetchUrl(`${url}a`)).toBeUndefined();
  });

  it('is plain', () => {
    expect(parseFetchUrl('https://issuer.test:8443/tenant/.well-known?x=1')?.hostname).toBe('issuer.test');
  });
});
