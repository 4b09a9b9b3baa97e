import * as z from 'zod';
import { timeText, unknownMember } from './issuers.ts';
import { description, unchanged } from './text.ts';

/** Access tokens over the API: `POST` and `GET` of `/api/user/tokens`, `/api/orgs/{org}/tokens` and those of a team. */

/** Anything that people tell tokens apart by, a slash included; nothing that they cannot see. */
const tokenName = z
  .string({ error: 'expected a text' })
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,40}$/u, 'expected 1 to 40 characters, none of them invisible')
  .describe(
    'Unique among all that the organization has ever given to its own tokens and those of its teams.',
  );

/** Whether a time is near enough is asked of the clock, not here. */
export const expires = z
  .number({ error: 'expected a time in seconds' })
  .int('expected whole seconds')
  .min(0, 'expected a time in seconds, or 0 for never')
  .describe('Epoch seconds; 0 or absent: never. At most two years ahead.');

const about = {
  description: unchanged(description),
  expires: unchanged(expires),
};

export const personalTokenCreation = z.strictObject(about, { error: unknownMember });

export type PersonalTokenCreation = z.output<typeof personalTokenCreation>;

export const teamTokenCreation = z.strictObject({ name: tokenName, ...about }, { error: unknownMember });

export type TeamTokenCreation = z.output<typeof teamTokenCreation>;

export const organizationTokenCreation = z.strictObject(
  {
    name: tokenName,
    ...about,
    admin: unchanged(z.boolean({ error: 'expected true or false' })).describe(
      'Whether it may do what an admin of the organization may.',
    ),
  },
  { error: unknownMember },
);

export type OrganizationTokenCreation = z.output<typeof organizationTokenCreation>;

/** The answer to a creation: the one time that the value is shown. */
export const createdToken = z.strictObject({ id: z.string(), tokenValue: z.string() });

const view = {
  id: z.string().describe('`tok_…`'),
  name: z.string().describe('Empty where tokens have none; of an exchanged token its id.'),
  description: z.string(),
  created: timeText,
  lastUsed: z.number().describe('Epoch seconds, to within a minute or so; 0: never.'),
  expires: z.number().describe('Epoch seconds; 0: never.'),
  admin: z.boolean(),
  createdBy: z
    .string()
    .describe('Login of a member, else the id of who it was; of an exchanged token its `sub`.'),
  type: z.enum(['organization', 'team', 'personal', 'runner', 'session', 'service']),
  revoked: z.number().optional().describe('Epoch seconds: when it was ended.'),
};

export const madeTokenView = z.strictObject({ ...view, source: z.literal('api') });

export type MadeTokenView = z.output<typeof madeTokenView>;

export const exchangedTokenView = z.strictObject({
  ...view,
  source: z.literal('exchange'),
  format: z.enum(['opaque', 'jwt']),
  principal: z.string(),
  issuerId: z.string(),
  subject: z.string(),
  policyIds: z.array(z.string()),
  resources: z.array(z.string()),
  decisionId: z.string(),
});

export type ExchangedTokenView = z.output<typeof exchangedTokenView>;

export const tokenList = z.strictObject({
  tokens: z.array(z.union([madeTokenView, exchangedTokenView])),
  continuationToken: z.string().optional(),
});
