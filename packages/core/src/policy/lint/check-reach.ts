import { isObject, type Json } from '../../claims.ts';
import type { Matcher, TrustPolicy } from '../model.ts';
import { piecesOf } from './accepted.ts';
import { byClaim, costOf, sizeOf } from './craft.ts';
import type { Finding, LintContext, LintedPolicy } from './model.ts';
import type { Pin } from './pins.ts';

/** Policies that decide nothing: those whose conditions contradict each other, are denied anyway, or were said before. */

/** A contradiction that can be seen without knowing any token. */
export function checkContradiction(one: LintedPolicy, context: LintContext): readonly Finding[] {
  return byClaim(one.pins)
    .filter((group) => contradicts(group, context))
    .map((group) => ({
      level: 'warning',
      rule: 'never-matches',
      path: group.at(-1)?.path ?? one.path,
      message: `no value of ${group[0]?.claim ?? ''} fulfils all that this policy asks of it`,
    }));
}

function contradicts(group: readonly Pin[], { prover }: LintContext): boolean {
  const matchers = group.flatMap((pin) => (pin.matcher.kind === 'all' ? pin.matcher.of : [pin.matcher]));
  if (matchers.length < 2) return false;
  const values = matchers.map(onlyValues).find((list) => list !== undefined);
  if (values !== undefined)
    return (
      prover.spend(
        (group.length + costOf(group)) * values.length * sizeOf(values.map((value) => value ?? null)),
      ) && !values.some((value) => group.every((pin) => pin.test(value) === true))
    );
  const edges = matchers.map(edgesOf);
  return (
    disagree(
      edges.map(([begin]) => begin),
      (long, short) => long.startsWith(short),
    ) ||
    disagree(
      edges.map(([, end]) => end),
      (long, short) => long.endsWith(short),
    )
  );
}

/** All values that this can accept, when they are few. */
function onlyValues(matcher: Matcher): readonly (Json | undefined)[] | undefined {
  if (matcher.kind === 'equals') return [matcher.value];
  if (matcher.kind === 'one_of') return matcher.values;
  return matcher.kind === 'present' && !matcher.value ? [undefined] : undefined;
}

/** How every accepted text begins and how it ends, as far as that is written out. */
function edgesOf(matcher: Matcher): readonly [string, string] {
  if (matcher.kind === 'prefix') return [matcher.value, ''];
  if (matcher.kind === 'suffix') return ['', matcher.value];
  if (!('pattern' in matcher)) return ['', ''];
  const pieces = piecesOf(matcher);
  const [first = '', last = ''] = [pieces[0], pieces.at(-1)];
  // In the Pulumi dialect a dot is any character, so that what is written out stops there.
  return matcher.kind === 'glob' ? [first, last] : [first.split('.')[0] ?? '', last.split('.').at(-1) ?? ''];
}

/** Whether some text is not part of the longest: no value can begin (or end) with both. */
function disagree(parts: readonly string[], includes: (long: string, short: string) => boolean): boolean {
  const longest = parts.reduce((best, text) => (text.length > best.length ? text : best), '');
  return parts.some((text) => !includes(longest, text));
}

/** What only the list as a whole shows. Looked up by keys, so that 5,000 policies take 5,000 look-ups. */
export function checkList(all: readonly LintedPolicy[]): readonly Finding[] {
  const denies = new Map<string, number>();
  for (const { policy, index } of all)
    if (policy.decision === 'deny' && policy.mode !== 'audit') denies.set(denyKey(policy), index);
  const first = new Map<string, number>();
  return all.flatMap((one): readonly Finding[] => {
    const key = canonical({ ...one.policy });
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, one.index);
    else return [{ ...warning(one), rule: 'duplicate', message: `the same as policies[${earlier}]` }];
    const deny = coveringDeny(one.policy, denies);
    if (deny === undefined) return [];
    const message = `policies[${deny}] denies all that this policy would allow`;
    return [{ ...warning(one), rule: 'covered-by-deny', message }];
  });
}

function warning({ path }: LintedPolicy): Pick<Finding, 'level' | 'path'> {
  return { level: 'warning', path };
}

/** A deny of the same requests with no conditions, or with the very same. */
function coveringDeny(policy: TrustPolicy, denies: ReadonlyMap<string, number>): number | undefined {
  if (policy.decision === 'deny') return undefined;
  const asked = conditionsKey(policy);
  for (const target of [undefined, policy.target])
    for (const conditions of [UNCONDITIONAL, asked]) {
      const index = denies.get(requestKey(policy.tokenType, target, conditions));
      if (index !== undefined) return index;
    }
  return undefined;
}

function denyKey(policy: TrustPolicy): string {
  const target = policy.target === '*' ? undefined : policy.target;
  return requestKey(policy.tokenType, target, conditionsKey(policy));
}

function requestKey(type: string, target: string | undefined, conditions: string): string {
  return JSON.stringify([type, target ?? null, conditions]);
}

function conditionsKey({
  rules,
  match,
  condition,
}: Pick<TrustPolicy, 'rules' | 'match' | 'condition'>): string {
  return canonical({ rules, match, condition: condition ?? null });
}

const UNCONDITIONAL = conditionsKey({ rules: {}, match: {} });

/** One text for the same document, whatever the order of its keys. */
function canonical(value: Json | { readonly [key: string]: Json | undefined }): string {
  return JSON.stringify(value, (_key, part: Json) =>
    isObject(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}
