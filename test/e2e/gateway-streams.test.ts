import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ask, post } from '../support/request.ts';
import { startService, type Service } from './gateway-service.ts';
import { startHouse, type House } from './house.ts';

/** What is open when a token ends, ends with it: for the caller and for the service, whatever is being sent. */

let house: House;
let service: Service;

beforeAll(async () => {
  service = await startService();
  house = await startHouse(`
  - name: lively
    from: http://lively.localhost:\${PORT}
    to: ${service.url}
    organizations: [acme]
    allow_websockets: true
    allow_any_authenticated_user: true
`);
});
afterAll(async () => {
  await house.dispose();
  await service.close();
});

/** The session of a person that ends by itself after so many seconds. */
async function session(seconds: number): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const person = { aud: 'countersign', sub: '1001', email: 'ada@acme.example', email_verified: true, exp };
  const reply = await post(house.server.port, '/api/v1/token', { id_token: await house.corp.mint(person) });
  return String(reply.json()['Token']);
}

const headersWith = (token: string) => ({
  Host: `lively.localhost:${house.server.port}`,
  Authorization: `Bearer ${token}`,
});

function send(token: string, method: string, path: string): ClientRequest {
  const to = { host: '127.0.0.1', port: house.server.port, agent: false } as const;
  return request({ ...to, method, path, headers: headersWith(token) }).on('error', () => {});
}

/** Opens one of each kind; what comes back waits until the gateway has ended all of them, and counts them. */
async function openAll(token: string): Promise<() => Promise<number>> {
  const socket = new WebSocket(`ws://127.0.0.1:${house.server.port}/`, { headers: headersWith(token) });
  socket.on('error', () => {});
  await once(socket, 'open');
  const answers: IncomingMessage[] = [];
  for (const path of ['/events', '/download']) {
    const [answer] = (await once(send(token, 'GET', path).end(), 'response')) as [IncomingMessage];
    answers.push(answer.on('error', () => {}).resume());
  }
  const upload = send(token, 'POST', '/upload');
  const writing = setInterval(() => upload.write('some'), 20);
  upload.on('close', () => clearInterval(writing));
  await expect.poll(() => service.upload.state === 'under way' && service.upload.bytes > 0).toBe(true);
  expect([...service.open].sort()).toEqual(['download', 'events', 'websocket']);
  const ends = [socket, upload, ...answers].map(
    (each) => new Promise((resolve) => each.on('close', resolve)),
  );
  return async () => (await Promise.all(ends)).length;
}

async function expectNothingOpen(): Promise<void> {
  await expect.poll(() => service.open.size, { timeout: 20_000 }).toBe(0);
  await expect.poll(() => service.upload.state, { timeout: 20_000 }).toBe('cut');
}

describe('a WebSocket, an event stream, a download and an upload', () => {
  it('end when the token is revoked that let them in, and no others', async () => {
    const [token, other] = [await session(600), await session(600)];
    const ended = await openAll(token);
    const bystander = new WebSocket(`ws://127.0.0.1:${house.server.port}/`, { headers: headersWith(other) });
    await once(bystander, 'open');
    const reply = await ask(house.server.port, {
      method: 'POST',
      path: '/api/oauth/revoke',
      headers: { authorization: `token ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: `token=${token}`,
    });
    expect(reply.status).toBe(200);
    expect(await ended()).toBe(4);
    bystander.send('still here');
    expect(String((await once(bystander, 'message'))[0])).toBe('still here');
    bystander.terminate();
    await expectNothingOpen();
  });

  it('end when the token expires that let them in', async () => {
    const ended = await openAll(await session(10));
    expect(await ended()).toBe(4);
    await expectNothingOpen();
  });

  it('end when the policy of the route would not let their caller in again, and not because it is read again', async () => {
    const file = join(house.server.folder, 'countersign.yaml');
    const text = await readFile(file, 'utf8');
    const reloads = () => house.server.log.filter(({ msg }) => msg === 'configuration reloaded').length;
    const write = async (changed: string): Promise<void> => {
      const before = reloads();
      await writeFile(file, changed);
      await expect.poll(reloads, { timeout: 15_000 }).toBeGreaterThan(before);
    };
    let open = true;
    const ended = (await openAll(await session(600)))().finally(() => (open = false));
    await write(`${text}# A remark.\n`);
    // Two looks at what is open.
    await new Promise((resolve) => void setTimeout(resolve, 2_500));
    expect([open, service.open.size]).toEqual([true, 3]);
    const [before, lively = ''] = text.split('- name: lively');
    const closed = 'policy: { allow: { and: [{ email: somebody.else@acme.example }] } }';
    await write(`${before}- name: lively${lively.replace('allow_any_authenticated_user: true', closed)}`);
    expect(await ended).toBe(4);
    await expectNothingOpen();
    await write(text);
  });
});
