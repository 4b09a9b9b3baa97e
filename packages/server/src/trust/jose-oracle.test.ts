import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import * as fc from 'fast-check';
import { compactVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { parseCompactJws } from './compact-jws.ts';
import { verifySignature } from './verify-signature.ts';

/** Our verification and that of `jose`, an independent one, side by side. */

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function issue(alg: 'RS256' | 'ES256', claims: object): string {
  const input = `${encode({ alg, typ: 'JWT', kid: 'k1' })}.${encode(claims)}`;
  const signature =
    alg === 'RS256'
      ? sign('sha256', Buffer.from(input), rsa.privateKey)
      : sign('sha256', Buffer.from(input), { key: p256.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

function ours(token: string, key: KeyObject): boolean {
  const parsed = parseCompactJws(token, 16_384);
  return parsed.ok && verifySignature(parsed.value, key);
}

async function theirs(token: string, key: KeyObject): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: ['RS256', 'ES256'] });
    return true;
  } catch {
    return false;
  }
}

/** `jose` also reads other spellings of the same bytes; we do not, by intention. */
const oneSpelling = (token: string) =>
  token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);

type Mutation = (token: string) => string;

const CHARACTERS = 'AZaz09-_.+/= \n'.split('');
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.constant<Mutation>((token) => token),
  fc.tuple(fc.nat(), fc.constantFrom(...CHARACTERS)).map(([at, character]): Mutation => (token) => {
    const place = at % token.length;
    return token.slice(0, place) + character + token.slice(place + 1);
  }),
  fc.nat().map(
    (at): Mutation =>
      (token) =>
        token.slice(0, at % token.length) + token.slice((at % token.length) + 1),
  ),
  fc.nat().map(
    (at): Mutation =>
      (token) =>
        token.slice(0, -1 - (at % 8)),
  ),
  fc.constantFrom('none', 'HS256', 'RS256', 'ES256', 'RS512', 'rs256').map((alg): Mutation => (token) => {
    return `${encode({ alg, kid: 'k1' })}${token.slice(token.indexOf('.'))}`;
  }),
  fc.constant<Mutation>((token) => `${token.slice(0, token.lastIndexOf('.'))}.`),
  fc.constant<Mutation>((token) => `${token}.`),
  fc.constant<Mutation>(flipS),
  fc.uint8Array({ maxLength: 300 }).map((bytes): Mutation => (token) => {
    return `${token.slice(0, token.lastIndexOf('.') + 1)}${Buffer.from(bytes).toString('base64url')}`;
  }),
);

/** The other signature that ECDSA accepts for the same message: (r, n − s). */
function flipS(token: string): string {
  const at = token.lastIndexOf('.') + 1;
  const raw = Buffer.from(token.slice(at), 'base64url');
  if (raw.length !== 64) return token;
  const s = ORDER - BigInt(`0x${raw.toString('hex', 32)}`);
  return (
    token.slice(0, at) +
    Buffer.from(raw.toString('hex', 0, 32) + s.toString(16).padStart(64, '0'), 'hex').toString('base64url')
  );
}

describe('our verification', () => {
  it('agrees with jose on every token, sound or mutated, under the right key and the wrong one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('RS256' as const, 'ES256' as const),
        fc.constantFrom(rsa.publicKey, p256.publicKey),
        fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean())),
        mutation,
        async (alg, key, claims, mutate) => {
          const token = mutate(issue(alg, claims));
          expect(ours(token, key)).toBe((await theirs(token, key)) && oneSpelling(token));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('and jose both accept an untouched token and refuse a cut one', async () => {
    for (const [alg, key] of [
      ['RS256', rsa.publicKey],
      ['ES256', p256.publicKey],
    ] as const) {
      const token = issue(alg, { iss: 'https://issuer.test' });
      expect([ours(token, key), await theirs(token, key)]).toEqual([true, true]);
      expect([ours(token.slice(0, -4), key), await theirs(token.slice(0, -4), key)]).toEqual([false, false]);
    }
  });
});
