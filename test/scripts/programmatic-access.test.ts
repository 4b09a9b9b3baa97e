import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has, hasPythonModule, PYTHON } from '../setup/debian.ts';
import { makeCertificate } from '../support/certificates.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';
import { GATEWAY_CLIENT, PROGRAM, startOfflineProvider, type OfflineProvider } from './offline-provider.ts';

/** The two programs that come with the description of programmatic access, run as they are. */
const authority = makeCertificate({ names: ['Authority of the tests'], isAuthority: true });
const certificate = makeCertificate({
  names: ['authenticate.corp.beyondperimeter.com', 'httpbin.corp.beyondperimeter.com', 'www.googleapis.com'],
  issuer: authority,
});

let folder: string;
let provider: OfflineProvider;
let upstream: TestUpstream;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-test-'));
  await writeFile(join(folder, 'ca.pem'), authority.cert);
  await writeFile(join(folder, 'server.pem'), certificate.cert);
  await writeFile(join(folder, 'server.key'), certificate.key, { mode: 0o600 });
  [provider, upstream] = await Promise.all([startOfflineProvider(certificate), startUpstream()]);
});
afterAll(async () => {
  await Promise.all([provider.close(), upstream.close()]);
  await rm(folder, { recursive: true, force: true });
});

const configuration = (addresses: object, route: string): string =>
  JSON.stringify({
    listen: '127.0.0.1:${PORT}',
    ...addresses,
    storage: 'sqlite:countersign.db',
    allow_private_issuers: true,
    organizations: [{ name: 'acme', members: [{ login: 'ada', email: 'ada@acme.example', role: 'member' }] }],
    identity_providers: [{ name: 'google', issuer: provider.url, client_id: GATEWAY_CLIENT }],
    routes: [
      {
        name: 'httpbin',
        from: route,
        to: upstream.url,
        pass_identity_headers: true,
        policy: { allow: { or: [{ user: { is: 'ada@acme.example' } }, { email: 'ada@acme.example' }] } },
      },
    ],
  });

/** The claims of a JWT, unverified: what the upstream was told. */
const claimsOf = (token: unknown): Record<string, unknown> =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;

/** A program that a person sits before: what it prints so far can be read, and answered. */
function converse(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env: { PATH: process.env['PATH'] ?? '', ...env } });
  let printed = '';
  let read = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const gone = once(child, 'close') as Promise<[number]>;
  return {
    /** Waits until something new is printed that fits, and gives what it caught. */
    async reads(wanted: RegExp): Promise<string> {
      for (;;) {
        const found = wanted.exec(printed.slice(read));
        if (found) {
          read += found.index + found[0].length;
          return found[1] ?? '';
        }
        if (child.exitCode !== null) throw new Error(`ended before ${wanted}: ${printed}\n${errors}`);
        await Promise.race([once(child.stdout, 'data'), gone]);
      }
    },
    types: (line: string): void => void child.stdin.write(`${line}\n`),
    async ends(): Promise<{ readonly code: number; readonly printed: string; readonly errors: string }> {
      const [code] = await gone;
      return { code, printed, errors };
    },
  };
}

describe.skipIf(!hasPythonModule('requests'))('programmatic_access.py', () => {
  const script = fileURLToPath(new URL('./programmatic_access.py', import.meta.url));
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServerProcess(
      configuration({ url: 'http://localhost:${PORT}' }, 'http://127.0.0.1:${PORT}'),
    );
  });
  afterAll(() => server.dispose());

  const addresses = (): string[] => [
    `--openid-configuration=${provider.url}/.well-known/openid-configuration`,
    `--pomerium-token-url=http://localhost:${server.port}/api/v1/token`,
    `--pomerium-url=http://127.0.0.1:${server.port}/get`,
  ];
  const client = [
    `--client-id=${PROGRAM.id}`,
    `--client-secret=${PROGRAM.secret}`,
    `--pomerium-client-id=${GATEWAY_CLIENT}`,
  ];
  const signInUrl = (): string =>
    `${provider.url}/auth?response_type=code&scope=openid%20email&access_type=offline&redirect_uri=urn:ietf:wg:oauth:2.0:oob&client_id=${PROGRAM.id}`;
  const run = (args: readonly string[]) => converse([PYTHON, script, ...addresses(), ...args]).ends();

  it('asks the person for a code, and reaches the service as that person', async () => {
    const program = converse([PYTHON, '-u', script, ...addresses(), ...client]);
    const url = await program.reads(/Go to the url : (\S+)\n/);
    expect(url).toBe(signInUrl());
    program.types(await provider.codeFor(url, 'ada'));
    const { code, printed } = await program.ends();
    expect(code).toBe(0);
    expect(printed).toMatch(/pomerium bearer token is: css_[0-9A-Za-z]{38}\n/);
    const seen = JSON.parse(printed.slice(printed.indexOf('\n{') + 1)) as {
      url: string;
      headers: Record<string, unknown>;
    };
    expect(seen.url).toBe('/get');
    expect(seen.headers).not.toHaveProperty('authorization');
    expect(claimsOf(seen.headers['x-pomerium-jwt-assertion'])).toMatchObject({
      email: 'ada@acme.example',
      iss: '127.0.0.1',
      aud: '127.0.0.1',
    });
  });

  it('takes a code, and later the token that came of it', async () => {
    const code = await provider.codeFor(signInUrl(), 'ada');
    const first = await run([...client, `--code=${code}`]);
    expect([first.code, first.errors]).toEqual([0, '']);
    const token = /pomerium bearer token is: (\S+)/.exec(first.printed)?.[1] ?? '';
    const second = await run([`--pomerium-token=${token}`]);
    expect([second.code, second.errors]).toEqual([0, '']);
    expect(second.printed).toContain('"x-pomerium-jwt-assertion"');
    expect(second.printed).not.toContain('refresh token');
  });

  it('is told in JSON what is wrong with its token, and that somebody else may not pass', async () => {
    const bad = await run(['--pomerium-token=css_0000000000000000000000000000000000000']);
    expect(bad).toMatchObject({ code: 0, printed: expect.stringContaining('"code": "credential.invalid"') });
    const mallory = await run([...client, `--code=${await provider.codeFor(signInUrl(), 'mallory')}`]);
    expect(mallory).toMatchObject({ code: 0, printed: expect.stringContaining('"code": "policy.refused"') });
  });

  it('says what it needs', async () => {
    const { code, printed } = await run([]);
    expect([code, printed]).toEqual([1, `${provider.url}/token\nclient-id is required\n`]);
  });
});

describe.skipIf(!has('curl'))('programmatic_access.sh', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServerProcess(
      configuration(
        {
          url: 'https://authenticate.corp.beyondperimeter.com',
          tls: { certificates: [{ cert: join(folder, 'server.pem'), key: join(folder, 'server.key') }] },
        },
        'https://httpbin.corp.beyondperimeter.com',
      ),
    );
    // What a name server and an authority are to curl elsewhere; the script stays as it is.
    await writeFile(
      join(folder, '.curlrc'),
      [
        `cacert = "${join(folder, 'ca.pem')}"`,
        `connect-to = "www.googleapis.com:443:127.0.0.1:${provider.tokenPort}"`,
        `connect-to = "authenticate.corp.beyondperimeter.com:443:127.0.0.1:${server.port}"`,
        `connect-to = "httpbin.corp.beyondperimeter.com:443:127.0.0.1:${server.port}"`,
        'silent',
        'show-error',
      ].join('\n'),
    );
  });
  afterAll(() => server.dispose());

  /** The script with its four constants set, as it asks its reader to; nothing else of it is touched. */
  async function edited(): Promise<string> {
    const text = await readFile(new URL('./programmatic_access.sh', import.meta.url), 'utf8');
    const constants = {
      CLIENT_ID: PROGRAM.id,
      CLIENT_SECRET: PROGRAM.secret,
      SIGNIN_URL: `${provider.url}/auth?client_id=${PROGRAM.id}&response_type=code&scope=openid%20email&access_type=offline&redirect_uri=urn:ietf:wg:oauth:2.0:oob`,
      POMERIUM_CLIENT_ID: GATEWAY_CLIENT,
    };
    const file = join(folder, 'programmatic_access.sh');
    const lines = text.split('\n').map((line) => {
      const [name = ''] = line.split('=');
      return name in constants ? `${name}='${constants[name as keyof typeof constants]}'` : line;
    });
    await writeFile(file, lines.join('\n'));
    return file;
  }

  it('is answered at each of its questions, and reaches the service as the person', async () => {
    const program = converse(['bash', await edited()], { CURL_HOME: folder });
    program.types(await provider.codeFor(await program.reads(/(http:\S+)\n/), 'ada'));
    program.types(await program.reads(/"refresh_token":"([^"]+)"/));
    await program.reads(/audience of pomerium's oauth client/);
    program.types(await program.reads(/"id_token":"([^"]+)"/));
    program.types(
      await program.reads(/\{"Token":"(css_[0-9A-Za-z]{38})","Expiry":"[-0-9]{10}T[:0-9]{8}Z"\}/),
    );
    await program.reads(/used with pomerium now\n/);
    const told = await program.reads(/"x-pomerium-jwt-assertion":"([^"]+)"/);
    expect((await program.ends()).code).toBe(0);
    expect(claimsOf(told)).toMatchObject({
      email: 'ada@acme.example',
      iss: 'httpbin.corp.beyondperimeter.com',
      aud: 'httpbin.corp.beyondperimeter.com',
    });
  });
});
