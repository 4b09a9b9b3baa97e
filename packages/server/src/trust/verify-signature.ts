import { verify, type AsymmetricKeyDetails, type KeyObject } from 'node:crypto';
import type { UnverifiedJws } from './compact-jws.ts';
import { ecdsaSignatureToDer } from './ecdsa-der.ts';
import type { SubjectAlgorithm } from './port.ts';

/**
 * The one place where a foreign signature is checked. Synchronous on purpose: handing a verification to the thread
 * pool costs more than the verification. It takes a prepared `KeyObject` and passes it as it is: inside an options
 * object the same call runs at half speed on Node 24.
 */

/** Whether the issuer's key signed this token with the algorithm that its header names. */
export function verifySignature(jws: UnverifiedJws, key: KeyObject): boolean {
  // The algorithm was written by whoever made the token; without this an attacker chooses how a key is used.
  if (!fitsAlgorithm(key, jws.alg)) return false;
  return ALGORITHMS[jws.alg].verify(jws, key);
}

/** One key, one algorithm: whether a public key has the type, curve and size that this algorithm needs. */
export function fitsAlgorithm(key: KeyObject, algorithm: SubjectAlgorithm): boolean {
  const { keyType, fits } = ALGORITHMS[algorithm];
  return key.type === 'public' && key.asymmetricKeyType === keyType && fits(key.asymmetricKeyDetails ?? {});
}

/** Bits. Below: within reach of factoring (RFC 7518 section 3.3). Above: one verification is a denial of service. */
const RSA_BITS = { min: 2048, max: 8192 } as const;

/** Larger exponents are allowed by no profile and make verification as slow as signing. */
const MAX_RSA_EXPONENT = 2n ** 64n;

interface Algorithm {
  readonly keyType: 'rsa' | 'ec';
  readonly fits: (details: AsymmetricKeyDetails) => boolean;
  readonly verify: (jws: UnverifiedJws, key: KeyObject) => boolean;
}

/** What each algorithm needs of a key, and how it verifies. */
const ALGORITHMS: Readonly<Record<SubjectAlgorithm, Algorithm>> = {
  RS256: {
    keyType: 'rsa',
    fits: ({ modulusLength = 0, publicExponent = 0n }) =>
      modulusLength >= RSA_BITS.min &&
      modulusLength <= RSA_BITS.max &&
      // With an exponent of one every message is its own signature.
      publicExponent >= 3n &&
      publicExponent < MAX_RSA_EXPONENT,
    verify: (jws, key) => verify('sha256', jws.signingInput, key, jws.signature),
  },
  ES256: {
    keyType: 'ec',
    fits: ({ namedCurve }) => namedCurve === 'prime256v1',
    verify: (jws, key) => {
      const signature = ecdsaSignatureToDer(jws.signature);
      return signature !== undefined && verify('sha256', jws.signingInput, key, signature);
    },
  },
};
