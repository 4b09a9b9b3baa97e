import { open, seal } from './seal.ts';

/**
 * Secrets of others that we have to keep, such as what an identity provider gave: sealed with the encryption key, and
 * bound to the row and column that they are kept in.
 */
export interface Vault {
  seal(place: string, secret: string): string;
  /** `undefined` when no encryption key opens it, or when it was sealed for another place. */
  open(place: string, sealed: string): string | undefined;
}

/** The first key seals, all open. */
export function createVault(encryptionKeys: readonly Uint8Array[]): Vault {
  return {
    seal: (place, secret) => seal(encryptionKeys, placeOf(place), Buffer.from(secret, 'utf8')),
    open: (place, sealed) => {
      const secret = open(encryptionKeys, placeOf(place), sealed);
      return secret && Buffer.from(secret).toString('utf8');
    },
  };
}

function placeOf(place: string): string {
  return `countersign:vault:${place}`;
}
