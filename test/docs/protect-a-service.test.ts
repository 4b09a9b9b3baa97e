import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDemo, type RunningDemo } from '@countersign/demo';
import { ask } from '../support/request.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { startSurfing } from '../support/surfer.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';

/** The file of the guide, as it stands there but for the ports, with the provider of the demo, and what the guide promises. */
let demo: RunningDemo;
let upstream: TestUpstream;
let server: ServerProcess;

beforeAll(async () => {
  const guide = await readFile(new URL('../../docs/guides/protect-a-service.md', import.meta.url), 'utf8');
  const file = /^```yaml\n(.*?)^```/ms.exec(guide)?.[1] ?? '';
  const started = await startDemo();
  if (!started.ok) throw new Error(JSON.stringify(started.error));
  demo = started.value;
  upstream = await startUpstream();
  server = await startServerProcess(
    file.replaceAll(':8080', ':${PORT}').replace('http://127.0.0.1:9000', upstream.url),
    { IDP: demo.identityProvider },
  );
});
afterAll(async () => {
  await server.dispose();
  await Promise.all([demo.close(), upstream.close()]);
});

const today = (token?: string) =>
  ask(server.port, {
    path: '/today',
    host: `notes.localhost:${server.port}`,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });

async function tokenOf(variant: string): Promise<string> {
  const minted = await fetch(`${demo.identityProvider}/corp/token`, {
    method: 'POST',
    body: JSON.stringify({ variant }),
  });
  const { token } = (await minted.json()) as { token: string };
  const reply = await ask(server.port, {
    method: 'POST',
    path: '/api/v1/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ id_token: token }).toString(),
  });
  return String(reply.json()['Token']);
}

it('asks nobody of the service for a stranger', async () => {
  const reply = await today();
  expect([reply.status, reply.json()['code']]).toEqual([401, 'credential.missing']);
  expect(reply.headers['www-authenticate']).toBe('Bearer realm="notes.localhost"');
  expect(upstream.seen).toHaveLength(0);
});

it('lets Ada in, and tells the service that it is Ada', async () => {
  const reply = await today(await tokenOf('ada'));
  expect(reply.status).toBe(200);
  const { headers } = reply.json() as unknown as { headers: Record<string, string> };
  expect(headers).not.toHaveProperty('authorization');
  const payload = headers['x-pomerium-jwt-assertion']?.split('.')[1] ?? '';
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
    sub: expect.stringMatching(/^usr_/),
    email: 'ada@acme.example',
    org: 'acme',
    iss: 'notes.localhost',
    aud: 'notes.localhost',
  });
});

it('keeps somebody else of the same provider out', async () => {
  const reply = await today(await tokenOf('visitor'));
  expect([reply.status, reply.json()['code']]).toEqual([403, 'policy.refused']);
});

it.each([
  ['Ada', 200, '/today'],
  ['A Visitor', 403, '/today'],
])('leads %s through sign-in in a browser: %i', async (name, status, path) => {
  const browser = startSurfing();
  const people = await browser.open(`http://notes.localhost:${server.port}${path}`);
  expect(people.url.origin).toBe(demo.identityProvider);
  const link = new RegExp(`href="([^"]*)">${name}<`).exec(people.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const there = await browser.open(link);
  expect([there.status, there.url.host, there.url.pathname]).toEqual([
    status,
    `notes.localhost:${server.port}`,
    path,
  ]);
});
