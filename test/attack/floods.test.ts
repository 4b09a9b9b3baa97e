import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, startHouse, type House } from '../e2e/house.ts';
import { accessToken, exchangeReply } from '../support/exchange.ts';
import { ask } from '../support/request.ts';

/**
 * Threats 6 and 16: a stranger decides neither how often an issuer is asked, nor how much is remembered or written. Rates
 * are held against the time that really passed, so that a slow machine changes nothing.
 */

let house: House;
let started: number;
const claims = { aud: 'urn:pulumi:org:acme', sub: 'repo:acme/shop:ref:refs/heads/main' };
const COOL_DOWN = 30;
/** Decisions a second that are remembered and logged of callers who proved nothing. */
const RECORDED = 20;

beforeAll(async () => {
  house = await startHouse();
  started = performance.now();
});
afterAll(() => house.dispose());

const passed = (): number => Math.floor((performance.now() - started) / 1000);

async function inParallel<T>(count: number, job: (index: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) results.push(await job(next++));
  };
  await Promise.all(Array.from({ length: 24 }, worker));
  return results;
}

/** Tokens of the issuer that differ in `kid` alone: the signature is spoiled on purpose, it is never looked at. */
async function unknownKid(index: number): Promise<string> {
  const [, payload, signature] = (await sample).split('.');
  const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: `unknown-${index}`, typ: 'JWT' })).toString(
    'base64url',
  );
  return `${header}.${payload}.${signature}`;
}
let sample: Promise<string>;

describe('a flood of tokens under unknown keys', () => {
  let replies: readonly {
    readonly isGood: boolean;
    readonly status: number;
    readonly body: Readonly<Record<string, unknown>>;
  }[] = [];
  const refused = () => replies.filter(({ isGood }) => !isGood);

  // Each test below is about the flood, and has to stand when it is run alone.
  beforeAll(async () => {
    sample = house.ci.mint(claims);
    const good = await house.ci.mint(claims);
    replies = await inParallel(1500, async (index) => {
      const isGood = index % 100 === 50;
      const reply = await exchangeReply(house.server, {
        subjectToken: isGood ? good : await unknownKid(index),
      });
      return { isGood, status: reply.status, body: reply.json() };
    });
  });

  it('is refused, every one, while good tokens pass', () => {
    expect(replies.filter(({ isGood }) => isGood).map(({ status }) => status)).toEqual(Array(15).fill(200));
    expect(new Set(refused().map(({ body }) => body['code']))).toEqual(new Set(['token.not_trusted']));
  });

  it('asks the issuer once in a cool-down', () => {
    const atMost = 1 + Math.floor(passed() / COOL_DOWN);
    for (const path of ['/ci/.well-known/openid-configuration', '/ci/jwks']) {
      expect(house.ci.requests.get(path)).toBeGreaterThan(0);
      expect(house.ci.requests.get(path)).toBeLessThanOrEqual(atMost);
    }
  });

  it('is remembered and logged at a bounded rate, and the rest is counted', async () => {
    const atMost = RECORDED * (passed() + 2);
    const ids = refused().map(({ body }) => String(body['decision_id']));
    const found = await inParallel(ids.length, async (index) => {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
      return (await ask(house.server.port, { path: `/api/decisions/${ids[index]}`, headers })).status;
    });
    expect(found.filter((status) => status === 200).length).toBeGreaterThan(0);
    expect(found.filter((status) => status === 200).length).toBeLessThanOrEqual(atMost);
    const lines = house.server.log.filter(({ code }) => code === 'token.not_trusted');
    expect(lines.length).toBeLessThanOrEqual(atMost);
    const unrecorded = lines
      .map((line) => Number(line['unrecorded'] ?? 0))
      .reduce((sum, count) => sum + count, 0);
    expect(unrecorded).toBeGreaterThan(0);
  });
});

describe('a flood of garbage', () => {
  it('asks nobody anything: neither issuers that are not ours, nor ours for what is no token', async () => {
    const before = [...house.ci.requests.values()].reduce((sum, count) => sum + count, 0);
    const elsewhere = await house.ci.mint(claims, { issuer: house.foreign.url });
    const garbage = ['', '.', 'a.b.c', elsewhere, 'x'.repeat(20_000), '\u0000', 'eyJhbGciOiJub25lIn0.e30.'];
    const statuses = await inParallel(700, async (index) => {
      const subjectToken = garbage[index % garbage.length] ?? '';
      return (await exchangeReply(house.server, { subjectToken })).status;
    });
    expect(new Set(statuses)).toEqual(new Set([400]));
    expect(house.foreign.requests.size).toBe(0);
    expect([...house.ci.requests.values()].reduce((sum, count) => sum + count, 0)).toBe(before);
  });

  it('at a route never reaches it', async () => {
    const { port } = house.server;
    const seen = house.upstream.seen.length;
    const values = [
      'Bearer x',
      `Bearer cst_${'a'.repeat(38)}`,
      `token cso_${'0'.repeat(38)}`,
      `Pomerium ${'x'.repeat(9000)}`,
    ];
    const statuses = await inParallel(800, async (index) => {
      const headers = { authorization: values[index % values.length] ?? '' };
      return (await ask(port, { path: `/${index}`, host: `orders.localhost:${port}`, headers })).status;
    });
    expect(new Set(statuses)).toEqual(new Set([401]));
    expect(house.upstream.seen).toHaveLength(seen);
  });
});

describe('a flood of refusals of somebody who is verified', () => {
  it('is stored at a bounded rate, and answered all the same', async () => {
    const subjectToken = await house.cluster.mint({ aud: 'https://countersign.acme.example', sub: 'x' });
    const begun = performance.now();
    const replies = await inParallel(400, async () => {
      const reply = await exchangeReply(house.server, { subjectToken, type: 'team', scope: 'team:platform' });
      return reply.json();
    });
    expect(new Set(replies.map((reply) => reply['code']))).toEqual(new Set(['policy.refused']));
    await house.server.stop('SIGTERM');
    await house.server.start();
    const kept = await inParallel(replies.length, async (index) => {
      const path = `/api/decisions/${String(replies[index]?.['decision_id'])}`;
      return (await ask(house.server.port, { path, headers: { authorization: `Bearer ${ADMIN_TOKEN}` } }))
        .status;
    });
    const stored = kept.filter((status) => status === 200).length;
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThanOrEqual(RECORDED * (Math.floor((performance.now() - begun) / 1000) + 2));
  });

  it('and leaves everything as it was for those who come rightly', async () => {
    const token = await accessToken(house.server, { subjectToken: await house.ci.mint(claims) });
    expect(token).toMatch(/^cso_/);
  });
});
