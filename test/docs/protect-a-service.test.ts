import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { ask } from '../support/request.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';

/** The file of the guide, as it stands there but for the ports, and the three answers that the guide promises. */
let provider: TestIssuer;
let upstream: TestUpstream;
let server: ServerProcess;

beforeAll(async () => {
  const guide = await readFile(new URL('../../docs/guides/protect-a-service.md', import.meta.url), 'utf8');
  const file = /^```yaml\n(.*?)^```/ms.exec(guide)?.[1] ?? '';
  [provider, upstream] = await Promise.all([startIssuer('RS256', '/corp'), startUpstream()]);
  server = await startServerProcess(
    file.replaceAll(':8080', ':${PORT}').replace('http://127.0.0.1:9000', upstream.url),
    { IDP: new URL(provider.url).origin },
  );
});
afterAll(async () => {
  await server.dispose();
  await Promise.all([provider.close(), upstream.close()]);
});

const today = (token?: string) =>
  ask(server.port, {
    path: '/today',
    host: `notes.localhost:${server.port}`,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });

async function tokenOf(email: string): Promise<string> {
  const claims = { aud: 'countersign-demo', sub: email, email, email_verified: true };
  const reply = await ask(server.port, {
    method: 'POST',
    path: '/api/v1/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ id_token: await provider.mint(claims) }).toString(),
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
  const reply = await today(await tokenOf('ada@acme.example'));
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
  const reply = await today(await tokenOf('visitor@elsewhere.example'));
  expect([reply.status, reply.json()['code']]).toEqual([403, 'policy.refused']);
});
