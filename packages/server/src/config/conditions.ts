import { compileTrust, type ConditionCompiler, type Problem, type TrustPolicy } from '@countersign/core';
import type { Outline } from './outline.ts';

/**
 * Conditions of policies (CEL). Their engine is large, so it comes in from outside and only for files that have a
 * condition; whether one can be read is asked here, beside the schema, of the same compiler that will run it.
 */

/** Whether the file needs the engine of conditions. */
export function hasConditions(outline: Outline): boolean {
  return conditionsOf(outline).length > 0;
}

export function checkConditions(
  outline: Outline,
  conditions: ConditionCompiler | undefined,
): readonly Problem[] {
  return conditionsOf(outline).flatMap(({ name: source, path }) => {
    const compiled = compileTrust([{ ...BARE, condition: source }], { conditions });
    return compiled.ok ? [] : compiled.error.map(({ message }) => ({ path, message }));
  });
}

/** A deny of everything: nothing but its condition can be wrong. */
const BARE: TrustPolicy = {
  decision: 'deny',
  tokenType: 'organization',
  permissions: [],
  rules: {},
  match: {},
};

/** Empty ones are the schema's to report. */
function conditionsOf({ organizations, routes }: Outline) {
  return [
    ...organizations.flatMap(({ issuers }) => issuers.flatMap((issuer) => issuer.conditions)),
    ...routes.flatMap((route) => route.conditions),
  ].filter(({ name }) => name !== '');
}
