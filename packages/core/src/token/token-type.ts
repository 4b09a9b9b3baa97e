/**
 * The token types of the exchange and the forms their values take. The wire prefix `urn:pulumi:` is what existing
 * clients send; `urn:countersign:` is the same thing under our own name.
 */

/** TYPE of `urn:pulumi:token-type:access_token:TYPE`. */
export const TOKEN_TYPES = ['organization', 'team', 'personal', 'runner'] as const;

export type TokenType = (typeof TOKEN_TYPES)[number];

/** What an opaque value of ours begins with. `css` is a person's session, `csv` a service account's token. */
export const TOKEN_PREFIXES = ['cso', 'cst', 'csp', 'csr', 'css', 'csv'] as const;

export type TokenPrefix = (typeof TOKEN_PREFIXES)[number];

const PREFIX_OF: Readonly<Record<TokenType, TokenPrefix>> = {
  organization: 'cso',
  team: 'cst',
  personal: 'csp',
  runner: 'csr',
};

/** The prefix of an opaque access token of this type. */
export function prefixOf(type: TokenType): TokenPrefix {
  return PREFIX_OF[type];
}

const REQUESTED = /^urn:(?:pulumi|countersign):token-type:access_token:([a-z]+)$/;

/** The type a `requested_token_type` asks for, or `undefined` when it is not one of ours. */
export function parseRequestedTokenType(urn: string): TokenType | undefined {
  const name = REQUESTED.exec(urn)?.[1];
  return TOKEN_TYPES.find((type) => type === name);
}
