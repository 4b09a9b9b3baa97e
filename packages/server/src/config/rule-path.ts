/** Keys of a route that make a rule of their own, under another id than their name. */
const KEYS: Readonly<Record<string, string>> = { public: 'allow_public_unauthenticated_access' };

/** Where a rule of an access policy stands in its route: `policy[1].deny.not` is `['policy', 1, 'deny', 'not']`. */
export function pathOfRule(rule: string): readonly (string | number)[] {
  return rule
    .split(/[.[\]]+/)
    .filter((part) => part !== '')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : (KEYS[part] ?? part)));
}
