import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRunningDemo } from './announcement.ts';
import { startDemo, type RunningDemo } from './demo.ts';
import { shellCommands } from './tour/try-it.ts';
import { tour } from './tour/tour.ts';

let directory: string;
let demo: RunningDemo;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'demo-test-'));
  const started = await startDemo({ directory });
  if (!started.ok) throw new Error(JSON.stringify(started.error));
  demo = started.value;
});
afterAll(async () => {
  await demo.close();
  await rm(directory, { recursive: true });
});

describe('the demo', () => {
  it('is one directory, for its owner alone, and is found by it', async () => {
    const [name = ''] = await readdir(directory);
    expect(await readdir(directory)).toHaveLength(1);
    expect((await stat(join(directory, name))).mode & 0o777).toBe(0o700);
    expect((await stat(demo.configFile)).mode & 0o777).toBe(0o600);
    const { close: _close, ...addresses } = demo;
    expect(await findRunningDemo(directory)).toEqual(addresses);
  });

  it('tells the whole story, and no line of it holds a token', async () => {
    const lines: string[] = [];
    expect(await tour(demo, (line) => lines.push(line))).toEqual({ ok: true, value: undefined });
    const story = lines.join('\n');
    for (const number of [1, 2, 3, 4, 5, 6]) expect(story).toMatch(new RegExp(`^${number}  `, 'm'));
    expect(story).toContain('repo:acme/shop:ref:refs/heads/main');
    expect(story).toContain('→ 401');
    expect(story).toMatch(/sub +team:acme\/platform/);
    expect(story).toMatch(/code +policy\.refused/);
    expect(story).toContain('event_name');
    expect(story).toMatch(/email +ada@acme\.example/);
    expect(story).not.toMatch(/eyJ[\w-]+\.|cs[a-z]_[0-9A-Za-z]{20}|demo-[\w-]{20}/);
  });

  it('prints commands that work when they are copied into a shell', async () => {
    const script = shellCommands(demo).join('\n');
    const env = { PATH: process.env['PATH'] ?? '', NO_PROXY: '*' };
    // Not in one blocking call: the demo answers from this very process.
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', script], { env, timeout: 15_000 });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ method: 'GET', path: '/api/orders' });
  });

  it.each([
    ['gitlab', {}, 200],
    ['gitlab', { variant: 'feature' }, 400],
    ['github', { claims: { repository_id: '1' } }, 400],
    ['github', { claims: { exp: 1 } }, 400],
    ['github', { audience: 'urn:countersign:org:other' }, 400],
  ])('exchanges for team platform a token of %s with %j: %i', async (issuer, asked, status) => {
    const scope = { type: 'team', scope: 'team:platform' };
    expect(await exchangeStatus(issuer, asked, scope)).toBe(status);
  });

  it('exchanges a token of Kubernetes for the runner, and one of Google for the organization', async () => {
    expect(await exchangeStatus('kubernetes', {}, { type: 'runner', scope: 'runner:linux' })).toBe(200);
    expect(await exchangeStatus('google', {}, { type: 'organization', scope: '' })).toBe(200);
    const other = { variant: 'default' };
    expect(await exchangeStatus('kubernetes', other, { type: 'runner', scope: 'runner:linux' })).toBe(400);
  });

  it('says which port is taken, and leaves nothing behind', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    expect(await startDemo({ directory, port })).toMatchObject({ ok: false, error: { kind: 'listen' } });
    expect(await readdir(directory)).toHaveLength(1);
    await new Promise((resolve) => other.close(resolve));
  });

  it('deletes everything when it is closed', async () => {
    const started = await startDemo({ directory });
    if (!started.ok) throw new Error(JSON.stringify(started.error));
    expect(await readdir(directory)).toHaveLength(2);
    await started.value.close();
    expect(await readdir(directory)).toHaveLength(1);
    await expect(fetch(started.value.service)).rejects.toThrow('fetch failed');
    await expect(fetch(started.value.identityProvider)).rejects.toThrow('fetch failed');
  });
});

async function exchangeStatus(
  issuer: string,
  asked: object,
  target: { readonly type: string; readonly scope: string },
): Promise<number> {
  const minted = await fetch(`${demo.identityProvider}/${issuer}/token`, {
    method: 'POST',
    body: JSON.stringify(asked),
  });
  const { token } = (await minted.json()) as { token: string };
  const answer = await fetch(`${demo.service}/api/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: `urn:countersign:org:${demo.organization}`,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      requested_token_type: `urn:pulumi:token-type:access_token:${target.type}`,
      scope: target.scope,
      subject_token: token,
    }),
  });
  return answer.status;
}
