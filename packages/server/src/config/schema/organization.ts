import * as z from 'zod';
import type { MemberConfig, OrganizationConfig, TeamConfig } from '../model.ts';
import { issuer } from './issuer.ts';
import { label, name, organizationName } from './scalar.ts';

/** An organization: its people, teams and runners, and the issuers whose tokens may speak for them. */

export const email = z
  .string()
  .regex(/^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}]{1,190}$/u, 'expected an email address');

export const memberShape = {
  login: name.describe('Unique on the server; the same login in two organizations is the same person.'),
  email: email.exactOptional(),
  name: label.exactOptional(),
  role: z.enum(['admin', 'member']).default('member'),
};

const member = z.strictObject(memberShape).transform((value): MemberConfig => value);

export const teamShape = {
  name,
  display_name: label.exactOptional(),
  members: z.array(name).default([]).describe('Logins.'),
};

const team = z.strictObject(teamShape).transform((value): TeamConfig => ({
  name: value.name,
  displayName: value.display_name ?? value.name,
  members: value.members,
}));

export const runnerShape = { name };

export const organizationShape = {
  name: organizationName,
  members: z.array(member).default([]),
  teams: z.array(team).default([]),
  runners: z.array(z.strictObject(runnerShape)).default([]),
  issuers: z.array(issuer).default([]).describe('Whose tokens are exchanged.'),
};

export const organization = z.strictObject(organizationShape).transform((value): OrganizationConfig => value);
