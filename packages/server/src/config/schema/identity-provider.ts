import { parseClaimPath } from '@countersign/core';
import * as z from 'zod';
import type { IdentityProviderConfig } from '../model.ts';
import { issuerUrl } from './address.ts';
import { audiences } from './issuer.ts';
import { identifier, name, organizationName } from './scalar.ts';

/** An identity provider: where people sign in, and whose id_tokens are exchanged for sessions. */

export const claimPath = z
  .string()
  .refine((text) => parseClaimPath(text).ok, 'expected a claim path such as email or "example.com".name');

export const claimsShape = {
  email: claimPath.default('email'),
  groups: claimPath.default('groups'),
  name: claimPath.default('name'),
};

const domain = z
  .string()
  .max(253, 'expected at most 253 characters')
  .regex(/^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/, 'expected a domain such as acme.example')
  .transform((text) => text.toLowerCase());

export const identityProviderShape = {
  name,
  issuer: issuerUrl,
  client_id: identifier.describe('`aud` of the id_tokens that are taken.'),
  audiences: audiences.default([]).describe('Further client ids whose id_tokens are taken.'),
  organizations: z
    .array(organizationName)
    .exactOptional()
    .describe('Whose members its people may be. Required once the file has two organizations.'),
  email_domains: z
    .array(domain)
    .min(1, 'expected at least one domain')
    .exactOptional()
    .describe('An email counts only in these domains. Default: in all.'),
  email_is_verified: z
    .boolean()
    .default(false)
    .describe('The provider sends no email_verified and vouches for every email.'),
  claims: z.strictObject(claimsShape).prefault({}).describe('Where the facts about a person are.'),
};

export const identityProvider = z
  .strictObject(identityProviderShape)
  .transform((value): IdentityProviderConfig => ({
    name: value.name,
    issuer: value.issuer,
    clientId: value.client_id,
    audiences: value.audiences,
    emailIsVerified: value.email_is_verified,
    claims: value.claims,
    ...(value.organizations === undefined ? {} : { organizations: value.organizations }),
    ...(value.email_domains === undefined ? {} : { emailDomains: value.email_domains }),
  }));
