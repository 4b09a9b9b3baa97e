import type { IssuerPreset } from '../../issuer-preset/model.ts';
import { namesOwner, narrows } from './accepted.ts';
import { example, strangerToken } from './example.ts';
import type { Finding, LintContext, LintedPolicy } from './model.ts';
import type { Pin } from './pins.ts';
import type { LintRule } from './rules.ts';

/**
 * Whose tokens an allow takes. One issuer signs for every customer of a platform, so a policy that pins no owner
 * trusts them all (threat 4; the class of CVE-2024-28056). An error where the issuer is shared.
 */
export function checkOwner(one: LintedPolicy, context: LintContext): readonly Finding[] {
  const { preset, shared } = context;
  if (one.policy.decision === 'deny' || isOwned(one.pins, preset)) return [];
  const level = shared ? 'error' : 'warning';
  const found = (rule: LintRule, path: Finding['path'], message: string): readonly Finding[] => [
    { level, rule, path, message, ...example(one, context, strangerToken(one, context)) },
  ];
  const claims = preset.owner.map((owner) => owner.claim);
  if (one.policy.condition !== undefined)
    return found(
      'condition-only',
      [...one.path, 'condition'],
      `only the condition says whose tokens these are; pin ${suggested(claims)} in "match" too`,
    );
  if (claims.length === 0)
    return found('whole-issuer', one.path, 'every token of this issuer passes; pin sub or another claim');
  const tried = one.pins.find((pin) => claims.includes(pin.claim));
  if (tried === undefined)
    return found('owner-missing', one.path, `tokens of any owner pass; pin ${suggested(claims)}`);
  return found(
    'owner-wildcard',
    tried.path,
    `${tried.claim} leaves open whose token it is; write the owner out, or pin ${suggested(claims)}`,
  );
}

/** Whether conditions on claims alone tell the owner's tokens from those of others. */
function isOwned(pins: readonly Pin[], preset: IssuerPreset): boolean {
  if (preset.owner.length === 0)
    return pins.some((pin) => !ABOUT_THE_TOKEN.includes(pin.claim) && narrows(pin.matcher));
  return preset.owner.some((owner) =>
    pins.some((pin) => pin.claim === owner.claim && namesOwner(pin.matcher, owner)),
  );
}

/** What all tokens of an issuer may share. */
const ABOUT_THE_TOKEN: readonly string[] = ['iss', 'aud', 'exp', 'nbf', 'iat', 'jti'];

function suggested(claims: readonly string[]): string {
  return claims.length === 0 ? 'sub' : claims.slice(0, 3).join(' or ');
}
