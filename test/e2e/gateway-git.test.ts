import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken } from '../support/exchange.ts';
import { startHouse, type House } from './house.ts';

/** git clones and pushes over `basic_challenge`; its own server stands behind the gateway and believes the assertion. */

let house: House;
let server: Server;
let folder: string;
let token: string;
/** Who has pushed, as the server of git was told. */
const pushers: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'git-'));
  server = createServer(serveGit);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  house = await startHouse(`
  - name: git
    from: http://git.localhost:\${PORT}
    to: http://127.0.0.1:${port}
    organizations: [acme]
    basic_challenge: true
    pass_identity_headers: true
    policy: { allow: { and: [{ team: acme/platform }] } }
`);
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
  server.closeAllConnections();
  server.close();
  await house.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** `git http-backend`, the CGI program that comes with git (RFC 3875). */
function serveGit(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const [path = '', query = ''] = (incoming.url ?? '').split('?');
  const who = String(decodeJwt(String(incoming.headers['x-pomerium-jwt-assertion'])).sub);
  if (path.endsWith('/git-receive-pack')) pushers.push(who);
  const { 'content-type': type, 'content-encoding': coding, 'git-protocol': protocol } = incoming.headers;
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: incoming.method ?? '',
      REMOTE_USER: who,
      ...(type !== undefined && { CONTENT_TYPE: type }),
      ...(coding !== undefined && { HTTP_CONTENT_ENCODING: coding }),
      ...(protocol !== undefined && { GIT_PROTOCOL: String(protocol) }),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  incoming.pipe(backend.stdin.on('error', () => {}));
  void answerOf(backend.stdout, outgoing);
}

/** Header lines of the program become those of the answer; what follows the empty line is the body. */
async function answerOf(stdout: AsyncIterable<Buffer>, outgoing: ServerResponse): Promise<void> {
  let head = Buffer.alloc(0);
  for await (const chunk of stdout) {
    if (outgoing.headersSent) {
      outgoing.write(chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) continue;
    const lines = head.subarray(0, end).toString().split('\r\n');
    const status = lines.find((line) => /^status: /i.test(line))?.slice('status: '.length) ?? '200';
    outgoing.writeHead(
      Number.parseInt(status, 10),
      lines.filter((line) => !/^status: /i.test(line)).flatMap((line) => line.split(': ', 2)),
    );
    outgoing.write(head.subarray(end + 4));
  }
  outgoing.end();
}

interface Run {
  readonly code: number;
  readonly text: string;
}

/** git as somebody has it who has configured nothing; `*.localhost` need not resolve. */
function git(directory: string, ...args: readonly string[]): Promise<Run> {
  const { port } = house.server;
  const options = ['-c', `http.curloptResolve=git.localhost:${port}:127.0.0.1`, '-c', 'http.proxy='];
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@acme.example',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@acme.example',
  };
  return new Promise((resolve) => {
    execFile('git', [...options, ...args], { cwd: directory, env, timeout: 60_000 }, (fault, out, log) =>
      resolve({ code: fault ? 1 : 0, text: out + log }),
    );
  });
}

const urlWith = (password: string): string =>
  `http://x:${password}@git.localhost:${house.server.port}/shop.git`;

describe('git', () => {
  it('clones, pushes more than fits into one piece, and clones that', async () => {
    await git(folder, 'init', '--bare', '--initial-branch=main', 'shop.git');
    expect(await git(folder, 'clone', urlWith(token), 'one')).toMatchObject({ code: 0 });
    const one = join(folder, 'one');
    // Nothing that compresses: the push goes in chunks.
    const bytes = Array.from({ length: 40 }, () => crypto.getRandomValues(new Uint8Array(65_536)));
    await writeFile(join(one, 'large'), Buffer.concat(bytes));
    await git(one, 'add', '.');
    await git(one, 'commit', '-m', 'first');
    expect(await git(one, 'push', 'origin', 'HEAD:main')).toMatchObject({ code: 0 });
    expect(pushers.at(-1)).toBe('team:acme/platform');
    expect(await git(folder, 'clone', urlWith(token), 'two')).toMatchObject({ code: 0 });
    const [pushed, cloned] = await Promise.all(
      [one, join(folder, 'two')].map((at) => git(at, 'rev-parse', 'HEAD^{tree}')),
    );
    expect(cloned).toEqual(pushed);
  });

  it('is told that a password is none', async () => {
    const pushes = pushers.length;
    const refused = await git(folder, 'clone', urlWith(`cst_${'a'.repeat(38)}`), 'three');
    expect(refused).toMatchObject({
      code: 1,
      text: expect.stringContaining('Authentication failed') as string,
    });
    expect(pushers).toHaveLength(pushes);
  });
});
