import { generateKeyPairSync } from 'node:crypto';
import { err, ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { createValidator } from '../../trust/validate.ts';
import { verifyIdToken } from './id-token.ts';
import { ACCESS_TOKEN, atHash, idToken, NOW, PROVIDER } from './testing/provider-world.ts';

/** By itself: the library looks at some of it as well, and is not what we rely on. */

const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const validate = createValidator({ keys: { find: () => ok(own.publicKey) } });
const verify = (claims: Parameters<typeof idToken>[0], key = own.privateKey) =>
  verifyIdToken(
    PROVIDER,
    { idToken: idToken(claims, { key }), accessToken: ACCESS_TOKEN },
    { validate, limit: 16_384, leeway: 5, now: NOW },
  );

describe('an id_token from a token endpoint', () => {
  it('gives its claims', async () => {
    expect(await verify({ at_hash: atHash(ACCESS_TOKEN) })).toMatchObject(ok({ sub: 'ada' }));
  });

  it.each([
    ['for another client', { aud: 'somebody-else' }, 'token.audience'],
    ['of another issuer', { iss: 'https://attacker.test' }, 'token.not_trusted'],
    ['presented by another', { azp: 'somebody-else' }, 'azp'],
    ['that is over', { exp: NOW - 5 }, 'token.expired'],
    ['that does not say when it was made', { iat: undefined as never }, 'token.too_old'],
    ['of another access token', { at_hash: atHash('another') }, 'at_hash'],
  ])('%s is refused', async (_name, claims, reason) => {
    expect(await verify(claims)).toEqual(err({ fault: 'malformed', reason }));
  });

  it('signed by another is refused', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    expect(await verify({}, other)).toEqual(err({ fault: 'malformed', reason: 'token.not_trusted' }));
  });
});
