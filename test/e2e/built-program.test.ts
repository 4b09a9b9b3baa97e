import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { accessToken, exchangeReply } from '../support/exchange.ts';
import { startIssuer } from '../support/issuer.ts';
import { ask } from '../support/request.ts';
import { startServerProcess } from '../support/server-process.ts';
import { BUILD, smallHouse } from '../support/small-house.ts';
import { startUpstream } from '../support/upstream.ts';

/** What `npm run build` made: everything else here runs from the sources, and a bundler has ways of its own to fail. */
const cli = new URL('../../packages/cli/', import.meta.url);
const launcher = fileURLToPath(new URL('bin/countersign.js', cli));
const dist = new URL('dist/', cli);
const run = promisify(execFile);

it('starts on a file, exchanges under a condition, proxies, restarts and stops', async () => {
  const [issuer, upstream] = await Promise.all([startIssuer(), startUpstream()]);
  const house = JSON.parse(
    smallHouse(issuer.url, { policies: [{ ...BUILD, condition: 'claims.env == "live"' }] }),
  ) as object;
  const route = {
    name: 'orders',
    from: 'http://orders.localhost:${PORT}',
    to: upstream.url,
    organizations: ['acme'],
    policy: { allow: { or: [{ 'claim/env': 'live' }] } },
  };
  const server = await startServerProcess(JSON.stringify({ ...house, routes: [route] }), {}, [launcher]);
  const mint = (env: string) => issuer.mint({ aud: 'urn:pulumi:org:acme', sub: 'build', env });
  const order = (token: string) =>
    ask(server.port, {
      path: '/',
      host: `orders.localhost:${server.port}`,
      headers: { authorization: `Bearer ${token}` },
    });
  try {
    const token = await accessToken(server, { subjectToken: await mint('live') });
    expect((await exchangeReply(server, { subjectToken: await mint('test') })).status).toBe(400);
    expect((await order(token)).status).toBe(200);
    expect(upstream.seen).toHaveLength(1);
    expect(await server.stop()).toBe(0);
    await server.start();
    expect((await order(token)).status).toBe(200);
    expect(await server.stop()).toBe(0);
  } finally {
    await server.dispose();
    await Promise.all([issuer.close(), upstream.close()]);
  }
});

it('refuses paths that are no UTF-8, as the sources do', async () => {
  const upstream = await startUpstream();
  const route = {
    name: 'status',
    from: 'http://status.localhost:${PORT}',
    to: upstream.url,
    allow_public_unauthenticated_access: true,
  };
  const file = { listen: '127.0.0.1:${PORT}', url: 'http://localhost:${PORT}', storage: 'sqlite::memory:' };
  const server = await startServerProcess(JSON.stringify({ ...file, routes: [route] }), {}, [launcher]);
  const status = async (path: string) =>
    (await ask(server.port, { path, host: `status.localhost:${server.port}` })).status;
  try {
    expect(await status('/caf%C3%A9')).toBe(200);
    for (const path of ['/a%ff', '/%c0%ae%c0%ae/a', '/a%zz', '/a%e', '/%c3'])
      expect(await status(path), path).toBe(400);
    expect(upstream.seen).toHaveLength(1);
  } finally {
    await server.dispose();
    await upstream.close();
  }
});

/** A `try` block in which nothing can throw. */
const EMPTY_TRY = /\btry \{\s*(?:return(?: true| false| null| void 0)?;\s*)?\}/g;

/**
 * The bundler takes some calls for pure and drops them where nobody uses their answer, also where the point was that
 * they throw. Packages do that too: this one is replaced by `isWellFormed` where there is one, as here.
 */
it('has lost nothing that it tries', async () => {
  const files = (await readdir(dist)).filter((name) => name.endsWith('.cjs'));
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, dist), 'utf8')));
  const lineBefore = (text: string, index: number) =>
    text.slice(0, index).trimEnd().split('\n').at(-1)?.trim();
  const lost = texts.flatMap((text) =>
    [...text.matchAll(EMPTY_TRY)].map(({ index }) => lineBefore(text, index)),
  );
  expect(lost).toEqual(['checkUtf8(text) {']);
});

/** The files that a program has loaded, by the names of the bundle. */
async function loadedBy(script: string): Promise<readonly string[]> {
  const print = 'console.log(Object.keys(require.cache).join("\\n"))';
  const { stdout } = await run(process.execPath, ['--eval', `${script}; ${print}`], {
    cwd: fileURLToPath(dist),
  });
  return stdout
    .trim()
    .split('\n')
    .map((file) => file.replace(/^.*\//, ''))
    .toSorted();
}

it('loads nothing that a command does not need', async () => {
  const lazy = [
    'condition',
    'demo',
    'otel-tracing',
    'prometheus-metrics',
    'sqlite-migrate',
    'sqlite-worker',
    'undici',
  ].map((name) => `${name}.cjs`);
  expect(await readdir(dist)).toEqual(expect.arrayContaining([...lazy, 'server.cjs']));
  const main = await loadedBy('require("./main.cjs")');
  expect(main.filter((name) => [...lazy, 'server.cjs'].includes(name))).toEqual([]);
  const server = await loadedBy('require("./server.cjs")');
  expect(server.filter((name) => lazy.includes(name))).toEqual([]);
});

it('names every package whose code it contains, with its licence', async () => {
  const notices = await readFile(new URL('THIRD-PARTY.txt', dist), 'utf8');
  const maps = (await readdir(dist)).filter((name) => name.endsWith('.cjs.map'));
  const texts = await Promise.all(maps.map((name) => readFile(new URL(name, dist), 'utf8')));
  const sources = texts.flatMap(
    (text) => (JSON.parse(text) as { readonly sources: readonly string[] }).sources,
  );
  const packages = new Set(sources.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]));
  packages.delete(undefined);
  expect([...packages]).toContain('zod');
  for (const name of packages) expect(notices).toMatch(new RegExp(`^${name} [\\d.]+, \\S`, 'm'));
});
