import { sign, type KeyObject } from 'node:crypto';

/**
 * ES256 (RFC 7518 section 3.4) on the hot path. The KeyObject is passed as it is: the options form that would give
 * the raw signature costs more than twice as much on Node 24, so the DER that comes is taken apart here.
 */
export function signEs256(text: string, key: KeyObject): string {
  return derToRaw(sign('sha256', Buffer.from(text, 'latin1'), key)).toString('base64url');
}

/** Bytes of r, and of s, for P-256. */
const HALF = 32;

/** SEQUENCE { INTEGER r, INTEGER s } to r ‖ s, each left-padded to 32 bytes. */
export function derToRaw(der: Buffer): Buffer {
  const raw = Buffer.alloc(2 * HALF);
  // A P-256 signature is at most 72 bytes, so every length is one byte: 30 LEN 02 LEN r 02 LEN s.
  const rLength = der.readUInt8(3);
  const sLength = der.readUInt8(5 + rLength);
  copyInteger(der, 4, rLength, raw, 0);
  copyInteger(der, 6 + rLength, sLength, raw, HALF);
  return raw;
}

/** DER integers are signed and minimal: a leading zero keeps them positive, leading zeros of the number are gone. */
function copyInteger(der: Buffer, start: number, length: number, raw: Buffer, at: number): void {
  const padding = Math.max(length - HALF, 0);
  der.copy(raw, at + HALF - (length - padding), start + padding, start + length);
}
