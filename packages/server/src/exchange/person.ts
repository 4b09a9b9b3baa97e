import { parseClaimPath, readPath, type Claims, type Json, type UserPrincipal } from '@countersign/core';
import type { IdentityProvider } from '../snapshot/model.ts';

/**
 * Who a person is, from the verified claims of their id_token. Recognised by (provider, `sub`) alone: an email is
 * something to write policies about, never a name, because addresses are reassigned.
 */
export function personOf(provider: IdentityProvider, subject: string, claims: Claims): UserPrincipal {
  const email = verifiedEmail(provider, claims);
  const name = claimAt(claims, provider.claims.name);
  return {
    kind: 'user',
    user: `${provider.name}/${subject}`,
    groups: groupsOf(claimAt(claims, provider.claims.groups)),
    vouchedBy: {
      kind: 'identity_provider',
      provider: provider.name,
      organizations: provider.organizations,
    },
    ...(email === undefined ? {} : { email }),
    ...(typeof name === 'string' ? { name } : {}),
  };
}

/** The email, if the provider has verified it (OpenID Connect Core 5.1) and may speak for its domain. */
function verifiedEmail(provider: IdentityProvider, claims: Claims): string | undefined {
  const email = claimAt(claims, provider.claims.email);
  if (typeof email !== 'string') return undefined;
  if (claims['email_verified'] !== true && !provider.emailIsVerified) return undefined;
  const at = email.lastIndexOf('@');
  if (at < 1 || at === email.length - 1) return undefined;
  const domain = email.slice(at + 1).toLowerCase();
  if (provider.emailDomains && !provider.emailDomains.includes(domain)) return undefined;
  return email;
}

function groupsOf(value: Json | undefined): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((group): group is string => typeof group === 'string');
}

function claimAt(claims: Claims, path: string): Json | undefined {
  const parsed = parseClaimPath(path);
  return parsed.ok ? readPath(claims, parsed.value) : undefined;
}
