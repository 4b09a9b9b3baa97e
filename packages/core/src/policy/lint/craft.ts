import { isObject, readPath, type ClaimPath, type Claims, type Json } from '../../claims.ts';
import type { Pin } from './pins.ts';
import { candidates } from './witness.ts';

/** Makes tokens that fulfil the conditions of a policy out of tokens that look real. */

export interface CraftOptions {
  /** Claims that are to stay as they are. */
  readonly fixed?: ReadonlySet<string>;
  /** What a subject has to be, beside what the policy asks. */
  readonly isSubject?: ((subject: string) => boolean) | undefined;
  /** Pays for work; `false` = there is nothing left to pay with. */
  readonly spend: (units: number) => boolean;
}

/** The token `base`, changed as little as the conditions ask; `undefined` when that is not to be had. */
export function craft(pins: readonly Pin[], base: Claims, options: CraftOptions): Claims | undefined {
  let claims = base;
  for (const group of byClaim(pins)) {
    const [first] = group;
    if (first === undefined) continue;
    const current = readPath(claims, first.claimPath);
    const value = choose(group, current, options);
    if (value === undefined) return undefined;
    if (value.is !== current) claims = withClaim(claims, first.claimPath, value.is);
  }
  return suits(claims['sub'], options) ? claims : undefined;
}

/** Conditions on the same claim belong together: one value has to fulfil them all. */
export function byClaim(pins: readonly Pin[]): readonly (readonly Pin[])[] {
  return [...Map.groupBy(pins, (pin) => pin.claim).values()];
}

function choose(
  group: readonly Pin[],
  current: Json | undefined,
  options: CraftOptions,
): { readonly is: Json | undefined } | undefined {
  const claim = group[0]?.claim ?? '';
  const choices =
    options.fixed?.has(claim) === true ? [current] : group.flatMap((pin) => candidates(pin.matcher, current));
  for (const value of choices) {
    if (claim === 'sub' && !suits(value, options)) continue;
    if (!options.spend(group.length + costOf(group) * sizeOf(value))) return undefined;
    if (group.every((pin) => pin.test(value) === true)) return { is: value };
  }
  return undefined;
}

function suits(subject: Json | undefined, { isSubject }: CraftOptions): boolean {
  return isSubject === undefined || (typeof subject === 'string' && isSubject(subject));
}

/** Steps of the pattern machine a character, at worst. */
export function costOf(pins: readonly Pin[]): number {
  return pins.reduce((sum, pin) => sum + matcherSize(pin.matcher), 0);
}

function matcherSize(matcher: Pin['matcher']): number {
  if ('pattern' in matcher) return matcher.pattern.length + 1;
  if (!('of' in matcher)) return 1;
  const inside = 'kind' in matcher.of ? [matcher.of] : matcher.of;
  return inside.reduce((sum, of) => sum + matcherSize(of), 1);
}

/** Characters of the longest text in a value, at least one. */
export function sizeOf(value: Json | undefined): number {
  if (typeof value === 'string') return value.length + 1;
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((longest, part: Json) => Math.max(longest, sizeOf(part)), 1);
}

/** The claims with another value at this path; `undefined` takes it away. */
export function withClaim(claims: Claims, [key = '', ...rest]: ClaimPath, value: Json | undefined): Claims {
  const entries = Object.entries(claims).filter(([name]) => name !== key);
  const before = Object.hasOwn(claims, key) ? claims[key] : undefined;
  const after = rest.length === 0 ? value : withClaim(isObject(before) ? before : {}, rest, value);
  // fromEntries defines: a claim may be called `__proto__`.
  return Object.fromEntries(after === undefined ? entries : [...entries, [key, after]]);
}
