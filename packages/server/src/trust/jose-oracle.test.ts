import { constants, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import * as fc from 'fast-check';
import { CompactSign, compactVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { parseCompactJws } from './compact-jws.ts';
import { parseKeySet } from './jwks.ts';
import { SUBJECT_ALGORITHMS, type SubjectAlgorithm } from './port.ts';
import { verifySignature } from './verify-signature.ts';

/** Our verification and that of `jose`, an independent one, side by side. */

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const rsa: Pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256: Pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384: Pair = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const p521: Pair = generateKeyPairSync('ec', { namedCurve: 'P-521' });
const ed: Pair = generateKeyPairSync('ed25519');
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const PAIRS: Readonly<Record<SubjectAlgorithm, Pair>> = {
  RS256: rsa,
  RS384: rsa,
  RS512: rsa,
  PS256: rsa,
  PS384: rsa,
  PS512: rsa,
  ES256: p256,
  ES384: p384,
  ES512: p521,
  EdDSA: ed,
  Ed25519: ed,
};

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What an algorithm signs with, whatever name stands in the header. */
function signedAs(alg: SubjectAlgorithm, input: string): Buffer {
  const { privateKey: key } = PAIRS[alg];
  const hash = /^(?:Ed|ed)/.test(alg) ? null : `sha${alg.slice(2)}`;
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const pss = { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  if (alg.startsWith('PS')) return sign(hash, Buffer.from(input), pss);
  if (alg.startsWith('ES')) return sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return sign(hash, Buffer.from(input), key);
}

function issue(alg: SubjectAlgorithm, claims: object, named: string = alg): string {
  const input = `${encode({ alg: named, typ: 'JWT', kid: 'k1' })}.${encode(claims)}`;
  return `${input}.${signedAs(alg, input).toString('base64url')}`;
}

function ours(token: string, key: KeyObject): boolean {
  const parsed = parseCompactJws(token, 16_384);
  return parsed.ok && verifySignature(parsed.value, key);
}

async function theirs(token: string, key: KeyObject): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: [...SUBJECT_ALGORITHMS] });
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
  fc.constantFrom('none', 'HS256', 'rs256', ...SUBJECT_ALGORITHMS).map((alg): Mutation => (token) => {
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
        fc.constantFrom(...SUBJECT_ALGORITHMS),
        fc.option(fc.constantFrom(rsa.publicKey, p256.publicKey, ed.publicKey)),
        fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean())),
        mutation,
        async (alg, other, claims, mutate) => {
          const key = other ?? PAIRS[alg].publicKey;
          const token = mutate(issue(alg, claims));
          expect(ours(token, key)).toBe((await theirs(token, key)) && oneSpelling(token));
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each(SUBJECT_ALGORITHMS)('accepts what jose signs with %s, and nothing that is cut', async (alg) => {
    const { publicKey, privateKey } = PAIRS[alg];
    const payload = Buffer.from('{"iss":"https://issuer.test"}');
    const token = await new CompactSign(payload).setProtectedHeader({ alg }).sign(privateKey);
    expect([ours(token, publicKey), await theirs(token, publicKey)]).toEqual([true, true]);
    expect([ours(token.slice(0, -4), publicKey), await theirs(token.slice(0, -4), publicKey)]).toEqual([
      false,
      false,
    ]);
  });
});

describe('no algorithm passes for another', () => {
  /** The same algorithm under two names (RFC 9864). */
  const same = (one: string, other: string) =>
    one === other || (one.startsWith('Ed') && other.startsWith('Ed'));
  const others = (alg: SubjectAlgorithm) => SUBJECT_ALGORITHMS.filter((other) => !same(alg, other));

  it.each(SUBJECT_ALGORITHMS)('a signature of %s is none under any other name', (alg) => {
    for (const named of others(alg)) {
      const token = issue(alg, { iss: 'https://issuer.test' }, named);
      expect(ours(token, PAIRS[alg].publicKey), named).toBe(false);
      expect(ours(token, PAIRS[named].publicKey), named).toBe(false);
    }
  });

  it.each(SUBJECT_ALGORITHMS)('a key published for %s is not found for any other', (alg) => {
    const jwk = { ...PAIRS[alg].publicKey.export({ format: 'jwk' }), kid: 'k1', alg };
    const keys = parseKeySet(Buffer.from(JSON.stringify({ keys: [jwk] })));
    const found = (name: SubjectAlgorithm) => keys.ok && keys.value.find('k1', name) !== undefined;
    expect(SUBJECT_ALGORITHMS.filter(found)).toEqual(SUBJECT_ALGORITHMS.filter((name) => same(alg, name)));
  });

  it('a salt of another length than the hash is no PSS signature (RFC 7518 section 3.5)', () => {
    const input = `${encode({ alg: 'PS256' })}.${encode({})}`;
    for (const saltLength of [0, 20, 31, 33, 64]) {
      const options = { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
      const signature = sign('sha256', Buffer.from(input), options);
      expect(ours(`${input}.${signature.toString('base64url')}`, rsa.publicKey)).toBe(false);
    }
  });
});
