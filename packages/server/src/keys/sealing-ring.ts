import { createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import type { SealingRing } from './port.ts';
import { open, seal } from './seal.ts';

/** Of a key of AES-256. */
const KEY_BYTES = 32;

const SALT_BYTES = 16;

/**
 * A ring that seals what browsers carry for us. The first secret seals, all open. Everybody can make us seal, as often
 * as he asks for a page: each text is therefore sealed under a key of its own, derived from the secret and a salt, since
 * one key of GCM is only good for so many drawn nonces (NIST SP 800-38D section 8.3).
 */
export function createSealingRing(active: Uint8Array, others: readonly Uint8Array[]): SealingRing {
  const [sealing, ...opening] = [active, ...others].map((secret) => createSecretKey(Buffer.from(secret)));
  if (!sealing) throw new Error('a sealing ring needs an active secret');
  return {
    seal(place, plaintext) {
      const salt = randomBytes(SALT_BYTES);
      const sealed = seal([derived(sealing, salt)], placeOf(place), Buffer.from(plaintext, 'utf8'));
      return salt.toString('base64url') + sealed;
    },
    open(place, sealed) {
      const at = SALT_CHARACTERS;
      if (!BASE64URL.test(sealed) || !isCanonical(sealed.slice(0, at)) || !isCanonical(sealed.slice(at)))
        return undefined;
      const salt = Buffer.from(sealed.slice(0, at), 'base64url');
      const keys = [sealing, ...opening].map((secret) => derived(secret, salt));
      const plaintext = open(keys, placeOf(place), sealed.slice(at));
      return plaintext && Buffer.from(plaintext).toString('utf8');
    },
  };
}

/** 16 bytes in base64url. */
const SALT_CHARACTERS = 22;

/** Longer is no cookie and no parameter of ours. */
const BASE64URL = /^[A-Za-z0-9_-]{22,8192}$/;

function derived(secret: KeyObject, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, 'countersign:sealing', KEY_BYTES));
}

function placeOf(place: string): string {
  return `countersign:browser:${place}`;
}

/** One text is one value: what may be used once is known by its text, and must have no second spelling (RFC 4648 section 3.5). */
function isCanonical(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}
