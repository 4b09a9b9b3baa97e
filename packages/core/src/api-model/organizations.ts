import * as z from 'zod';
import { source, timeText, unknownMember } from './issuers.ts';

/** Organizations over the API: `GET` and `POST /api/orgs`, `GET` and `DELETE /api/orgs/{org}`. */

/** What the configuration file takes for one as well. */
export const organizationName = z
  .string({ error: 'expected a text' })
  .regex(/^[a-z0-9-]{1,40}$/, 'expected 1 to 40 of a-z, 0-9 and "-"');

export const organizationCreation = z.strictObject({ name: organizationName }, { error: unknownMember });

export type OrganizationCreation = z.output<typeof organizationCreation>;

export const organizationView = z.strictObject({
  name: z.string(),
  githubLogin: z.string().describe('The name again, for existing clients.'),
  avatarUrl: z.literal(''),
  created: timeText.optional(),
  source,
});

export type OrganizationView = z.output<typeof organizationView>;

export const organizationList = z.strictObject({
  organizations: z.array(organizationView),
  continuationToken: z.string().optional(),
});
