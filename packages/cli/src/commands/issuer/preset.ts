import type { IssuerPreset } from '@countersign/core';

/** What is known of a platform, as far as somebody who writes a policy for it needs it. */
export interface PresetPins {
  readonly name: string;
  readonly title: string;
  /** Claim paths that say whose token it is; an allow policy has to pin one, the first are the safest. */
  readonly pin: readonly string[];
  readonly hints: readonly string[];
}

/** Ids, which are never given to somebody else, before names. */
export function presetPins({ name, title, owner, immutable, hints }: IssuerPreset): PresetPins {
  const claims = owner.map(({ claim }) => claim);
  const isId = (claim: string): boolean => Object.hasOwn(immutable, claim);
  return { name, title, pin: [...claims.filter(isId), ...claims.filter((claim) => !isId(claim))], hints };
}
