import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, EventSource } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { has, PYTHON } from '../setup/debian.ts';
import { accessToken } from '../support/exchange.ts';
import { ask } from '../support/request.ts';
import { dial, answersIn, head } from '../attack/raw-socket.ts';
import { startService, type Service } from './gateway-service.ts';
import { startHouse, type House } from './house.ts';

/** Programs that people use, as they come, through the gateway to a service that streams. */

let house: House;
let service: Service;
let token: string;
let folder: string;

const route = (name: string, to: string, more: string): string => `
  - { name: ${name}, from: "http://${name}.localhost:\${PORT}", to: "${to}", organizations: [acme], ${more} }`;
const PUBLIC = 'allow_public_unauthenticated_access: true';
const ANYBODY = 'allow_any_authenticated_user: true';

beforeAll(async () => {
  service = await startService();
  folder = await mkdtemp(join(tmpdir(), 'clients-'));
  house = await startHouse(
    route('lively', service.url, `${ANYBODY}, allow_websockets: true`) +
      route('stage', service.url, `${PUBLIC}, allow_websockets: true`) +
      route(
        'pages',
        service.url,
        `${PUBLIC}, allow_websockets: true, allowed_origins: ["https://pages.example"]`,
      ) +
      route('limited', service.url, `${ANYBODY}, rate_limit: { requests: 3, per: 1d }`),
  );
  token = await accessToken(house.server, {
    subjectToken: await house.ci.mint({
      aud: 'urn:pulumi:org:acme',
      sub: 'repo:acme/shop:ref:refs/heads/main',
    }),
    type: 'team',
    scope: 'team:platform',
  });
});
afterAll(async () => {
  await Promise.all([house.dispose(), service.close(), rm(folder, { recursive: true })]);
});

const hostOf = (name: string): string => `${name}.localhost:${house.server.port}`;
const urlOf = (name: string, path = '/'): string => `http://${hostOf(name)}${path}`;
const bearer = () => ({ Authorization: `Bearer ${token}` });

interface Run {
  readonly out: string;
  readonly log: string;
}

function run(program: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { timeout: 30_000, env: { PATH: process.env['PATH'] ?? '' } },
      (fault, out, log) => {
        if (fault && typeof fault.code !== 'number') reject(fault);
        else resolve({ out, log });
      },
    );
  });
}

describe.skipIf(!has('curl'))('curl', () => {
  const curl = (...args: readonly string[]): Promise<Run> =>
    run('curl', ['-sv', '--noproxy', '*', '--resolve', `*:${house.server.port}:127.0.0.1`, ...args]);
  const shown = () => ['-H', `Authorization: Bearer ${token}`];

  it('asks twice on one connection', async () => {
    const counted = ['-w', ' %{http_code} %{num_connects}\n'];
    const { out } = await curl(...shown(), ...counted, urlOf('lively', '/1'), urlOf('lively', '/2'));
    expect(out).toBe('GET /1 200 1\nGET /2 200 0\n');
  });

  it('asks in HTTP/1.0, and is answered without chunks', async () => {
    const { out, log } = await curl(...shown(), '--http1.0', urlOf('lively', '/old'));
    expect(out).toBe('GET /old');
    expect(log).not.toMatch(/transfer-encoding/i);
  });

  it('unpacks what the service has compressed', async () => {
    const { out, log } = await curl(...shown(), '--compressed', urlOf('lively', '/compressed'));
    expect(out).toBe('what was compressed');
    expect(log).toMatch(/< content-encoding: gzip/i);
  });

  it('sees the length of what HEAD would bring', async () => {
    const { out } = await curl(...shown(), '-I', urlOf('lively', '/head'));
    expect(out).toMatch(/^HTTP\/1\.1 200 [^]*content-length: 10\r\n/i);
  });

  it('uploads once it has been told to, and nothing when it is refused', async () => {
    const file = join(folder, 'upload');
    await writeFile(file, Buffer.alloc(3_000_000, 'u'));
    const upload = [
      '-H',
      'Expect: 100-continue',
      '--expect100-timeout',
      '30',
      '-T',
      file,
      '-w',
      ' %{size_upload}',
    ];
    const taken = await curl(...shown(), ...upload, urlOf('lively', '/upload'));
    expect(taken.out).toBe('3000000 3000000');
    expect(taken.log).toMatch(/< HTTP\/1\.1 100 Continue\r?\n[^]*< HTTP\/1\.1 200 /);
    const refused = await curl(...upload, urlOf('lively', '/upload'));
    expect(refused.out).toMatch(/"code":"credential.missing".* 0$/);
  });
});

describe.skipIf(!has(PYTHON))('http.client of Python', () => {
  it('asks on one connection whatever comes: chunks, HEAD, 304', async () => {
    const program = `
import http.client, sys
port, host, token = int(sys.argv[1]), sys.argv[2], sys.argv[3]
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
def ask(method, path, **more):
    connection.request(method, path, headers={"Host": host, "Authorization": "Bearer " + token}, **more)
    answer = connection.getresponse()
    print(answer.status, answer.getheader("content-length"), answer.read().decode())
ask("PUT", "/upload", body=(b"x" * 1000 for _ in range(20)), encode_chunked=True)
ask("HEAD", "/head")
ask("GET", "/unchanged")
ask("GET", "/again")
`;
    const { out, log } = await run(PYTHON, [
      '-c',
      program,
      String(house.server.port),
      hostOf('lively'),
      token,
    ]);
    expect([out, log]).toEqual(['200 5 20000\n200 10 \n304 None \n200 10 GET /again\n', '']);
  });
});

describe('requests that are sent ahead', () => {
  it('are answered in their order, on one connection', async () => {
    const connection = await dial(house.server.port);
    const asked = (path: string, ...lines: readonly string[]): string =>
      head(`GET ${path} HTTP/1.1`, `Host: ${hostOf('lively')}`, `Authorization: Bearer ${token}`, ...lines);
    connection.write(asked('/1') + asked('/unchanged') + asked('/3') + asked('/4', 'Connection: close'));
    const answers = answersIn(await connection.closed());
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, 'GET /1'],
      [304, ''],
      [200, 'GET /3'],
      [200, 'GET /4'],
    ]);
  });
});

describe('a client of HTTP/1.0', () => {
  it('keeps a connection where it says so and the answer has a length', async () => {
    const connection = await dial(house.server.port);
    for (const path of ['/1', '/2']) {
      connection.write(head(`GET ${path} HTTP/1.0`, `Host: ${hostOf('stage')}`, 'Connection: keep-alive'));
      await connection.until(new RegExp(`GET ${path}`));
    }
    const text = await connection.until(/GET \/2/);
    connection.socket.destroy();
    expect(answersIn(text).map(({ body }) => body)).toEqual(['GET /1', 'GET /2']);
  });
});

describe('a WebSocket client', () => {
  const open = (name: string, headers: Record<string, string>): WebSocket =>
    new WebSocket(`ws://127.0.0.1:${house.server.port}/`, { headers: { Host: hostOf(name), ...headers } });
  const outcome = (socket: WebSocket): Promise<number> =>
    new Promise((resolve) => {
      socket.on('open', () => resolve(101)).on('error', () => {});
      socket.on('unexpected-response', (_asked, answer) => resolve(answer.statusCode ?? 0));
    });

  it('speaks with the service', async () => {
    const socket = open('lively', bearer());
    await once(socket, 'open');
    socket.send('hello');
    expect(String((await once(socket, 'message'))[0])).toBe('hello');
    socket.close(4_000);
    expect((await once(socket, 'close'))[0]).toBe(4_000);
  });

  it.each([
    ['pages', 'https://pages.example', 101],
    ['pages', undefined, 101],
    ['pages', 'https://evil.example', 403],
    ['pages', 'null', 403],
    ['stage', 'https://evil.example', 101],
  ])('at %s from a page of %s: %s', async (name, origin, expected) => {
    const socket = open(name, origin === undefined ? {} : { Origin: origin });
    expect(await outcome(socket)).toBe(expected);
    socket.terminate();
  });

  it('of a page of the route itself may', async () => {
    const socket = open('pages', { Origin: `http://${hostOf('pages')}` });
    expect(await outcome(socket)).toBe(101);
    socket.terminate();
  });

  it('with a password that a browser repeats needs a page that may', async () => {
    const basic = { Authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` };
    expect(await outcome(open('lively', { ...basic, Origin: 'https://evil.example' }))).toBe(403);
    const socket = open('lively', { ...basic, Origin: `http://${hostOf('lively')}` });
    expect(await outcome(socket)).toBe(101);
    socket.terminate();
  });
});

describe('a client of events', () => {
  it('hears each as it is said', async () => {
    const lookup: LookupFunction = (_name, _options, done) =>
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    const agent = new Agent({ connect: { lookup } });
    const events = new EventSource(urlOf('stage', '/events'), { node: { dispatcher: agent } });
    await once(events, 'open');
    for (const text of ['one', 'two']) {
      const heard: Promise<{ data?: unknown }[]> = once(events, 'message');
      service.say(text);
      expect((await heard)[0]?.data).toBe(text);
    }
    events.close();
    await agent.destroy();
  });

  it('hears the head before anything is said', async () => {
    const headers = { Host: hostOf('lively'), ...bearer() };
    const asked = request({
      host: '127.0.0.1',
      port: house.server.port,
      path: '/events',
      headers,
      agent: false,
    });
    const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage];
    expect(answer.headers['content-type']).toBe('text/event-stream');
    asked.on('error', () => {}).destroy();
  });
});

describe('a route with a rate limit', () => {
  it('lets so many pass, keeps what was used across a reload, and says when to come again', async () => {
    const come = () => ask(house.server.port, { path: '/', host: hostOf('limited'), headers: bearer() });
    const nobody = await ask(house.server.port, { path: '/', host: hostOf('limited') });
    expect(nobody.status).toBe(401);
    expect([(await come()).status, (await come()).status]).toEqual([200, 200]);
    const reloads = house.server.log.filter(({ msg }) => msg === 'configuration reloaded').length;
    house.server.signal('SIGHUP');
    await expect
      .poll(() => house.server.log.filter(({ msg }) => msg === 'configuration reloaded').length, {
        timeout: 20_000,
      })
      .toBe(reloads + 1);
    expect((await come()).status).toBe(200);
    const over = await come();
    expect([over.status, over.json()['code']]).toEqual([429, 'limit.rate']);
    expect(over.headers['content-type']).toBe('application/problem+json');
    expect(Number(over.headers['retry-after'])).toBeGreaterThan(3_600);
  });
});
