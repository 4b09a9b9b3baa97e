import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { err, ok, type Claims } from '@countersign/core';
import { exportJWK, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { COOL_DOWN, createIssuerKeys } from '../adapters/issuer-keys.ts';
import { createSafeFetch } from '../adapters/safe-fetch.ts';
import { parseCompactJws, type UnverifiedJws } from './compact-jws.ts';
import type { IssuerKeys } from './port.ts';
import { createValidator } from './validate.ts';

const NOW = 1_800_000_000;
const SOURCE = { id: 'iss_1', url: 'https://issuer.test' };
const CHECKS = { issuer: SOURCE.url, audiences: ['urn:pulumi:org:acme'], leeway: 30, now: NOW };
const CLAIMS = { iss: SOURCE.url, aud: 'urn:pulumi:org:acme', sub: 'repo:acme/x', exp: NOW + 300, iat: NOW };

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function parsed(text: string): UnverifiedJws {
  const jws = parseCompactJws(text, 16_384);
  if (!jws.ok) throw new Error('the test made a token that does not parse');
  return jws.value;
}

function token(claims: Claims = CLAIMS, privateKey: KeyObject = key.privateKey): UnverifiedJws {
  const input = [{ alg: 'ES256', kid: 'a' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return parsed(`${input}.${signature.toString('base64url')}`);
}

/** Keys that are in memory: the first, then what has taken its place. */
function remembered(first: KeyObject | undefined, replacement?: KeyObject): IssuerKeys & { asked: number } {
  const keys = {
    asked: 0,
    find: (_source: unknown, _kid: unknown, _algorithm: unknown, rejected?: KeyObject) => {
      keys.asked += 1;
      const found = rejected ? replacement : first;
      return found ? ok(found) : err('unknown' as const);
    },
  };
  return keys;
}

describe('the validator of foreign tokens', () => {
  it('gives the claims of a token that is good, without a promise when the key is in memory', () => {
    const validate = createValidator({ keys: remembered(key.publicKey) });
    expect(validate(token(), SOURCE, CHECKS)).toEqual({ ok: true, value: CLAIMS });
  });

  it('tells an unknown key from a bad signature to nobody', () => {
    const unknown = createValidator({ keys: remembered(undefined) });
    const wrong = createValidator({ keys: remembered(other.publicKey) });
    const refusal = { ok: false, error: { code: 'token.not_trusted', verified: false } };
    expect(unknown(token(), SOURCE, CHECKS)).toEqual(refusal);
    expect(wrong(token(), SOURCE, CHECKS)).toEqual(refusal);
  });

  it('says nothing about the claims of a token before its signature has verified', () => {
    const validate = createValidator({ keys: remembered(key.publicKey) });
    const forged = token({ ...CLAIMS, exp: 0, aud: 'another' }, other.privateKey);
    expect(validate(forged, SOURCE, CHECKS)).toEqual({
      ok: false,
      error: { code: 'token.not_trusted', verified: false },
    });
  });

  it.each([
    [{ exp: NOW - 31 }, 'token.expired'],
    [{ exp: undefined }, 'token.expired'],
    [{ nbf: NOW + 31 }, 'token.not_yet_valid'],
    [{ iat: NOW - 61 }, 'token.too_old'],
    [{ aud: 'another' }, 'token.audience'],
    [{ aud: undefined }, 'token.audience'],
    [{ iss: 'https://other.test' }, 'token.not_trusted'],
  ])('names the fault of a verified token: %j is %s', (members, code) => {
    const validate = createValidator({ keys: remembered(key.publicKey) });
    const claims = JSON.parse(JSON.stringify({ ...CLAIMS, ...members })) as Claims;
    expect(validate(token(claims), SOURCE, { ...CHECKS, maxAge: 60 })).toMatchObject({
      ok: false,
      error: { code, verified: true },
    });
  });

  it('says that the issuer is unreachable when its keys cannot be had', async () => {
    const keys: IssuerKeys = { find: () => Promise.resolve(err('unreachable')) };
    expect(await createValidator({ keys })(token(), SOURCE, CHECKS)).toEqual({
      ok: false,
      error: { code: 'issuer.unreachable', verified: false },
    });
  });

  it('tries the key that has taken the place of a rejected one, and no third', () => {
    const rotated = remembered(other.publicKey, key.publicKey);
    expect(createValidator({ keys: rotated })(token(), SOURCE, CHECKS)).toMatchObject({ ok: true });
    expect(rotated.asked).toBe(2);
    const never = remembered(other.publicKey, other.publicKey);
    expect(createValidator({ keys: never })(token(), SOURCE, CHECKS)).toMatchObject({ ok: false });
    expect(never.asked).toBe(2);
  });
});

/** An issuer on a real connection, whose tokens an independent library signs. */
async function issuer(alg: 'RS256' | 'ES256') {
  const pair = () =>
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let keys = pair();
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    void exportJWK(keys.publicKey).then((jwk) =>
      response.end(
        JSON.stringify(
          request.url === '/keys'
            ? { keys: [{ ...jwk, kid: 'k1' }] }
            : { issuer: url, jwks_uri: `${url}/keys` },
        ),
      ),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked: () => asked,
    rotate: () => (keys = pair()),
    close: () => server.close(),
    issue: () =>
      new SignJWT({ sub: 'repo:acme/x' })
        .setProtectedHeader({ alg, kid: 'k1', typ: 'JWT' })
        .setIssuer(url)
        .setAudience('urn:pulumi:org:acme')
        .setIssuedAt(NOW)
        .setExpirationTime(NOW + 300)
        .sign(keys.privateKey),
  };
}

describe.each(['RS256', 'ES256'] as const)('an issuer that signs %s', (alg) => {
  it('is discovered and trusted, and again after it has rotated under the same kid', async () => {
    const real = await issuer(alg);
    try {
      let now = NOW * 1000;
      const nothing = () => undefined;
      const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
      const fetch = createSafeFetch({ allowPrivate: true });
      const validate = createValidator({
        keys: createIssuerKeys({ fetch, clock: { now: () => now }, logger }),
      });
      const source = { id: 'iss_1', url: real.url };
      const checks = { ...CHECKS, issuer: real.url };
      const old = parsed(await real.issue());
      expect(await validate(old, source, checks)).toMatchObject({ ok: true });
      expect(real.asked()).toBe(2);
      real.rotate();
      const fresh = parsed(await real.issue());
      expect(await validate(fresh, source, checks)).toMatchObject({
        ok: false,
        error: { code: 'token.not_trusted' },
      });
      now += COOL_DOWN;
      expect(await validate(fresh, source, checks)).toMatchObject({ ok: true });
      expect(await validate(old, source, checks)).toMatchObject({
        ok: false,
        error: { code: 'token.not_trusted' },
      });
      expect(real.asked()).toBe(4);
    } finally {
      real.close();
    }
  });
});
