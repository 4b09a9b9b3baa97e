import { constants, verify, type AsymmetricKeyDetails, type KeyObject } from 'node:crypto';
import type { UnverifiedJws } from './compact-jws.ts';
import { ecdsaSignatureToDer } from './ecdsa-der.ts';
import type { SubjectAlgorithm } from './port.ts';

/**
 * The one place where a foreign signature is checked. Synchronous on purpose: handing a verification to the thread
 * pool costs more than the verification. It takes a prepared `KeyObject` and passes it as it is where it can: inside
 * an options object the same call runs at half speed on Node 24.
 */

/** Whether the issuer's key signed this token with the algorithm that its header names. */
export function verifySignature(jws: UnverifiedJws, key: KeyObject): boolean {
  // The algorithm was written by whoever made the token; without this an attacker chooses how a key is used.
  if (!fitsAlgorithm(key, jws.alg)) return false;
  return ALGORITHMS[jws.alg].verify(jws, key);
}

/** Whether a public key has the type, curve and size that this algorithm needs. */
export function fitsAlgorithm(key: KeyObject, algorithm: SubjectAlgorithm): boolean {
  const { keyType, fits } = ALGORITHMS[algorithm];
  return key.type === 'public' && key.asymmetricKeyType === keyType && fits(detailsOf(key));
}

/** A key never changes, and each look at its details makes them anew: a twentieth of a verification. Gone with the key. */
const knownDetails = new WeakMap<KeyObject, AsymmetricKeyDetails>();

function detailsOf(key: KeyObject): AsymmetricKeyDetails {
  const known = knownDetails.get(key);
  if (known) return known;
  const details = key.asymmetricKeyDetails ?? {};
  knownDetails.set(key, details);
  return details;
}

interface Algorithm {
  readonly keyType: 'rsa' | 'ec' | 'ed25519';
  readonly fits: (details: AsymmetricKeyDetails) => boolean;
  readonly verify: (jws: UnverifiedJws, key: KeyObject) => boolean;
}

/** Bits. Below: within reach of factoring (RFC 7518 section 3.3). Above: one verification is a denial of service. */
const RSA_BITS = { min: 2048, max: 8192 } as const;

/** Larger exponents are allowed by no profile and make verification as slow as signing. */
const MAX_RSA_EXPONENT = 2n ** 64n;

function fitsRsa({ modulusLength = 0, publicExponent = 0n }: AsymmetricKeyDetails): boolean {
  return (
    modulusLength >= RSA_BITS.min &&
    modulusLength <= RSA_BITS.max &&
    // With an exponent of one every message is its own signature.
    publicExponent >= 3n &&
    publicExponent < MAX_RSA_EXPONENT
  );
}

/** RSASSA-PKCS1-v1_5 (RFC 7518 section 3.3). */
const pkcs1 = (hash: string): Algorithm => ({
  keyType: 'rsa',
  fits: fitsRsa,
  verify: (jws, key) => verify(hash, jws.signingInput, key, jws.signature),
});

/** RSASSA-PSS with MGF1 over the same hash and a salt of exactly its length (RFC 7518 section 3.5). */
const pss = (hash: string, saltLength: number): Algorithm => ({
  keyType: 'rsa',
  fits: fitsRsa,
  verify: (jws, key) =>
    verify(
      hash,
      jws.signingInput,
      { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength },
      jws.signature,
    ),
});

/** ECDSA (RFC 7518 section 3.4): one curve a hash; `coordinate` is the length of half a signature in bytes. */
const ecdsa = (hash: string, curve: string, coordinate: number): Algorithm => ({
  keyType: 'ec',
  fits: ({ namedCurve }) => namedCurve === curve,
  verify: (jws, key) => {
    const signature = ecdsaSignatureToDer(jws.signature, coordinate);
    return signature !== undefined && verify(hash, jws.signingInput, key, signature);
  },
});

/** EdDSA on Ed25519 alone (RFC 8037 section 3.1): `EdDSA` would be Ed448 as well, which nobody issues. */
const ed25519: Algorithm = {
  keyType: 'ed25519',
  fits: () => true,
  verify: (jws, key) => verify(null, jws.signingInput, key, jws.signature),
};

/** What each algorithm needs of a key, and how it verifies. */
const ALGORITHMS: Readonly<Record<SubjectAlgorithm, Algorithm>> = {
  RS256: pkcs1('sha256'),
  RS384: pkcs1('sha384'),
  RS512: pkcs1('sha512'),
  PS256: pss('sha256', 32),
  PS384: pss('sha384', 48),
  PS512: pss('sha512', 64),
  ES256: ecdsa('sha256', 'prime256v1', 32),
  ES384: ecdsa('sha384', 'secp384r1', 48),
  ES512: ecdsa('sha512', 'secp521r1', 66),
  EdDSA: ed25519,
  Ed25519: ed25519,
};
