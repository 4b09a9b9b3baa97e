import * as z from 'zod';
import type { IssuerConfig, MemberConfig, OrganizationConfig, TeamConfig } from '../model.ts';
import { issuerUrl } from './address.ts';
import { policy } from './policy.ts';
import { duration, identifier, label, name, organizationName } from './scalar.ts';

/** An organization: its people, teams and runners, and the issuers whose tokens may speak for them. */

const noAny = 'any is not available in this version';

const audience = identifier.refine((text) => text !== 'any', noAny);

/** Also of identity providers: what `aud` may hold. */
export const audiences = z
  .array(audience, {
    error: (issue) => (issue.input === 'any' ? noAny : undefined),
  })
  .min(1, 'expected at least one audience');

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

export const issuerShape = {
  name,
  url: issuerUrl.describe('As in `iss`; discovery is this plus /.well-known/openid-configuration.'),
  disabled: z.boolean().default(false),
  audiences: audiences
    .exactOptional()
    .describe(
      '`aud` must hold one of them. Default: the names of the organization, url, and what allow policies pin.',
    ),
  max_expiration: duration('1s', '365d')
    .prefault('25h')
    .describe('Longest lifetime of a token that it vouches for.'),
  max_token_age: duration('1s', '365d')
    .exactOptional()
    .describe('Refuse subject tokens that were issued longer ago.'),
  policies: z.array(policy).default([]).describe('Without any, nothing is allowed.'),
};

const issuer = z.strictObject(issuerShape).transform((value): IssuerConfig => ({
  name: value.name,
  url: value.url,
  disabled: value.disabled,
  maxExpiration: value.max_expiration,
  policies: value.policies,
  ...(value.audiences === undefined ? {} : { audiences: value.audiences }),
  ...(value.max_token_age === undefined ? {} : { maxTokenAge: value.max_token_age }),
}));

export const organizationShape = {
  name: organizationName,
  members: z.array(member).default([]),
  teams: z.array(team).default([]),
  runners: z.array(z.strictObject(runnerShape)).default([]),
  issuers: z.array(issuer).default([]).describe('Whose tokens are exchanged.'),
};

export const organization = z.strictObject(organizationShape).transform((value): OrganizationConfig => value);
