import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { createSignedValues, MAX_SIGNED, mintSigned } from './signed.ts';
import { ringOfOne } from './testing/fixture.ts';

const CLAIMS = {
  iss: 'https://sts.example',
  aud: ['https://api.example'],
  sub: 'org:acme',
  exp: 4_000_000_000,
};

describe('a signed token', () => {
  it('verifies with an independent library, by the published key alone', async () => {
    const ring = ringOfOne();
    const { value, hash } = mintSigned({ ring, type: 'at+jwt' }, CLAIMS);
    const [jwk] = ring.published();
    const key = await importJWK({ ...jwk });
    const { payload, protectedHeader } = await jwtVerify(value, key, {
      typ: 'at+jwt',
      algorithms: ['ES256'],
    });
    expect(payload).toEqual(CLAIMS);
    expect(protectedHeader).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: await calculateJwkThumbprint({ ...jwk }),
    });
    expect(Buffer.from(hash)).toEqual(createHash('sha256').update(value).digest());
  });

  it('is recognised again, and the ring is asked each time: a key that is gone takes its tokens with it', () => {
    const ring = ringOfOne();
    const { value } = mintSigned({ ring, type: 'at+jwt' }, CLAIMS);
    const signed = createSignedValues({ access: ring, session: ringOfOne() });
    expect([signed.namesKey(value), signed.verify(value)]).toEqual([true, true]);
    const [own] = ring.published();
    const { published } = ringOfOne();
    ring.published = () => (own ? [own, ...published()] : []);
    expect(signed.verify(value)).toBe(true);
    ring.published = published;
    expect([signed.namesKey(value), signed.verify(value)]).toEqual([false, false]);
  });

  it('is told from one whose header says the same in other words', () => {
    const ring = ringOfOne();
    const { value } = mintSigned({ ring, type: 'at+jwt' }, CLAIMS);
    const signed = createSignedValues({ access: ring, session: ringOfOne() });
    const { kid } = decodeProtectedHeader(value);
    const rest = value.slice(value.indexOf('.'));
    for (const header of [
      `{"typ":"at+jwt","alg":"ES256","kid":"${kid}"}`,
      `{"alg":"ES256","typ":"at+jwt","kid":"${kid}" }`,
      `{"alg":"ES256","typ":"at+jwt","kid":"${kid}","crit":[]}`,
      `{"alg":"none","typ":"at+jwt","kid":"${kid}"}`,
      `{"alg":"HS256","typ":"at+jwt","kid":"${kid}"}`,
      `{"alg":"ES256","typ":"JWT","kid":"${kid}"}`,
      '{"alg":"ES256","typ":"at+jwt"}',
    ]) {
      expect(signed.namesKey(Buffer.from(header).toString('base64url') + rest)).toBe(false);
    }
  });

  it('is of the ring and the type that it was made with, and of no other', () => {
    const [access, session] = [ringOfOne(), ringOfOne()];
    const signed = createSignedValues({ access, session });
    const made = (ring: typeof access, type: 'at+jwt' | 'session+jwt'): boolean =>
      signed.verify(mintSigned({ ring, type }, CLAIMS).value);
    expect([made(access, 'at+jwt'), made(session, 'session+jwt')]).toEqual([true, true]);
    expect([made(access, 'session+jwt'), made(session, 'at+jwt')]).toEqual([false, false]);
  });

  it('is as long as it may be and no longer, made or shown', () => {
    const ring = ringOfOne();
    const signed = createSignedValues({ access: ring, session: ringOfOne() });
    const lengthOf = (filler: number): number =>
      mintSigned({ ring, type: 'at+jwt' }, { filler: 'x'.repeat(filler) }).value.length;
    const least = lengthOf(0);
    // Base64url: three bytes are four characters.
    const longest = Math.floor(((MAX_SIGNED - least) * 3) / 4);
    const { value } = mintSigned({ ring, type: 'at+jwt' }, { filler: 'x'.repeat(longest) });
    expect(signed.verify(value)).toBe(true);
    expect(() => mintSigned({ ring, type: 'at+jwt' }, { filler: 'x'.repeat(longest + 3) })).toThrow(
      'too long',
    );
    expect(signed.namesKey(value.padEnd(MAX_SIGNED + 1, 'A'))).toBe(false);
    expect(signed.namesKey(value.padEnd(MAX_SIGNED, 'A'))).toBe(true);
  });
});
