import { isObject, parseClaimPath, printClaimPath, type ClaimPath, type Claims } from '../../claims.ts';
import type { IssuerPreset } from '../../issuer-preset/model.ts';
import { ISSUER_PRESETS } from '../../issuer-preset/presets.ts';
import { suggestion } from '../wording.ts';
import type { Finding, LintContext, LintedPolicy } from './model.ts';

/** Claims that the platform does not issue: mostly spelling, and in a deny a hole, since it then denies nothing. */
export function checkClaims(one: LintedPolicy, { preset }: LintContext): readonly Finding[] {
  const known = KNOWN.get(preset.name);
  if (known === undefined) return [];
  return one.pins
    .filter((pin) => !isKnown(pin.claim, known))
    .map((pin) => ({
      level: 'warning',
      rule: 'unknown-claim',
      path: pin.path,
      message: `tokens of ${preset.title} have no claim ${pin.claim}${suggestion(pin.claim, known.names)}`,
    }));
}

interface KnownClaims {
  readonly names: readonly string[];
  readonly families: readonly string[];
}

const STANDARD = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'];

const KNOWN: ReadonlyMap<string, KnownClaims> = new Map(
  ISSUER_PRESETS.flatMap((preset) => {
    const known = knownClaims(preset);
    return known === undefined ? [] : [[preset.name, known] as const];
  }),
);

function knownClaims({ samples, owner, claims }: IssuerPreset): KnownClaims | undefined {
  if (claims === undefined) return undefined;
  const paths = [
    ...samples.flatMap((sample) => pathsOf(sample, [])),
    ...owner.flatMap(({ claim }) => parents(claim)),
    ...claims.filter((claim) => !claim.endsWith('*')).flatMap(parents),
  ];
  return {
    names: [...new Set([...STANDARD, ...paths])],
    families: claims.filter((claim) => claim.endsWith('*')).map((claim) => claim.slice(0, -1)),
  };
}

/** A claim path and those of the objects that it lies in. */
function parents(claim: string): readonly string[] {
  const path = parseClaimPath(claim);
  return path.ok ? path.value.map((_, index) => printClaimPath(path.value.slice(0, index + 1))) : [];
}

function pathsOf(claims: Claims, above: ClaimPath): readonly string[] {
  return Object.entries(claims).flatMap(([name, value]) => {
    const path = [...above, name];
    return [printClaimPath(path), ...(isObject(value) ? pathsOf(value, path) : [])];
  });
}

function isKnown(claim: string, { names, families }: KnownClaims): boolean {
  return names.includes(claim) || families.some((family) => claim.startsWith(family));
}
