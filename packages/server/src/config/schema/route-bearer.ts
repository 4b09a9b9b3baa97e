import * as z from 'zod';

/** Which tokens of others a route takes as they are. Whether there are such issuers is asked in `route-issuers.ts`. */

/** More issuers than have jobs that call one service. */
export const MAX_ROUTE_ISSUERS = 32;

const issuerName = z
  .string()
  .regex(/^[a-z0-9-]{1,40}\/[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'expected ORGANIZATION/ISSUER');

/** Formats that Pomerium has and what is meant by them here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  idp_access_token:
    'is not available: an access token of a provider says nothing about whom it was made for; send the id_token with idp_identity_token',
  jwt: 'is not available: name the issuers under issuers instead',
};

const FORMATS = ['default', 'idp_identity_token'] as const;

const format = z.enum(FORMATS, {
  error: ({ input }) =>
    typeof input === 'string' && Object.hasOwn(ELSEWHERE, input)
      ? `${input} ${ELSEWHERE[input]}`
      : 'expected default or idp_identity_token',
});

export const bearerShape = {
  bearer_token_format: format
    .exactOptional()
    .describe(
      'idp_identity_token: id_tokens of identity providers are taken as they are. Default: tokens of ours alone.',
    ),
  issuers: z
    .array(issuerName)
    .min(1, 'expected at least one issuer')
    .max(MAX_ROUTE_ISSUERS, `expected at most ${MAX_ROUTE_ISSUERS} issuers`)
    .exactOptional()
    .describe('ORGANIZATION/ISSUER whose tokens are taken as they are, under its policies.'),
};
