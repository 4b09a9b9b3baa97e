import { constants, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { err, ok, type Claims } from '@countersign/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { discover } from '../../packages/server/src/adapters/openid-discovery.ts';
import type { SafeFetch } from '../../packages/server/src/adapters/safe-fetch.ts';
import { parseCompactJws } from '../../packages/server/src/trust/compact-jws.ts';
import { MAX_KEYS, parseKeySet, readKeySet } from '../../packages/server/src/trust/jwks.ts';
import { SUBJECT_ALGORITHMS, type IssuerKeys } from '../../packages/server/src/trust/port.ts';
import { createValidator } from '../../packages/server/src/trust/validate.ts';
import { fitsAlgorithm } from '../../packages/server/src/trust/verify-signature.ts';
import { mutate, mutations } from './mutation.ts';

/**
 * Threats 1, 2, 5 and 16: tokens, key sets and discovery documents, bent byte by byte. Whatever comes, nothing throws,
 * and nothing is accepted that is not the very token that was signed: a token with two spellings could be replayed.
 */

const ISSUER = 'https://issuer.test';
const NOW = 1_800_000_000;
const CHECKS = { issuer: ISSUER, audiences: ['urn:pulumi:org:acme'], leeway: 30, now: NOW };
const CLAIMS = { iss: ISSUER, aud: 'urn:pulumi:org:acme', sub: 'repo:acme/x', exp: NOW + 300, iat: NOW };
const LIMIT = 16_384;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' });
const ed = generateKeyPairSync('ed25519');

const padding = constants.RSA_PKCS1_PSS_PADDING;
const ieee = { dsaEncoding: 'ieee-p1363' } as const;
const SIGNERS = {
  RS256: (input: Buffer) => sign('sha256', input, rsa.privateKey),
  PS256: (input: Buffer) => sign('sha256', input, { key: rsa.privateKey, padding, saltLength: 32 }),
  ES256: (input: Buffer) => sign('sha256', input, { key: p256.privateKey, ...ieee }),
  ES512: (input: Buffer) => sign('sha512', input, { key: p521.privateKey, ...ieee }),
  EdDSA: (input: Buffer) => sign(null, input, ed.privateKey),
};
type Alg = keyof typeof SIGNERS;
const ALGORITHMS = Object.keys(SIGNERS) as readonly Alg[];

const jwk = (key: KeyObject, kid: string, more: object = {}) => ({
  ...key.export({ format: 'jwk' }),
  kid,
  use: 'sig',
  ...more,
});
const KEYS = [
  jwk(rsa.publicKey, 'k1', { alg: 'RS256' }),
  jwk(rsa.publicKey, 'k1', { alg: 'PS256' }),
  jwk(p256.publicKey, 'k1'),
  jwk(p521.publicKey, 'k1'),
  jwk(ed.publicKey, 'k1'),
];
const JWKS = Buffer.from(JSON.stringify({ keys: KEYS }));

const encode = (part: string | Uint8Array): string => Buffer.from(part).toString('base64url');
const headerOf = (alg: string): string => JSON.stringify({ alg, kid: 'k1', typ: 'JWT' });

function issue(alg: Alg, payload: string | Uint8Array, header = headerOf(alg)): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${encode(SIGNERS[alg](Buffer.from(input)))}`;
}

const keySet = parseKeySet(JWKS);
const keys: IssuerKeys = {
  find: (_source, kid, algorithm, rejected) => {
    const key = keySet.ok ? keySet.value.find(kid, algorithm) : undefined;
    return key && !rejected ? ok(key) : err('unknown');
  },
};
const validate = createValidator({ keys });

/** The claims when the token is accepted. Everything is in memory, so that there is nothing to wait for. */
function accepted(text: string): Claims | undefined {
  const token = parseCompactJws(text, LIMIT);
  if (!token.ok) return undefined;
  const validated = validate(token.value, { id: 'iss_1', url: ISSUER }, CHECKS);
  if (validated instanceof Promise) throw new Error('keys in memory are found without a promise');
  return validated.ok ? validated.value : undefined;
}

const RUNS = { numRuns: 300 };

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The character of the six bits of which only the lowest is another; of a dot, itself. */
function neighbour(character: string): string {
  const at = BASE64URL.indexOf(character);
  return BASE64URL[at ^ 1] ?? character;
}

describe('a foreign token', () => {
  it.each(ALGORITHMS)('signed with %s is accepted as it is', (alg) => {
    expect(accepted(issue(alg, JSON.stringify(CLAIMS)))).toEqual(CLAIMS);
  });

  it.each(ALGORITHMS)('signed with %s is accepted with no single character changed', (alg) => {
    const token = issue(alg, JSON.stringify(CLAIMS));
    const others = token.split('').flatMap((character, at) =>
      // The neighbour differs in the lowest bit: at the end of a part that is one that stands for nothing.
      ['A', 'Q', 'g', 'w', '.', '', neighbour(character)]
        .filter((put) => put !== character)
        .map((put) => token.slice(0, at) + put + token.slice(at + 1)),
    );
    expect(others.filter((text) => accepted(text) !== undefined)).toEqual([]);
  });

  it('is accepted in no other spelling, however its text is bent', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALGORITHMS), mutations, (alg, changes) => {
        const token = issue(alg, JSON.stringify(CLAIMS));
        const bent = mutate(Buffer.from(token), changes).toString('latin1');
        expect(accepted(bent) === undefined || bent === token).toBe(true);
      }),
      RUNS,
    );
  });

  it('is refused with another header or payload under its signature, however little they differ', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALGORITHMS), fc.constantFrom(0, 1), mutations, (alg, part, changes) => {
        const token = issue(alg, JSON.stringify(CLAIMS));
        const parts = token.split('.');
        parts[part] = encode(mutate(Buffer.from(parts[part] ?? '', 'base64url'), changes));
        const bent = parts.join('.');
        expect(accepted(bent) === undefined || bent === token).toBe(true);
      }),
      RUNS,
    );
  });

  it('is accepted from an issuer gone mad only when what it says is still sound', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALGORITHMS), mutations, (alg, changes) => {
        const payload = mutate(Buffer.from(JSON.stringify(CLAIMS)), changes);
        const claims = accepted(issue(alg, payload));
        if (claims === undefined) return;
        // A second reader of the same bytes has to find the same claims.
        expect(JSON.parse(payload.toString('utf8'))).toEqual(claims);
        expect([ISSUER, `${ISSUER}/`]).toContain(claims['iss']);
        expect([claims['aud']].flat()).toContain('urn:pulumi:org:acme');
        expect(claims['exp']).toBeGreaterThan(NOW - CHECKS.leeway);
        expect(claims['sub']).toMatch(/[^]/);
      }),
      RUNS,
    );
  });

  it('is accepted under no header but one that names its key and its algorithm', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALGORITHMS), mutations, (alg, changes) => {
        const header = mutate(Buffer.from(headerOf(alg)), changes).toString('utf8');
        if (accepted(issue(alg, JSON.stringify(CLAIMS), header)) === undefined) return;
        const read = JSON.parse(header) as Record<string, unknown>;
        expect(read['alg']).toBe(alg);
        expect([undefined, 'k1']).toContain(read['kid']);
        expect(Object.keys(read)).not.toContain('crit');
      }),
      RUNS,
    );
  });

  it('signed with ECDSA has a twin of the same signed bytes: marks of replay must not hash the signature', () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const token = issue('ES256', JSON.stringify(CLAIMS));
    const at = token.lastIndexOf('.') + 1;
    const raw = Buffer.from(token.slice(at), 'base64url');
    const s = (order - BigInt(`0x${raw.toString('hex', 32)}`)).toString(16).padStart(64, '0');
    const twin = token.slice(0, at) + encode(Buffer.from(raw.toString('hex', 0, 32) + s, 'hex'));
    const input = (text: string) => {
      const parsed = parseCompactJws(text, LIMIT);
      return parsed.ok ? parsed.value.signingInput.toString() : undefined;
    };
    expect([twin === token, accepted(twin)]).toEqual([false, CLAIMS]);
    expect(input(twin)).toBe(input(token));
  });
});

/** Every key that a set gives out is a public one that fits exactly what it is given out for. */
function isSound(set: ReturnType<typeof parseKeySet>): boolean {
  if (!set.ok) return true;
  const { keys: readings } = set.value;
  const found = [undefined, 'k1', '', '__proto__'].flatMap((kid) =>
    SUBJECT_ALGORITHMS.map((algorithm) => ({ key: set.value.find(kid, algorithm), algorithm })),
  );
  const usable = [...readings.filter((reading) => 'key' in reading), ...found];
  return (
    readings.length <= MAX_KEYS &&
    usable.every(({ key, algorithm }) => key === undefined || fitsAlgorithm(key, algorithm))
  );
}

describe('a key set', () => {
  it('bent in its bytes is refused or read, and what it gives out is sound', () => {
    fc.assert(
      fc.property(mutations, (changes) => {
        const bent = mutate(JWKS, changes);
        expect(isSound(parseKeySet(bent))).toBe(true);
        readKeySet(bent.toString('utf8'));
      }),
      RUNS,
    );
  });

  it('with anything for members is refused or read, and what it gives out is sound', () => {
    const member = fc.constantFrom(
      'kty',
      'crv',
      'n',
      'e',
      'x',
      'y',
      'd',
      'k',
      'alg',
      'use',
      'key_ops',
      'kid',
    );
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(
        'RSA',
        'EC',
        'OKP',
        'oct',
        'P-256',
        'P-384',
        'Ed25519',
        'X25519',
        'RS256',
        'EdDSA',
        'none',
      ),
    );
    const key = fc
      .tuple(fc.constantFrom(...KEYS), fc.dictionary(member, value, { maxKeys: 3 }))
      .map(([good, changes]) => ({ ...good, ...changes }));
    fc.assert(
      fc.property(fc.array(fc.oneof(key, fc.jsonValue()), { maxLength: 4 }), (listed) => {
        expect(isSound(parseKeySet(Buffer.from(JSON.stringify({ keys: listed }))))).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('a discovery document', () => {
  const GOOD = Buffer.from(JSON.stringify({ issuer: ISSUER, jwks_uri: `${ISSUER}/keys`, x: [{ y: 1 }] }));

  it('bent in its bytes is believed only where it still speaks for its issuer, and leads to https alone', async () => {
    await fc.assert(
      fc.asyncProperty(mutations, async (changes) => {
        const document = mutate(GOOD, changes);
        const asked: string[] = [];
        const fetch: SafeFetch = async (url) => (asked.push(url), ok(asked.length === 1 ? document : JWKS));
        const { keys: found } = await discover(fetch, { id: 'iss_1', url: ISSUER });
        expect(asked.length).toBeLessThanOrEqual(2);
        expect(found.ok).toBe(asked.length === 2);
        if (!found.ok) return;
        const { issuer } = JSON.parse(document.toString('utf8')) as { issuer: string };
        expect([ISSUER, `${ISSUER}/`]).toContain(issuer);
        expect(asked[1]).toMatch(/^https:/);
      }),
      RUNS,
    );
  });

  it('with anything in it never makes more than one further fetch, and none but of a string', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (issuer, uri) => {
        const asked: string[] = [];
        const document = Buffer.from(JSON.stringify({ issuer, jwks_uri: uri }));
        const fetch: SafeFetch = async (url) => (
          asked.push(url),
          asked.length === 1 ? ok(document) : err('status')
        );
        expect((await discover(fetch, { id: 'iss_1', url: ISSUER })).keys.ok).toBe(false);
        expect(asked.slice(1).filter((url) => url !== uri)).toEqual([]);
      }),
      RUNS,
    );
  });
});
