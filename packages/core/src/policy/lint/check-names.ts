import { parseClaimPath, readPath, type Claims } from '../../claims.ts';
import type { IssuerPreset } from '../../issuer-preset/model.ts';
import { namesOwner, namesOwnerById, narrows } from './accepted.ts';
import { withClaim } from './craft.ts';
import { example, ownToken } from './example.ts';
import type { Finding, LintContext, LintedPolicy } from './model.ts';
import type { Pin } from './pins.ts';

/**
 * Names where ids exist. Names of accounts, repositories and groups can be freed and taken by others, who then send
 * exactly what the policy asks for; ids cannot.
 */
export function checkNames(one: LintedPolicy, context: LintContext): readonly Finding[] {
  const { preset } = context;
  if (one.policy.decision === 'deny') return [];
  const unsafe = one.pins.find((pin) => {
    const ids = idsFor(pin.claim, preset);
    return ids.length > 0 && narrows(pin.matcher) && !isSafe(ids, one.pins, preset);
  });
  if (unsafe === undefined) return [];
  const ids = idsFor(unsafe.claim, preset);
  return [
    {
      level: 'warning',
      rule: 'name-not-id',
      path: unsafe.path,
      message: `${unsafe.claim} holds names, which can be given to somebody else; pin ${ids.slice(0, 2).join(' or ')} too`,
      ...example(one, context, sameNames(one, context)),
    },
  ];
}

/** Claims that make a name safe. */
function idsFor(name: string, preset: IssuerPreset): readonly string[] {
  return Object.keys(preset.immutable).filter((id) => preset.immutable[id]?.includes(name));
}

/** An id is pinned, or the subject holds them. */
function isSafe(ids: readonly string[], pins: readonly Pin[], preset: IssuerPreset): boolean {
  return pins.some((pin) => {
    const owner = preset.owner.find(({ claim }) => claim === pin.claim) ?? { claim: pin.claim };
    if (ids.includes(pin.claim)) return namesOwner(pin.matcher, owner);
    const covers = ids.some((id) => preset.immutable[id]?.includes(pin.claim));
    return covers && namesOwnerById(pin.matcher, owner);
  });
}

/** The owner's names, come into other hands: everything as before, but the ids. */
function sameNames(one: LintedPolicy, context: LintContext): Claims {
  const { preset } = context;
  return Object.keys(preset.immutable).reduce(
    (claims, id) => {
      const path = parseClaimPath(id);
      const value = path.ok ? readPath(preset.stranger, path.value) : undefined;
      return value === undefined || !path.ok ? claims : withClaim(claims, path.value, value);
    },
    ownToken(one, context),
  );
}
