import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHouse, type House } from '../e2e/house.ts';
import { exchangeReply } from '../support/exchange.ts';
import { ask, type Reply } from '../support/request.ts';
import { mutate, mutations } from './mutation.ts';

/**
 * Bytes that nobody would send, against the running process: whatever comes, the answer is a refusal of ours, the
 * process lives, and nothing but the untouched token is exchanged.
 */
let house: House;
let good: string;

beforeAll(async () => {
  house = await startHouse();
  good = await house.ci.mint({ aud: 'urn:pulumi:org:acme', sub: 'repo:acme/shop:ref:refs/heads/main' });
});
afterAll(() => house.dispose());

const RUNS = { numRuns: 150 };

const parameters = (subjectToken: string): Readonly<Record<string, string>> => ({
  audience: 'urn:pulumi:org:acme',
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
  requested_token_type: 'urn:pulumi:token-type:access_token:organization',
  subject_token: subjectToken,
});

const send = (body: Buffer, type: string): Promise<Reply> =>
  ask(house.server.port, {
    method: 'POST',
    path: '/api/oauth/token',
    headers: { 'content-type': type, 'content-length': String(body.length) },
    body: body.toString('latin1'),
    encoding: 'latin1',
  });

/** A refusal as the contract has it: JSON with a code and never a fault of ours. */
function isRefusal(reply: Reply): boolean {
  if (reply.status < 400 || reply.status >= 500) return false;
  const { error, code } = reply.json();
  return typeof error === 'string' && typeof code === 'string';
}

describe('a mutated request', () => {
  it.each([
    ['application/json', (token: string) => JSON.stringify(parameters(token))],
    [
      'application/x-www-form-urlencoded',
      (token: string) => new URLSearchParams(parameters(token)).toString(),
    ],
  ])('as %s is exchanged or refused, and never a fault', async (type, encode) => {
    const body = Buffer.from(encode(good));
    await fc.assert(
      fc.asyncProperty(mutations, async (changes) => {
        const reply = await send(mutate(body, changes), type);
        // A change may hit white space or a parameter that is ignored: then it is the same request.
        expect(reply.status === 200 || isRefusal(reply)).toBe(true);
      }),
      RUNS,
    );
  });

  it('under any media type is refused or read, and never a fault', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ maxLength: 60 }),
        fc.uint8Array({ maxLength: 200 }),
        async (type, body) => {
          const printable = type.replaceAll(/[^\x20-\x7e]/g, '?');
          expect(isRefusal(await send(Buffer.from(body), printable))).toBe(true);
        },
      ),
      RUNS,
    );
  });
});

describe('a mutated subject token', () => {
  const exchanged = async (subjectToken: string): Promise<Reply> =>
    exchangeReply(house.server, { subjectToken });

  it('is refused, whichever byte was changed', async () => {
    await fc.assert(
      fc.asyncProperty(mutations, async (changes) => {
        const token = mutate(Buffer.from(good), changes).toString('latin1');
        fc.pre(token !== good);
        expect(isRefusal(await exchanged(token))).toBe(true);
      }),
      RUNS,
    );
  });

  it.each([
    ['header', 0],
    ['payload', 1],
  ] as const)('is refused when its %s says something else', async (_name, part) => {
    const parts = good.split('.');
    const decoded = Buffer.from(parts[part] ?? '', 'base64url');
    await fc.assert(
      fc.asyncProperty(mutations, async (changes) => {
        const changed = mutate(decoded, changes).toString('base64url');
        fc.pre(changed !== parts[part]);
        expect(isRefusal(await exchanged(parts.with(part, changed).join('.')))).toBe(true);
      }),
      RUNS,
    );
  });
});

it('and after all of it the process is the same, and exchanges', async () => {
  expect((await exchangeReply(house.server, { subjectToken: good })).status).toBe(200);
  expect(house.server.log.filter(({ level }) => level === 'error')).toEqual([]);
});
