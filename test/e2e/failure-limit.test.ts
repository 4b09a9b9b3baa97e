import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { ask, type Reply } from '../support/request.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { BUILD, smallHouse } from '../support/small-house.ts';

/** `failures_per_second_per_address`: who fails too often waits, and nobody else does. */
let issuer: TestIssuer;
let server: ServerProcess;
const BURST = 10;

beforeAll(async () => {
  issuer = await startIssuer('ES256');
  server = await startServerProcess(
    smallHouse(issuer.url, {
      policies: [BUILD],
      settings: { limits: { failures_per_second_per_address: 1 } },
    }),
  );
});
afterAll(async () => {
  await server.dispose();
  await issuer.close();
});

const exchange = (from: string, subjectToken: string): Promise<Reply> =>
  ask(server.port, {
    method: 'POST',
    path: '/api/oauth/token',
    from,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      audience: 'urn:pulumi:org:acme',
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      requested_token_type: 'urn:pulumi:token-type:access_token:organization',
      subject_token: subjectToken,
    }),
  });
const good = (): Promise<string> => issuer.mint({ aud: 'urn:pulumi:org:acme', sub: 'build' });

/** As many failures at once as are allowed: the next request is one too many. */
const failToTheLimit = (from: string): Promise<readonly Reply[]> =>
  Promise.all(Array.from({ length: BURST }, () => exchange(from, 'garbage')));

describe('an address that fails too often', () => {
  it('is told to wait, in the words of the contract', async () => {
    await failToTheLimit('127.0.0.2');
    const reply = await exchange('127.0.0.2', await good());
    expect(reply.status).toBe(429);
    expect(reply.json()).toMatchObject({
      error: 'temporarily_unavailable',
      code: 'limit.rate',
      retryable: true,
    });
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('is answered after others who asked later', async () => {
    const later = await good();
    await failToTheLimit('127.0.0.3');
    const order: string[] = [];
    const limited = exchange('127.0.0.3', 'garbage').then(({ status }) => order.push(`limited ${status}`));
    const other = exchange('127.0.0.4', later).then(({ status }) => order.push(`other ${status}`));
    await Promise.all([limited, other]);
    expect(order).toEqual(['other 200', 'limited 429']);
  });

  it('is nobody else: good requests are not limited, however many they are', async () => {
    const subjectToken = await good();
    const replies = await Promise.all(
      Array.from({ length: 5 * BURST }, () => exchange('127.0.0.5', subjectToken)),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
  });
});
