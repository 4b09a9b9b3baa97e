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

/** A first sign-in asks in each of them whether the person is a member. */
const MAX_ORGANIZATIONS = 200;

const MAX_DOMAINS = 1000;

const domain = z
  .string()
  .max(253, 'expected at most 253 characters')
  .regex(/^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/, 'expected a domain such as acme.example')
  .transform((text) => text.toLowerCase());

/** RFC 6749 appendix A.2. */
const clientSecret = z
  .string()
  .regex(/^[\x20-\x7e]{1,1024}$/, 'expected 1 to 1024 printable ASCII characters');

/** RFC 6749 section 3.3. */
const scopeName = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, 'expected 1 to 200 visible ASCII characters but " and \\');

const MAX_SCOPES = 50;

export const identityProviderShape = {
  name,
  issuer: issuerUrl,
  client_id: identifier.describe('`aud` of the id_tokens that are taken.'),
  client_secret: clientSecret
    .exactOptional()
    .describe('Secret of the client. Default: none, a public client.'),
  scopes: z
    .array(scopeName)
    .max(MAX_SCOPES, `expected at most ${MAX_SCOPES} scopes`)
    .refine((names) => new Set(names).size === names.length, 'expected each scope once')
    // OpenID Connect Core section 3.1.2.1: without it there is no id_token.
    .refine((names) => names.includes('openid'), 'expected openid among them')
    .default(['openid', 'email', 'profile', 'offline_access'])
    .describe('What a sign-in asks for. A session is refreshed where the provider gives a refresh token.'),
  audiences: audiences.default([]).describe('Further client ids whose id_tokens are taken.'),
  organizations: z
    .array(organizationName)
    .min(1, 'expected at least one organization')
    .max(MAX_ORGANIZATIONS, `expected at most ${MAX_ORGANIZATIONS} organizations`)
    .refine((names) => new Set(names).size === names.length, 'expected each organization once')
    .exactOptional()
    .describe('Whose members its people may be. Required once the file has two organizations.'),
  email_domains: z
    .array(domain)
    .min(1, 'expected at least one domain')
    .max(MAX_DOMAINS, `expected at most ${MAX_DOMAINS} domains`)
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
  .superRefine(({ claims, email_is_verified }, context) => {
    if (email_is_verified || namesEmail(claims.email)) return;
    const message =
      'expected email_is_verified: true beside it: email_verified speaks of the claim email alone';
    context.addIssue({ code: 'custom', path: ['claims', 'email'], message });
  })
  .transform((value): IdentityProviderConfig => ({
    name: value.name,
    issuer: value.issuer,
    clientId: value.client_id,
    scopes: value.scopes,
    audiences: value.audiences,
    emailIsVerified: value.email_is_verified,
    claims: value.claims,
    ...(value.client_secret === undefined ? {} : { clientSecret: value.client_secret }),
    ...(value.organizations === undefined ? {} : { organizations: value.organizations }),
    ...(value.email_domains === undefined ? {} : { emailDomains: value.email_domains }),
  }));

/** `email_verified` speaks of the claim `email` beside it (OpenID Connect Core 5.1), and of none of another name. */
function namesEmail(path: string): boolean {
  const parsed = parseClaimPath(path);
  return parsed.ok && parsed.value.at(-1) === 'email';
}
