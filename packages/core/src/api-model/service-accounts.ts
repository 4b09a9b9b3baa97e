import * as z from 'zod';
import type { Json } from '../claims.ts';
import { timeText, unknownMember } from './issuers.ts';
import { description, unchanged } from './text.ts';
import { expires } from './tokens.ts';

/** Service accounts over the API: machines that are known by name, and the tokens that they show. */

/** It stands in the principal `service:ORG/NAME`, which policies name. */
export const serviceAccountName = z
  .string({ error: 'expected a text' })
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'expected 1 to 40 of a-z, 0-9 and "-", none at the ends');

const MAX_CLAIMS = 32;
const MAX_CLAIM_CHARACTERS = 4096;

/** What only a token that was really exchanged may say of itself (RFC 7519 section 4.1, RFC 8693 section 4). */
const REGISTERED = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'azp', 'act', 'may_act', 'cnf'];

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const CLAIM_NAME = /^[A-Za-z0-9_.:/-]{1,100}$/;

function nameFault(name: string): string | undefined {
  if (!CLAIM_NAME.test(name))
    return 'expected a name of 1 to 100 letters, digits, "_", ".", ":", "/" and "-"';
  return REGISTERED.includes(name)
    ? 'expected another name: tokens of issuers alone have this one'
    : undefined;
}

const claims = z
  .record(
    z.string(),
    z.union([scalar, z.array(scalar)], {
      error: 'expected a text, a number, true, false or a list of these',
    }),
    { error: 'expected an object' },
  )
  .superRefine((value, context) => {
    for (const name of Object.keys(value)) {
      const message = nameFault(name);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
    }
  })
  .refine((value) => Object.keys(value).length <= MAX_CLAIMS, `expected at most ${MAX_CLAIMS} claims`)
  .refine(
    (value) => JSON.stringify(value).length <= MAX_CLAIM_CHARACTERS,
    `expected at most ${MAX_CLAIM_CHARACTERS} characters of JSON`,
  )
  .transform((value): Readonly<Record<string, Json>> => value);

export const serviceAccountCreation = z.strictObject(
  {
    name: serviceAccountName,
    description: unchanged(description),
    claims: unchanged(claims).describe(
      'What its tokens say besides who it is: `claim/PATH` of policies and `jwt_claims_headers` read it. Never changed.',
    ),
  },
  { error: unknownMember },
);

export type ServiceAccountCreation = z.output<typeof serviceAccountCreation>;

export const serviceAccountUpdate = z.strictObject(
  {
    description: unchanged(description),
    disabled: unchanged(z.boolean({ error: 'expected true or false' })).describe(
      'While it is, its tokens open nothing and it is given none.',
    ),
  },
  { error: unknownMember },
);

export type ServiceAccountUpdate = z.output<typeof serviceAccountUpdate>;

export const serviceAccountView = z.strictObject({
  name: z.string(),
  principal: z.string().describe('`service:ORG/NAME`: what policies and decisions call it.'),
  description: z.string(),
  claims: z.record(z.string(), z.union([scalar, z.array(scalar)])),
  disabled: z.boolean(),
  created: timeText,
  modified: timeText,
});

export const serviceAccountList = z.strictObject({ serviceAccounts: z.array(serviceAccountView) });

export const serviceAccountTokenCreation = z.strictObject(
  { description: unchanged(description), expires: unchanged(expires) },
  { error: unknownMember },
);

export type ServiceAccountTokenCreation = z.output<typeof serviceAccountTokenCreation>;

const MAX_OVERLAP = 30 * 86_400;

export const tokenRotation = z.strictObject(
  {
    overlap: unchanged(
      z
        .number({ error: 'expected a number of seconds' })
        .int('expected whole seconds')
        .min(0, 'expected 0 or more seconds')
        .max(MAX_OVERLAP, 'expected at most 30 days'),
    ).describe('Seconds for which the old token goes on working. Default a day; 0: it ends at once.'),
    expires: unchanged(expires).describe('Of the new token.'),
  },
  { error: unknownMember },
);

export type TokenRotation = z.output<typeof tokenRotation>;

/** The one time that the value is shown. */
export const rotatedToken = z.strictObject({
  id: z.string().describe('`tok_…` of the new token.'),
  tokenValue: z.string(),
  previous: z.strictObject({
    id: z.string(),
    expires: z.number().describe('Epoch seconds: when it ends.'),
  }),
});
