import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createRemoteJWKSet, customFetch, jwtVerify, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPythonModule, PYTHON } from '../setup/debian.ts';
import { accessToken } from '../support/exchange.ts';
import { ask, post, type Reply } from '../support/request.ts';
import { startHouse, type House } from './house.ts';

/**
 * What a service does with the assertion: it verifies it with libraries that know nothing of us, in two languages, with
 * the keys that the host of its route publishes, and reads who is asking.
 */

let house: House;
/** What `POST /api/v1/token` and the token endpoint give, by who is asking. */
const tokens: Record<string, string> = {};

beforeAll(async () => {
  house = await startHouse();
  const person = { aud: 'countersign', email: 'ada@acme.example', email_verified: true };
  const session = async (claims: object): Promise<string> =>
    String(
      (
        await post(house.server.port, '/api/v1/token', {
          id_token: await house.corp.mint({ ...person, ...claims }),
        })
      ).json()['Token'],
    );
  tokens['ada'] = await session({ sub: '1001', groups: ['ops', 'dev'], name: 'Ada' });
  tokens['ada without groups'] = await session({ sub: '1001' });
  tokens['a job'] = await accessToken(house.server, {
    subjectToken: await house.ci.mint({
      aud: 'urn:pulumi:org:acme',
      sub: 'repo:acme/shop:ref:refs/heads/main',
    }),
    type: 'team',
    scope: 'team:platform',
  });
});
afterAll(() => house.dispose());

const orders = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
  ask(house.server.port, { path, host: `orders.localhost:${house.server.port}`, headers });

async function assertionFor(who: string): Promise<string> {
  expect((await orders('/', { authorization: `Bearer ${tokens[who]}` })).status).toBe(200);
  return String(house.upstream.seen.at(-1)?.headers['x-pomerium-jwt-assertion']);
}

const JWKS = '/.well-known/pomerium/jwks.json';
const EXPECTED = { issuer: 'orders.localhost', audience: 'orders.localhost', algorithms: ['ES256'] };

async function verifiedByJose(assertion: string): Promise<JWTPayload> {
  const keys = createRemoteJWKSet(new URL(`http://orders.localhost${JWKS}`), {
    // `*.localhost` need not resolve.
    [customFetch]: async () => {
      const { text, status } = await orders(JWKS);
      return new Response(text, { status });
    },
  });
  return (await jwtVerify(assertion, keys, { ...EXPECTED, requiredClaims: ['exp', 'iat', 'jti', 'sub'] }))
    .payload;
}

const WHO: readonly (readonly [who: string, claims: object])[] = [
  ['ada', { email: 'ada@acme.example', groups: ['ops', 'dev'], name: 'Ada', idp_sub: '1001' }],
  ['ada without groups', { email: 'ada@acme.example', groups: [] }],
  ['a job', { sub: 'team:acme/platform', team: 'acme/platform', org: 'acme', groups: [] }],
];

describe('an assertion', () => {
  it.each(WHO)('about %s is verified by jose, and says who it is', async (who, claims) => {
    const payload = await verifiedByJose(await assertionFor(who));
    expect(payload).toMatchObject({ ...claims, iss: 'orders.localhost', aud: 'orders.localhost' });
    expect(payload.sub).toBe(payload['user']);
    expect(Number(payload.exp) - Number(payload.iat)).toBe(300);
  });

  it('with a byte changed is refused by it', async () => {
    const [header = '', payload = '', signature = ''] = (await assertionFor('a job')).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'org:acme' })).toString('base64url');
    await expect(verifiedByJose(`${header}.${forged}.${signature}`)).rejects.toThrow(
      'signature verification failed',
    );
  });

  it('for one host is nothing on another', async () => {
    const assertion = await assertionFor('a job');
    const keys = createRemoteJWKSet(new URL(`http://open.localhost${JWKS}`), {
      [customFetch]: async () => new Response((await orders(JWKS)).text),
    });
    const elsewhere = { ...EXPECTED, issuer: 'open.localhost', audience: 'open.localhost' };
    await expect(jwtVerify(assertion, keys, elsewhere)).rejects.toThrow(/"(?:iss|aud)" claim/);
  });
});

describe.skipIf(!hasPythonModule('jwcrypto'))('the same assertion', () => {
  const script = fileURLToPath(new URL('../conformance/verify_token.py', import.meta.url));
  const python = async (token: string, audience: string): Promise<unknown> => {
    const jwks = (await orders(JWKS)).json();
    const input = JSON.stringify({ token, jwks, issuer: audience, audience });
    const { stdout, stderr, status } = spawnSync(PYTHON, [script], { input, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };

  it.each(WHO)('about %s is verified by python3-jwcrypto', async (who, claims) => {
    expect(await python(await assertionFor(who), 'orders.localhost')).toMatchObject({
      valid: true,
      header: { alg: 'ES256' },
      claims,
    });
  });

  it('is refused by it for another host', async () => {
    expect(await python(await assertionFor('a job'), 'open.localhost')).toMatchObject({ valid: false });
  });
});
