import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCompactJws } from './compact-jws.ts';

const LIMIT = 16_384;
const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const token = (header: unknown, claims: unknown = { iss: 'https://issuer.test' }, signature = 'signature') =>
  `${encode(header)}.${encode(claims)}.${encode(signature)}`;
const parse = (text: string) => parseCompactJws(text, LIMIT);
const refused = { ok: false, error: 'token.malformed' };

describe('a compact JWS', () => {
  it('is parsed into header, claims, signing input and signature', () => {
    const text = token({ alg: 'RS256', kid: 'k1', typ: 'JWT' }, { iss: 'https://issuer.test', n: 1 });
    expect(parse(text)).toEqual({
      ok: true,
      value: {
        alg: 'RS256',
        kid: 'k1',
        header: { alg: 'RS256', kid: 'k1', typ: 'JWT' },
        claims: { iss: 'https://issuer.test', n: 1 },
        signingInput: Buffer.from(text.slice(0, text.lastIndexOf('.'))),
        signature: Buffer.from('signature'),
      },
    });
  });

  it('has no kid when the header has none', () => {
    const parsed = parse(token({ alg: 'ES256' }));
    expect(parsed.ok && 'kid' in parsed.value).toBe(false);
  });

  it('remembers a header that it has seen, but not a long one, and not for ever', () => {
    const header = (kid: string) => {
      const parsed = parse(token({ alg: 'ES256', kid }));
      return parsed.ok ? parsed.value.header : undefined;
    };
    const seen = header('seen');
    expect(seen).toEqual({ alg: 'ES256', kid: 'seen' });
    expect(header('seen')).toBe(seen);
    const long = parse(token({ alg: 'ES256', x5c: ['A'.repeat(512)] }));
    const again = parse(token({ alg: 'ES256', x5c: ['A'.repeat(512)] }));
    expect(again).toEqual(long);
    expect(again.ok && long.ok && again.value.header === long.value.header).toBe(false);
    for (let n = 0; n < 256; n += 1) header(`other ${n}`);
    expect(header('seen')).not.toBe(seen);
    expect(header('seen')).toEqual(seen);
  });

  it('keeps headers apart when thousands of different ones have come', () => {
    for (let n = 0; n < 2000; n += 1) {
      const parsed = parse(token({ alg: 'RS256', kid: `flood ${n}` }));
      expect(parsed.ok && parsed.value.kid).toBe(`flood ${n}`);
    }
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.constant('...')), (text) => {
        expect(parse(text).ok).toBe(false);
      }),
    );
  });
});

describe('the algorithm in a header', () => {
  it.each(['none', 'None', 'NONE', 'nOnE', '', 'HS256', 'HS384', 'HS512'])('%s is refused', (alg) => {
    expect(parse(token({ alg }))).toEqual(refused);
  });

  it.each([
    'rs256',
    'Rs256',
    'RS256 ',
    'es256',
    'rs512',
    'Ps256',
    'eddsa',
    'ED25519',
    'RS1',
    'ES256K',
    'Ed448',
    'ESP256',
    'ML-DSA-44',
    'RSA1_5',
    'RSA-OAEP',
    'ECDH-ES',
    'dir',
  ])('%s is not on the list and is refused', (alg) => {
    expect(parse(token({ alg }))).toEqual(refused);
  });

  it.each([[['RS256']], [null], [1], [{ alg: 'RS256' }], [true]])('%j is no name of one', (alg) => {
    expect(parse(token({ alg }))).toEqual(refused);
  });

  it('may not be absent', () => {
    expect(parse(token({ kid: 'k1' }))).toEqual(refused);
  });

  it('may not be inherited', () => {
    expect(parse(token('{"__proto__":{"alg":"RS256"}}'))).toEqual(refused);
  });
});

describe('a header', () => {
  it.each([
    { crit: [] },
    { crit: ['exp'] },
    { crit: ['b64'], b64: false },
    { b64: false },
    { b64: true },
    { kid: 1 },
    { kid: null },
    { kid: ['k1'] },
    { typ: null },
    { typ: 1 },
    { typ: 'at+jwt' },
    { typ: 'application/at+jwt' },
    { typ: 'logout+jwt' },
    { typ: 'dpop+jwt' },
    { typ: 'JWE' },
    { typ: '' },
    { typ: 'JWT JWT' },
  ])('with %j is refused', (members) => {
    expect(parse(token({ alg: 'RS256', ...members }))).toEqual(refused);
  });

  it.each([
    { typ: 'JWT' },
    { typ: 'jwt' },
    { typ: 'application/jwt' },
    { kid: 'k'.repeat(256) },
    { kid: '' },
  ])('with %j is accepted', (members) => {
    expect(parse(token({ alg: 'RS256', ...members })).ok).toBe(true);
  });

  it('may hold a kid of 256 characters and none of 257', () => {
    expect(parse(token({ alg: 'RS256', kid: 'k'.repeat(256) })).ok).toBe(true);
    expect(parse(token({ alg: 'RS256', kid: 'k'.repeat(257) }))).toEqual(refused);
  });

  it('may name a member once only', () => {
    expect(parse(token('{"alg":"RS256","alg":"RS256"}'))).toEqual(refused);
    expect(parse(token('{"alg":"none","alg":"RS256"}'))).toEqual(refused);
  });
});

describe('the form of a token', () => {
  const [header, claims, signature] = token({ alg: 'RS256' }).split('.') as [string, string, string];

  it.each([
    ['nothing', ''],
    ['one part', header],
    ['two parts', `${header}.${claims}`],
    ['four parts', `${header}.${claims}.${signature}.`],
    ['five parts, a JWE', `${header}.${claims}.${signature}.${signature}.${signature}`],
    ['an empty header', `.${claims}.${signature}`],
    ['an empty payload', `${header}..${signature}`],
    ['an empty signature', `${header}.${claims}.`],
    ['a leading dot', `.${header}.${claims}.${signature}`],
    ['a Bearer prefix', `Bearer ${header}.${claims}.${signature}`],
    ['a line feed at the end', `${header}.${claims}.${signature}\n`],
    ['a space inside', `${header}.${claims} .${signature}`],
    ['padding', `${header}.${claims}.${Buffer.from('x').toString('base64')}`],
    ['the alphabet of plain base64', `${header}.${claims}.+/+/`],
    ['characters beyond ASCII', `${header}.${claims}.\u{1f511}${signature}`],
    ['JSON serialization', JSON.stringify({ protected: header, payload: claims, signature })],
  ])('%s is refused', (_name, text) => {
    expect(parse(text)).toEqual(refused);
  });

  it('has one spelling: stray bits at the end of a part are refused', () => {
    expect(parse(`${header}.${claims}.QQ`).ok).toBe(true);
    for (const last of ['R', 'S', 'T', 'f']) expect(parse(`${header}.${claims}.Q${last}`)).toEqual(refused);
    expect(parse(`${header}.${claims}.QQAAA`)).toEqual(refused);
  });

  it('fits the limit to the byte', () => {
    const text = token({ alg: 'RS256' });
    expect(parseCompactJws(text, text.length).ok).toBe(true);
    expect(parseCompactJws(text, text.length - 1)).toEqual(refused);
  });

  it('is judged by its size before anything is parsed: a hundred million dots are refused at once', () => {
    const dots = '.'.repeat(100_000_000);
    expect(parse(dots)).toEqual(refused);
    expect(parseCompactJws(dots, dots.length)).toEqual(refused);
  });

  it.each(['[]', '"claims"', '1', 'null', 'x', '{"iss":"a","iss":"b"}'])(
    'a payload of %s is refused',
    (payload) => {
      expect(parse(token({ alg: 'RS256' }, payload))).toEqual(refused);
    },
  );
});

describe('a typed token', () => {
  const logout = token({ alg: 'RS256', typ: 'logout+jwt' }, { iss: 'https://issuer.test' });

  it('is taken where its type is asked for, and nowhere else, in whatever order', () => {
    for (let round = 0; round < 2; round += 1) {
      expect(parseCompactJws(logout, LIMIT)).toEqual({ ok: false, error: 'token.malformed' });
      expect(parseCompactJws(logout, LIMIT, 'logout+jwt')).toMatchObject({ ok: true });
    }
  });

  it('of another type is taken nowhere', () => {
    const other = token({ alg: 'RS256', typ: 'at+jwt' }, { iss: 'https://issuer.test' });
    expect(parseCompactJws(other, LIMIT, 'logout+jwt')).toMatchObject({ ok: false });
  });
});
