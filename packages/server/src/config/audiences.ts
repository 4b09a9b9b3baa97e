import { defaultAudiences, isObject, parseClaimPath, type Json, type TrustPolicy } from '@countersign/core';
import type { IssuerConfig } from './model.ts';

/** What `aud` of a subject token may hold: as the file says, else our own names and what its policies pin. */
export function audiencesOf(
  organization: string,
  issuer: Pick<IssuerConfig, 'audiences' | 'policies'>,
  serviceUrl: string,
): readonly string[] | 'any' {
  if (issuer.audiences !== undefined) return issuer.audiences;
  const own = defaultAudiences(organization, serviceUrl);
  return [...new Set([...own, ...issuer.policies.flatMap(pinnedAudiences)])];
}

/**
 * Every `aud` that an allow policy pins without a wildcard: whoever wrote the policy has said that such tokens are
 * meant for us. A deny says the opposite, a pattern says nothing exact, and a policy in audit mode decides nothing: the
 * policies beside it would take tokens that were made for somebody else.
 */
function pinnedAudiences({ decision, mode, rules, match }: TrustPolicy): readonly string[] {
  if (decision !== 'allow' || mode === 'audit') return [];
  const patterns = Object.entries(rules).filter(([path, pattern]) => isAud(path) && !/[*?.]/.test(pattern));
  const matchers = Object.entries(match).filter(([path]) => isAud(path));
  return [
    ...patterns.map(([, pattern]) => pattern),
    ...matchers.flatMap(([, matcher]) => exactTexts(matcher)),
  ];
}

function isAud(path: string): boolean {
  const parsed = parseClaimPath(path);
  return parsed.ok && parsed.value.length === 1 && parsed.value[0] === 'aud';
}

/** The texts of `equals` or `one_of`, when the matcher is that alone. */
function exactTexts(matcher: Json): readonly string[] {
  const [only, another] = isObject(matcher) ? Object.entries(matcher) : [];
  if (only === undefined || another !== undefined) return [];
  const [key, value] = only;
  const values: readonly Json[] = key === 'one_of' && Array.isArray(value) ? value : [value];
  return key === 'equals' || key === 'one_of' ? values.filter((text) => typeof text === 'string') : [];
}
