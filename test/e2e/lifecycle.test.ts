import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ask } from '../support/request.ts';
import { COUNTERSIGN, startServerProcess, type ServerProcess } from '../support/server-process.ts';

const servers: ServerProcess[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.dispose();
});

const configuration = (upstream = 'http://127.0.0.1:9') => `
listen: 127.0.0.1:\${PORT}
url: http://localhost:\${PORT}
storage: sqlite:countersign.db
organizations: [{ name: acme }]
routes:
  - { name: open, from: 'http://open.localhost:\${PORT}', to: '${upstream}', allow_public_unauthenticated_access: true }
`;

async function serve(config: string): Promise<ServerProcess> {
  const server = await startServerProcess(config);
  servers.push(server);
  return server;
}

describe('SIGTERM', () => {
  it('finishes the request that is under way, takes no new one, and exits 0', async () => {
    let release = (): void => undefined;
    const upstream = createServer((_request, response) => {
      release = () => response.end('finished');
    });
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const arrived = once(upstream, 'request');
    const server = await serve(configuration(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`));

    const underWay = ask(server.port, { path: '/', host: `open.localhost:${server.port}` });
    await arrived;
    const stopped = server.stop('SIGTERM');
    await expect.poll(() => server.log.some((line) => line['msg'] === 'draining')).toBe(true);
    await expect(ask(server.port, { path: '/healthz' })).rejects.toThrow(/ECONNREFUSED/);
    release();
    expect((await underWay).text).toBe('finished');
    expect(await stopped).toBe(0);
    upstream.close();
  });
});

describe('storage', () => {
  it('belongs to one serve', async () => {
    const first = await serve(configuration());
    const second = spawn(process.execPath, [...COUNTERSIGN, 'serve'], {
      cwd: first.folder,
      env: { PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    second.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = (await once(second, 'exit')) as [number];
    expect(code).toBe(2);
    expect(stderr).toContain('another running serve');
  }, 40_000);

  it('that is sealed with another key is not opened, and no new keys are made', async () => {
    const server = await serve(configuration());
    await server.stop();
    const key = (await readdir(server.folder)).find((name) => name.endsWith('.key'));
    expect(key).toBeDefined();
    await writeFile(join(server.folder, key ?? ''), randomBytes(32).toString('base64'), { mode: 0o600 });
    await expect(server.start()).rejects.toThrow(/ended with 2/);
    expect(server.stderr()).toContain('does not open the stored keys');
  });
});

describe('the log', () => {
  it('says once that it listens, where and by which file', async () => {
    const server = await serve(configuration());
    const [line, ...more] = server.log.filter(({ msg }) => msg === 'listening');
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      url: `http://localhost:${server.port}`,
      address: `127.0.0.1:${server.port}`,
    });
    expect(String(line?.['config'])).toContain('countersign.yaml');
  });
});
