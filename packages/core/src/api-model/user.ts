import * as z from 'zod';

/** Whoever calls: `GET /api/user`, and what existing clients ask beside it. */

export const userView = z.strictObject({
  id: z.string().describe('`usr_…` of a person; of a machine its principal, such as `team:acme/web`.'),
  githubLogin: z
    .string()
    .describe('The login; of an organization, team or runner token the name of the organization.'),
  name: z.string(),
  email: z.string().describe('Empty when it is not known.'),
  avatarUrl: z.literal(''),
  organizations: z.array(
    z.strictObject({
      name: z.string(),
      githubLogin: z.string(),
      avatarUrl: z.literal(''),
      role: z.enum(['admin', 'member']),
    }),
  ),
  identities: z.array(z.never()),
  tokenInfo: z
    .strictObject({ name: z.string(), organization: z.string(), team: z.string().optional() })
    .optional()
    .describe('Of an organization, team or runner token.'),
});

export const defaultOrganizationView = z.strictObject({
  GitHubLogin: z.string(),
  Messages: z.array(z.never()),
});

export const capabilitiesView = z.strictObject({ capabilities: z.array(z.never()) });
