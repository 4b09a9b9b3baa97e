import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { checksumText } from '@countersign/core';
import type { ChecksumRing } from './port.ts';

/**
 * The ring that marks opaque tokens as made here. It keeps guessers away from storage and proves nothing more: six
 * characters are 36 bits, and a value that passes still has to be found.
 */
export function createChecksumRing(active: Uint8Array, others: readonly Uint8Array[]): ChecksumRing {
  const [signing, ...verifying] = [active, ...others].map((secret) => createSecretKey(Buffer.from(secret)));
  if (!signing) throw new Error('a checksum ring needs an active secret');
  return {
    checksum: (body) => checksum(signing, body),
    verify: (body, presented) => {
      const bytes = Buffer.from(presented, 'utf8');
      let found = false;
      // Every key is tried whatever the earlier ones said: the time must not tell which key, or whether one, fitted.
      for (const secret of [signing, ...verifying]) {
        const expected = Buffer.from(checksum(secret, body), 'utf8');
        if (expected.length === bytes.length && timingSafeEqual(expected, bytes)) found = true;
      }
      return found;
    },
  };
}

function checksum(secret: KeyObject, body: string): string {
  return checksumText(createHmac('sha256', secret).update(body, 'utf8').digest());
}
