import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok, type Result } from '@countersign/core';
import { startServer, type StartFailure } from '@countersign/server';
import { announce, DIRECTORY_PREFIX, type DemoAddresses } from './announcement.ts';
import {
  ADMIN_TOKEN_VARIABLE,
  demoConfiguration,
  ORGANIZATION,
  protectedUrl,
  serviceUrl,
} from './configuration.ts';
import { startEchoUpstream } from './echo-upstream.ts';
import { startIdentityProvider } from './identity-provider/identity-provider.ts';
import { freePort } from './loopback.ts';

export interface DemoOptions {
  /** Port of the service; a free one when absent. */
  readonly port?: number;
  /** Where the temporary directory is made; the system's place for such things when absent. */
  readonly directory?: string;
}

export interface RunningDemo extends DemoAddresses {
  /** Stops everything and deletes everything. */
  readonly close: () => Promise<void>;
}

type Closer = () => Promise<void>;

/** Somebody else may take a free port before we do. */
const ATTEMPTS = 3;

/** Starts identity provider, upstream and server in this process. Everything it writes is in one temporary directory. */
export async function startDemo(options: DemoOptions = {}): Promise<Result<RunningDemo, StartFailure>> {
  const closers: Closer[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  const started = await start(options, closers).catch(async (fault: unknown) => {
    await close();
    throw fault;
  });
  if (!started.ok) {
    await close();
    return started;
  }
  return ok({ ...started.value, close });
}

/** Each thing that is started leaves its end in `closers`, so that a failure half-way leaves nothing behind. */
async function start(options: DemoOptions, closers: Closer[]): Promise<Result<DemoAddresses, StartFailure>> {
  const directory = await temporaryDirectory(options.directory ?? tmpdir(), closers);
  const identityProvider = await startIdentityProvider();
  closers.push(identityProvider.close);
  const upstream = await startEchoUpstream();
  closers.push(upstream.close);
  const configFile = join(directory, 'countersign.yaml');
  const adminToken = `demo-${randomBytes(32).toString('base64url')}`;
  const tryPort = async (port: number): Promise<Result<number, StartFailure>> => {
    const text = demoConfiguration({ port, identityProvider: identityProvider.url, upstream: upstream.url });
    await writeFile(configFile, text, { mode: 0o600 });
    const server = await startServer({
      configFile,
      // Not the caller's environment: a variable that is set for a real server must not reach the demo.
      env: { [ADMIN_TOKEN_VARIABLE]: adminToken },
    });
    if (!server.ok) return server;
    const { value: running } = server;
    closers.push(() => running.close());
    return ok(port);
  };
  const port = options.port === undefined ? await onFreePort(tryPort) : await tryPort(options.port);
  if (!port.ok) return port;
  const demo: DemoAddresses = {
    service: serviceUrl(port.value),
    protected: protectedUrl(port.value),
    identityProvider: identityProvider.url,
    organization: ORGANIZATION,
    adminToken,
    configFile,
  };
  await announce(directory, demo);
  return ok(demo);
}

async function onFreePort(
  attempt: (port: number) => Promise<Result<number, StartFailure>>,
): Promise<Result<number, StartFailure>> {
  let last = await attempt(await freePort());
  for (let tries = 1; tries < ATTEMPTS && !last.ok && last.error.kind === 'listen'; tries += 1) {
    last = await attempt(await freePort());
  }
  return last;
}

async function temporaryDirectory(parent: string, closers: Closer[]): Promise<string> {
  const directory = await mkdtemp(join(parent, DIRECTORY_PREFIX));
  // Also when the process ends without closing: a second Ctrl-C, or a fault.
  const removeAtExit = (): void => rmSync(directory, { recursive: true, force: true });
  process.once('exit', removeAtExit);
  closers.push(async () => {
    await rm(directory, { recursive: true, force: true });
    process.off('exit', removeAtExit);
  });
  return directory;
}
