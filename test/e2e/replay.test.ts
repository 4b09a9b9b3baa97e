import { createConnection } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangeReply } from '../support/exchange.ts';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { ask } from '../support/request.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { BUILD, smallHouse } from '../support/small-house.ts';

/** `replay: once` (threat 7): at most one live token from a subject token, whatever happens around it. */
let issuer: TestIssuer;
let server: ServerProcess;

beforeAll(async () => {
  issuer = await startIssuer('ES256');
  server = await startServerProcess(
    smallHouse(issuer.url, { policies: [BUILD], issuer: { replay: 'once' } }),
  );
});
afterAll(async () => {
  await server.dispose();
  await issuer.close();
});

let count = 0;
const mint = (claims = {}): Promise<string> => {
  count += 1;
  return issuer.mint({ aud: 'urn:pulumi:org:acme', sub: 'build', jti: `run-${count}`, ...claims });
};
const alive = async (token: string): Promise<boolean> =>
  (await ask(server.port, { path: '/api/user', headers: { authorization: `token ${token}` } })).status ===
  200;

describe('a subject token of an issuer that says once', () => {
  it('is exchanged once', async () => {
    const subjectToken = await mint();
    const first = await exchangeReply(server, { subjectToken });
    expect(first.status).toBe(200);
    const second = await exchangeReply(server, { subjectToken });
    expect(second.status).toBe(400);
    expect(second.json()).toMatchObject({ error: 'invalid_request', code: 'token.replayed' });
    expect(await alive(String(first.json()['access_token']))).toBe(true);
  });

  it('is exchanged once without a jti too, however its signature is spelt', async () => {
    const subjectToken = await mint({ jti: undefined });
    expect((await exchangeReply(server, { subjectToken })).status).toBe(200);
    expect(
      (await exchangeReply(server, { subjectToken: otherSignature(subjectToken) })).json(),
    ).toMatchObject({
      code: 'token.replayed',
    });
  });

  it('is exchanged by exactly one of many who try at once', async () => {
    const subjectToken = await mint();
    const replies = await Promise.all(
      Array.from({ length: 40 }, () => exchangeReply(server, { subjectToken })),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(replies.map((reply) => reply.json()['code']))).toEqual(
      new Set([undefined, 'token.replayed']),
    );
  });

  it('is not used up by a refusal', async () => {
    const subjectToken = await mint();
    const refused = await exchangeReply(server, { subjectToken, type: 'team', scope: 'team:nobody' });
    expect(refused.json()['code']).toBe('policy.refused');
    expect((await exchangeReply(server, { subjectToken })).status).toBe(200);
  });

  it('stays used after kill -9, when its answer was delivered', async () => {
    const subjectToken = await mint();
    const first = await exchangeReply(server, { subjectToken });
    await server.stop('SIGKILL');
    await server.start();
    expect((await exchangeReply(server, { subjectToken })).json()['code']).toBe('token.replayed');
    expect(await alive(String(first.json()['access_token']))).toBe(true);
  });

  it('is free again when nobody was there to take the answer', async () => {
    const subjectToken = await mint();
    await askAndHangUp(subjectToken);
    // The token of the lost answer dies with the mark; how soon is the server's affair, that it happens is not.
    let reply = await exchangeReply(server, { subjectToken });
    for (let tries = 0; reply.status !== 200 && tries < 200; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      reply = await exchangeReply(server, { subjectToken });
    }
    expect(reply.status).toBe(200);
    expect((await exchangeReply(server, { subjectToken })).json()['code']).toBe('token.replayed');
  });
});

/** The same ECDSA signature in its other form: (r, n − s) verifies whenever (r, s) does. */
function otherSignature(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = order - BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  const other = Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]);
  return `${header}.${payload}.${other.toString('base64url')}`;
}

/** Sends an exchange and resets the connection before anything can be answered. */
async function askAndHangUp(subjectToken: string): Promise<void> {
  const body = JSON.stringify({
    audience: 'urn:pulumi:org:acme',
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    requested_token_type: 'urn:pulumi:token-type:access_token:organization',
    subject_token: subjectToken,
  });
  const socket = createConnection(server.port, '127.0.0.1');
  const request = `POST /api/oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => socket.write(request, () => resolve()));
  });
  socket.resetAndDestroy();
}
