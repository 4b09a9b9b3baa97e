import { issuerKey, type Claims } from '@countersign/core';
import type { IdentityProvider, Snapshot } from '../snapshot/model.ts';

/**
 * Which identity provider an id_token is of: the one of its `iss`, and of several with one issuer that for one of whose
 * clients it was made. It reads what nobody has proved: it only says whom to ask, and what has to be found then.
 */
export interface Claimed {
  readonly provider: IdentityProvider;
  /** One of these has to be in `aud`. */
  readonly audiences: readonly string[];
  /** It was made for clients of several, and does not say for which in particular. */
  readonly ambiguous: boolean;
}

export function providerOf({ identityProviders }: Snapshot, claims: Claims): Claimed | undefined {
  const iss = own(claims, 'iss');
  const candidates = (typeof iss === 'string' ? identityProviders.get(issuerKey(iss)) : undefined) ?? [];
  const [first] = candidates;
  if (first === undefined) return undefined;
  const named = candidates.filter(takes(audienceOf(claims)));
  // OpenID Connect Core section 2: `azp` is the client that an id_token for several was issued to.
  const authorized = named.length > 1 ? candidates.filter(takes([own(claims, 'azp')])) : named;
  const [only, another] = authorized.filter((provider) => named.includes(provider));
  if (only && !another) return { provider: only, audiences: only.audiences, ambiguous: false };
  // Whichever is asked has the same issuer and so the same keys: the fault is told to whoever has a good signature.
  const audiences = candidates.flatMap((candidate) => candidate.audiences);
  return { provider: first, audiences, ambiguous: named.length > 1 };
}

function takes(audiences: readonly unknown[]): (provider: IdentityProvider) => boolean {
  return (provider) => provider.audiences.some((audience) => audiences.includes(audience));
}

/** RFC 7519 section 4.1.3: a text, or a list. */
function audienceOf(claims: Claims): readonly unknown[] {
  const aud = own(claims, 'aud');
  return Array.isArray(aud) ? aud : [aud];
}

function own(claims: Claims, name: string): Claims[string] | undefined {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}
