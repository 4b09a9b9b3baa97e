import {
  foldCase,
  parseClaimPath,
  readPath,
  type Claims,
  type Json,
  type UserPrincipal,
} from '@countersign/core';
import type { IdentityProvider } from '../snapshot/model.ts';
import { sessionName } from '../tokens/mass-revocations.ts';

/**
 * Who a person is, from the verified claims of their id_token. Recognised by (provider, `sub`) alone: an email is
 * something to write policies about, never a name, because addresses are reassigned.
 */
export function personOf(provider: IdentityProvider, subject: string, claims: Claims): UserPrincipal {
  const email = verifiedEmail(provider, claims);
  const name = claimAt(claims, provider.claims.name);
  return {
    kind: 'user',
    user: sessionName(provider.name, subject),
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

/** RFC 5321 section 4.5.3.1.3: what is longer is nobody's address. */
const MAX_EMAIL = 254;

/** The email, if the provider has verified it (OpenID Connect Core 5.1) and may speak for its domain. */
function verifiedEmail(provider: IdentityProvider, claims: Claims): string | undefined {
  const email = claimAt(claims, provider.claims.email);
  if (typeof email !== 'string' || email.length > MAX_EMAIL) return undefined;
  if (!provider.emailIsVerified && !saysVerified(provider, claims)) return undefined;
  // What nobody can see would make two of one that look the same.
  if (/[\s\p{C}]/u.test(email)) return undefined;
  const at = email.lastIndexOf('@');
  if (at < 1 || at === email.length - 1) return undefined;
  const domain = foldCase(email.slice(at + 1));
  if (provider.emailDomains && !provider.emailDomains.includes(domain)) return undefined;
  return email;
}

/**
 * `email_verified` is a boolean (OpenID Connect Core 5.1), beside the email that it speaks of, and speaks of none of
 * another name: whoever may write their own `upn` must not have it verified by what is said of their `email`.
 */
function saysVerified({ claims: paths }: IdentityProvider, claims: Claims): boolean {
  const parsed = parseClaimPath(paths.email);
  if (!parsed.ok || parsed.value.at(-1) !== 'email') return false;
  return readPath(claims, [...parsed.value.slice(0, -1), 'email_verified']) === true;
}

function groupsOf(value: Json | undefined): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((group): group is string => typeof group === 'string');
}

function claimAt(claims: Claims, path: string): Json | undefined {
  const parsed = parseClaimPath(path);
  return parsed.ok ? readPath(claims, parsed.value) : undefined;
}
