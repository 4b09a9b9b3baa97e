import * as z from 'zod';
import { source, timeText, unknownMember } from './issuers.ts';
import { seconds, unchanged } from './text.ts';

/** The policies of an issuer: `GET` and `PATCH /api/orgs/{org}/auth/policies/…`. */

/** A team, login or runner; wildcards as in rules. */
const target = z
  .string({ error: 'expected a text' })
  .regex(/^[\x21-\x7e]{1,512}$/, 'expected 1 to 512 visible ASCII characters');

const MOST_SECONDS = 365 * 86_400;

export const policyDefinition = z.strictObject(
  {
    decision: z.enum(['allow', 'deny'], { error: 'expected allow or deny' }),
    tokenType: z.enum(['organization', 'team', 'personal', 'runner'], {
      error: 'expected organization, team, personal or runner',
    }),
    teamName: unchanged(target).describe('Of tokenType team; * ? . are wildcards.'),
    userLogin: unchanged(target).describe('Of tokenType personal; * ? . are wildcards.'),
    runnerID: unchanged(target).describe('Of tokenType runner: name or id; * ? . are wildcards.'),
    roleID: unchanged(
      z.literal('', { error: 'roles are not supported: leave it out, and use authorizedPermissions' }),
    ),
    authorizedPermissions: z
      .array(z.enum(['admin', 'standard'], { error: 'expected admin or standard' }))
      .default([])
      .describe('admin lets an organization token ask for scope admin; standard adds nothing.'),
    rules: z
      .record(z.string(), z.string({ error: 'expected a text' }))
      .default({})
      .describe('Claim path → pattern, all must match: * any run, ? none or one, . exactly one character.'),
    match: unchanged(z.record(z.string(), z.json())).describe('Claim path → typed matcher, all must match.'),
    condition: unchanged(z.string().min(1, 'expected an expression')).describe('One expression of CEL.'),
    maxExpiration: unchanged(seconds(MOST_SECONDS)).describe('Longest lifetime it grants, seconds.'),
    format: unchanged(z.enum(['opaque', 'jwt'])).describe('jwt: its tokens are signed (RFC 9068).'),
    mode: unchanged(z.enum(['enforce', 'audit'])).describe('audit: evaluated and recorded, never decides.'),
    resources: unchanged(z.array(target).min(1, 'expected at least one').max(100)).describe(
      'URLs of routes that its tokens open.',
    ),
    allowBroad: unchanged(z.boolean()).describe('A finding of level error in lint was meant.'),
  },
  { error: unknownMember },
);

export type PolicyDefinition = z.output<typeof policyDefinition>;

/** What existing clients are used to. */
export const MAX_POLICIES = 5000;

export const policiesUpdate = z.strictObject(
  {
    policies: z
      .array(policyDefinition, { error: 'expected a list' })
      .min(1, 'expected at least one policy')
      .max(MAX_POLICIES, `expected at most ${MAX_POLICIES} policies`),
  },
  { error: unknownMember },
);

const policyView = z.strictObject({
  id: z.string().describe('Of this very policy: it is another one when it says something else.'),
  decision: z.enum(['allow', 'deny']),
  tokenType: z.enum(['organization', 'team', 'personal', 'runner']),
  teamName: z.string().optional(),
  userLogin: z.string().optional(),
  runnerID: z.string().optional(),
  authorizedPermissions: z.array(z.enum(['admin', 'standard'])),
  rules: z.record(z.string(), z.string()),
  match: z.record(z.string(), z.json()).optional(),
  condition: z.string().optional(),
  maxExpiration: z.number().optional(),
  format: z.enum(['opaque', 'jwt']).optional(),
  mode: z.enum(['enforce', 'audit']).optional(),
  resources: z.array(z.string()).optional(),
  allowBroad: z.boolean().optional(),
});

export const policyListView = z.strictObject({
  id: z.string().describe('Of the list: what PATCH names.'),
  version: z.number().describe('One more with every change; also the ETag.'),
  created: timeText.optional(),
  modified: timeText.optional(),
  policies: z.array(policyView),
  source,
});
