import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import * as server from '@countersign/server';
import { beforeAll, describe, expect, it } from 'vitest';
import { fakeDeps, type World } from '../../fake-deps.ts';
import { main } from '../../main.ts';

const NOW = 1_790_000_300;
const CLAIMS = {
  iss: 'https://issuer.acme.example',
  sub: 'repo:acme/shop:ref:refs/heads/main',
  aud: 'urn:countersign:org:acme',
  iat: NOW - 10,
  exp: NOW + 290,
};

let privateKey: KeyObject;
let jwks: string;
beforeAll(() => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  ({ privateKey } = pair);
  jwks = JSON.stringify({
    keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256', use: 'sig' }],
  });
});

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(claims: object = CLAIMS, header: object = { alg: 'ES256', kid: 'k', typ: 'JWT' }): string {
  const input = `${encode(header)}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

const world = (files: Record<string, string>, more: World = {}) =>
  fakeDeps({ server, files: { jwks, ...files }, now: () => NOW * 1000, ...more });

async function inspect(text: string, ...flags: readonly string[]) {
  const deps = world({ token: text });
  const status = await main(['token', 'inspect', 'token', '-o', 'json', ...flags], deps);
  return { status, ...(JSON.parse(deps.out() || '{}') as Record<string, unknown>), said: deps.errors() };
}

describe('token inspect', () => {
  it('decodes a token and says loudly that nothing was verified', async () => {
    const deps = world({ token: token() });
    expect(await main(['token', 'inspect', 'token'], deps)).toBe(0);
    expect(deps.out()).toContain('SIGNATURE NOT VERIFIED');
    expect(deps.out()).toContain(CLAIMS.sub);
    expect(deps.out()).toContain('(2026-');
    expect(deps.out()).toContain('in 4m 50s');
  });

  it('prints the JSON of the contract, and nothing else in it', async () => {
    expect(await inspect(token())).toEqual({
      status: 0,
      header: { alg: 'ES256', kid: 'k', typ: 'JWT' },
      claims: CLAIMS,
      signature: 'unknown',
      problems: [],
      said: '',
    });
  });

  it('verifies with a key set', async () =>
    expect(await inspect(token(), '--jwks', 'jwks')).toMatchObject({
      status: 0,
      signature: 'valid',
      problems: [],
    }));

  it('ends with 3 when the signature is not good', async () => {
    const [head = '', , tail = ''] = token().split('.');
    const forged = `${head}.${encode({ ...CLAIMS, sub: 'repo:evil/x' })}.${tail}`;
    expect(await inspect(forged, '--jwks', 'jwks')).toMatchObject({ status: 3, signature: 'invalid' });
  });

  it.each([
    ['a key that the set does not hold', { alg: 'ES256', kid: 'other' }],
    ['no algorithm', { alg: 'none' }],
    ['a shared secret', { alg: 'HS256', kid: 'k' }],
  ])('ends with 3 for %s', async (_name, header) =>
    expect(await inspect(token(CLAIMS, header), '--jwks', 'jwks')).toMatchObject({
      status: 3,
      signature: 'invalid',
    }),
  );

  it('ends with 2 when the key set is none: that says nothing about the token', async () => {
    const found = await inspect(token(), '--jwks', 'token');
    expect(found).toMatchObject({ status: 2, signature: 'unknown' });
    expect(found).toMatchObject({ said: expect.stringContaining('no key set') });
  });

  it('verifies an access token of a service too, and says that it is none to exchange', async () => {
    const signed = token(CLAIMS, { alg: 'ES256', kid: 'k', typ: 'at+jwt' });
    const found = await inspect(signed, '--jwks', 'jwks');
    expect(found).toMatchObject({ status: 0, signature: 'valid' });
    expect(found).toMatchObject({ problems: [expect.stringContaining('typ at+jwt')] });
  });

  it.each<[string, object, object, string]>([
    ['is over', { exp: NOW - 43, iat: NOW - 343 }, {}, 'expired 43s ago; it lived 5m'],
    ['ends this second', { exp: NOW }, {}, 'expired 0s ago'],
    ['has no end', { exp: undefined }, {}, 'exp is absent'],
    ['ends in words', { exp: 'soon' }, {}, 'exp is not a number'],
    ['has not begun', { nbf: NOW + 12 }, {}, 'not valid for another 12s (nbf)'],
    ['comes from the future', { iat: NOW + 11 }, {}, 'issued 11s from now (iat)'],
    ['is for nobody', { aud: undefined }, {}, 'aud is absent'],
    ['is for an empty list', { aud: [] }, {}, 'aud is neither'],
    ['names no issuer', { iss: undefined }, {}, 'iss is absent'],
    ['names nobody', { sub: '' }, {}, 'sub is absent'],
    ['has no algorithm', {}, { alg: 'none' }, 'alg none is not accepted'],
    ['is signed with a shared secret', {}, { alg: 'HS256' }, 'alg HS256 is not accepted'],
    ['has extensions', {}, { alg: 'ES256', crit: ['b64'] }, 'crit names extensions'],
  ])('says in words that a token %s', async (_name, claims, header, problem) => {
    const found = await inspect(token({ ...CLAIMS, ...claims }, { alg: 'ES256', kid: 'k', ...header }));
    expect(found).toMatchObject({ status: 0, problems: [expect.stringContaining(problem)] });
  });

  it('says that a server would not read a second spelling of a good token', async () =>
    expect(await inspect(`${token()}=`)).toMatchObject({
      problems: [expect.stringContaining('strict base64url')],
    }));

  it.each([
    ['nonsense', 'three parts'],
    ['a.b', 'three parts'],
    ['a.b.c', 'first part'],
    [`${encode({ alg: 'none' })}.x.`, 'second part'],
    ['a.b.c.d.e', 'encrypted'],
    ['***', 'CI log'],
    [`ghs_${'a'.repeat(36)}`, 'API token of GitHub'],
    ['', 'is empty'],
    ['two words', 'single token'],
  ])('ends with 2 for %j, which is no token', async (text, said) => {
    const found = await inspect(text);
    expect(found).toMatchObject({ status: 2, said: expect.stringContaining(said) });
    expect(found).not.toHaveProperty('signature');
  });

  it('ends with 2 when there is none', async () => {
    const deps = world({});
    expect(await main(['token', 'inspect'], deps)).toBe(2);
    expect(deps.errors()).toContain('COUNTERSIGN_ID_TOKEN');
  });

  it('says what kind an opaque token of ours is, and never repeats it', async () => {
    const opaque = `cst_${'a'.repeat(38)}`;
    const found = await inspect(opaque);
    expect(found).toMatchObject({ status: 0, signature: 'unknown', header: null, claims: null });
    expect(JSON.stringify(found)).toContain('an access token of a team');
    expect(JSON.stringify(found)).not.toContain(opaque);
  });

  it('takes the token from the environment and from standard input', async () => {
    const env = world({}, { env: { COUNTERSIGN_ID_TOKEN: token() } });
    expect(await main(['token', 'inspect'], env)).toBe(0);
    const stdin = world({}, { stdin: `${token()}\n` });
    expect(await main(['token', 'inspect', '-'], stdin)).toBe(0);
  });

  it('lets no claim move the cursor, not even by its name', async () => {
    const deps = world({
      token: token({ ...CLAIMS, 'a\u001b[2J': 'b\u001b[1A\r\u202e' }, { alg: '\u001b[31mnone' }),
    });
    await main(['token', 'inspect', 'token'], deps);
    expect(deps.out()).toMatch(/^[^\u001b\r\u202e]*$/);
    expect(deps.out()).toContain('b?[1A??');
  });

  it('asks no network, and fetches only where it is told to', async () => {
    expect(await inspect(token(), '--allow-private')).toMatchObject({ status: 2 });
    expect(await inspect(token(), '--fetch', '--jwks', 'jwks')).toMatchObject({ status: 2 });
    const unreachable = token({ ...CLAIMS, iss: 'https://127.0.0.1:1' });
    expect(await inspect(unreachable, '--fetch')).toMatchObject({ status: 5, signature: 'unknown' });
  });
});
