import { printClaimPath, type ClaimPath, type Json } from '../../claims.ts';
import type { Outcome } from '../../decision.ts';
import type { Path } from '../dialect/claim-test.ts';
import { parseMatch } from '../dialect/native.ts';
import { parseRules } from '../dialect/pulumi.ts';
import { compileMatcher } from '../matcher.ts';
import type { Matcher, TrustPolicy } from '../model.ts';

/** One condition of a policy on one claim, whichever dialect it was written in. */
export interface Pin {
  /** The claim path in its one spelling. */
  readonly claim: string;
  readonly claimPath: ClaimPath;
  readonly matcher: Matcher;
  readonly test: (value: Json | undefined) => Outcome;
  readonly path: Path;
}

/** The conditions of a policy on claims. A policy that does not compile has those that could be read. */
export function pinsOf(policy: TrustPolicy, path: Path): readonly Pin[] {
  return [
    ...read(Object.keys(policy.rules), parseRules(policy.rules, []), [...path, 'rules']),
    ...read(Object.keys(policy.match), parseMatch(policy.match, []), [...path, 'match']),
  ];
}

function read(keys: readonly string[], parsed: ReturnType<typeof parseRules>, path: Path): readonly Pin[] {
  if (!parsed.ok) return [];
  return parsed.value.flatMap((expression, index) => {
    if (expression.op !== 'test') return [];
    const claimPath = expression.subject.path;
    return [
      {
        claim: printClaimPath(claimPath),
        claimPath,
        matcher: expression.matcher,
        test: lazyTest(expression.matcher),
        path: [...path, keys[index] ?? ''],
      },
    ];
  });
}

/** Compiled when it is first asked, which most are not where there are thousands. */
function lazyTest(matcher: Matcher): Pin['test'] {
  let test: Pin['test'] | undefined;
  return (value) => {
    if (test === undefined) {
      const compiled = compileMatcher(matcher, []);
      test = compiled.ok ? compiled.value.test : () => false;
    }
    return test(value);
  };
}
