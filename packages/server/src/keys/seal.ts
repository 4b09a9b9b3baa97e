import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/**
 * Sealing of secrets at rest: AES-256-GCM, bound to the place they are kept in. A sealed value that was copied to
 * another ring or another row does not open there. Nothing here may ever put a secret into an error or a log.
 */

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a sealed key is bound to: table, ring and kid. No two rows give the same text, none of the parts holds `:`. */
export function keyPlace(ring: string, kid: string): string {
  return `countersign:key:${ring}:${kid}`;
}

/** Seals under the first key. Gives base64url of nonce ‖ ciphertext ‖ tag. */
export function seal(keys: readonly Uint8Array[], place: string, plaintext: Uint8Array): string {
  const [key] = keys;
  if (!key) throw new Error('nothing can be sealed without an encryption key');
  // Drawn here and not handed in: a nonce that comes twice under one key gives GCM's authentication key away.
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(place, 'utf8'));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  );
}

/** Opens with whichever key fits; `undefined` when none does, or when it was sealed for another place. */
export function open(keys: readonly Uint8Array[], place: string, sealed: string): Uint8Array | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  for (const key of keys) {
    const plaintext = openWith(key, place, bytes);
    if (plaintext) return plaintext;
  }
  return undefined;
}

function openWith(key: Uint8Array, place: string, bytes: Buffer): Uint8Array | undefined {
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(place, 'utf8'));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  const begin = decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES));
  try {
    return Buffer.concat([begin, decipher.final()]);
  } catch {
    // The tag does not fit: another key, another place, or a changed byte. All three read the same on purpose.
    return undefined;
  }
}
