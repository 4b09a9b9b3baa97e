import { randomBytes } from 'node:crypto';
import type { Logger } from '../../adapters/ports.ts';
import { createChecksumRing } from '../../keys/checksum-ring.ts';
import type { KeyRing } from '../../keys/port.ts';
import { makeSigningKey } from '../../keys/signing-key.ts';
import { mintToken, type MintedToken } from '../issue.ts';
import type { TokenRecord } from '../model.ts';
import type { Hearing } from '../present.ts';

/** A token of an organization, from 1000 to 2000. */
export const RECORD: TokenRecord = {
  id: 'tok_01J0ABCDEFGHJKMNPQRSTVWXYZ',
  prefix: 'cso',
  principal: {
    kind: 'organization',
    organization: 'acme',
    admin: false,
    vouchedBy: { kind: 'organization', organization: 'acme' },
  },
  organization: 'acme',
  issuer: 'iss_1',
  subject: 'repo:acme/app',
  claims: { sub: 'repo:acme/app' },
  exchange: 'dec_01J0ABCDEFGHJKMNPQRSTVWXYZ',
  policies: ['pol_1'],
  resources: [],
  format: 'opaque',
  issuedAt: 1000,
  expiresAt: 2000,
};

export const random = { bytes: (length: number): Uint8Array => randomBytes(length) };

export const checksums = createChecksumRing(new Uint8Array(32).fill(7), []);

export const mint = (prefix: TokenRecord['prefix'] = 'cso'): MintedToken =>
  mintToken({ random, checksums }, prefix);

/** A ring of one key; `published` may be replaced. */
export function ringOfOne(): { signing: KeyRing['signing']; published: KeyRing['published'] } {
  const key = makeSigningKey();
  const published = [key.jwk];
  return { signing: () => key, published: () => published };
}

/** A process that has always heard of everything. */
export const HEARS: Hearing = { stale: () => false, poll: () => Promise.resolve() };

/** A logger that keeps its lines as text. */
export function linesOf(lines: string[]): Logger {
  const log = (message: string, fields?: object): void => {
    lines.push(`${message} ${JSON.stringify(typeof fields === 'function' ? undefined : fields)}`);
  };
  return { debug: log, info: log, warn: log, error: log };
}
