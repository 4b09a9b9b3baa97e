import { parseOpaque, type TokenPrefix } from '@countersign/core';
import type { Inspection } from './inspection.ts';

/** An opaque token of ours: its form says what it is for; only the server that made it can say more. */

const MEANING: Readonly<Record<TokenPrefix, string>> = {
  cso: 'an access token of an organization',
  cst: 'an access token of a team',
  csp: 'an access token of a person, from an exchange',
  csr: 'an access token of a runner',
  css: 'a session of a person, from an id_token',
  csv: 'a token of a service account',
};

/** Never the value itself: whoever holds it can use it. */
export function inspectOpaque(value: string): Inspection {
  const token = parseOpaque(value);
  const problems =
    token === undefined
      ? ['it begins like a token of Countersign and is damaged: one has 4 + 38 letters and digits']
      : [
          `${token.prefix}_: ${MEANING[token.prefix]} of Countersign; there are no claims in it to read`,
          'its checksum needs the key of the server that made it, and cannot be verified offline',
        ];
  return { header: null, claims: null, signature: 'unknown', problems };
}
