import type { Principal } from '@countersign/core';
import type { TokenRecord } from '../model.ts';
import { TokenTable, type TokenTableBounds } from '../token-table.ts';

/** Tokens by number, of whom many share what they have. */

/** A table that keeps whole claim sets. */
export function tableOf(bounds: Partial<TokenTableBounds> = {}): TokenTable {
  return new TokenTable({ bounds, claimPaths: [[]] });
}

/** Few first words and one last byte that tells tokens apart: nearly every pair collides in the index. */
export function hashOf(token: number): Uint8Array {
  const hash = new Uint8Array(32);
  hash[3] = token % 3 === 0 ? 0xff : token % 2;
  hash[14] = token >> 8;
  hash[15] = token & 0xff;
  return hash;
}

const numberOf = (token: number): string => String(token).padStart(26, '0');

/** Most tokens share their number with their exchange, every fourth has ids of its own. */
export const idOf = (token: number): string => `tok_${token % 4 === 0 ? token : numberOf(token)}`;

export function teamOf(token: number): Principal {
  return {
    kind: 'team',
    organization: 'acme',
    team: `team-${token % 5}`,
    vouchedBy: { kind: 'organization', organization: 'acme' },
  };
}

/** Of some more is known than of others. */
export function personOf(token: number): Principal {
  const identity = `idn_${token}`;
  const membership = { organization: 'acme', user: `usr_${token}`, login: `login-${token}`, identity };
  return {
    kind: 'user',
    user: `corp/${token % 11}`,
    groups: token % 2 === 0 ? ['ops', `g-${token % 4}`] : [],
    vouchedBy: { kind: 'identity_provider', provider: 'corp', organizations: ['acme'] },
    ...(token % 4 === 0 && { email: `p${token}@acme.example` }),
    ...(token % 5 === 0 && { name: 'Åsa "née" 🦉', login: `login-${token}` }),
    ...(token % 7 === 0 && { memberships: [membership] }),
  };
}

export function recordOf(token: number, expiresAt = 1000): TokenRecord {
  const organization = token % 2 === 0 ? { organization: 'acme' } : {};
  return {
    id: idOf(token),
    prefix: 'cst',
    principal: token % 3 === 0 ? personOf(token) : teamOf(token),
    ...organization,
    issuer: 'iss_1',
    subject: `subject-${token % 5}`,
    claims: { sub: `subject-${token % 5}`, groups: ['a'], nested: { at: token % 7 } },
    exchange: `dec_${token % 4 === 0 ? token : numberOf(token)}`,
    policies: [`pol_${token % 3}`],
    resources: token % 6 === 0 ? ['https://api.example'] : [],
    format: token % 6 === 0 ? 'jwt' : 'opaque',
    issuedAt: expiresAt - 500,
    expiresAt,
  };
}
