import { compileTrust, type Json, type Problem, type TrustPolicy } from '@countersign/core';
import * as z from 'zod';
import { duration, identifier } from './scalar.ts';

/** One entry of `policies` of a trusted issuer. The engine itself says whether its conditions can be compiled. */

export const policyShape = {
  decision: z.enum(['allow', 'deny']).describe('A deny wins over every allow.'),
  token_type: z.enum(['organization', 'team', 'personal', 'runner']),
  team: identifier.exactOptional().describe('Team name for token_type team; * ? . are wildcards.'),
  user: identifier.exactOptional().describe('Login for token_type personal; * ? . are wildcards.'),
  runner: identifier.exactOptional().describe('Runner name for token_type runner; * ? . are wildcards.'),
  permissions: z
    .array(z.enum(['admin']))
    .default([])
    .describe('Organization tokens only: admin lets scope admin be asked for.'),
  rules: z
    .record(z.string(), z.string())
    .default({})
    .describe('Claim path → pattern, all must match: * any run, ? none or one, . exactly one character.'),
  match: z
    .record(z.string(), z.custom<Json>())
    .default({})
    .describe(
      'Claim path → { equals | one_of | prefix | suffix | glob | cidr | present | not }, all must match.',
    ),
  max_expiration: duration('1s', '365d')
    .exactOptional()
    .describe('Longest lifetime that this policy grants.'),
};

const policyObject = z.strictObject(policyShape);

type PolicyDocument = z.output<typeof policyObject>;

export const policy = policyObject
  .superRefine((document, context) => {
    for (const { path, message } of policyProblems(document)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  })
  .transform(toTrustPolicy);

/** The key that names the target of each token type. */
const TARGET_KEYS = { team: 'team', personal: 'user', runner: 'runner' } as const;

type TargetKey = (typeof TARGET_KEYS)[keyof typeof TARGET_KEYS];

function targetKey(type: TrustPolicy['tokenType']): TargetKey | undefined {
  return type === 'organization' ? undefined : TARGET_KEYS[type];
}

function policyProblems(document: PolicyDocument): readonly Problem[] {
  const own = targetKey(document.token_type);
  const strays = Object.values(TARGET_KEYS)
    .filter((key) => key !== own && document[key] !== undefined)
    .map((key) => ({ path: [key], message: strayTarget(document.token_type, own) }));
  const compiled = compileTrust([toTrustPolicy(document)]);
  const faults = compiled.ok ? [] : compiled.error;
  return [...strays, ...faults.map(({ path, message }) => ({ path: inFile(path, own), message }))];
}

function strayTarget(type: string, own: TargetKey | undefined): string {
  return own === undefined
    ? `token_type ${type} has no target`
    : `token_type ${type} names its target with "${own}"`;
}

/** The engine's path (`[0, 'maxExpiration', …]`) in the words of the file, from the policy on. */
function inFile([, key, ...rest]: Problem['path'], target: TargetKey | undefined): Problem['path'] {
  switch (key) {
    case undefined:
      return [];
    case 'maxExpiration':
      return ['max_expiration'];
    case 'target':
      return target === undefined ? [] : [target];
    default:
      return [key, ...rest];
  }
}

function toTrustPolicy(document: PolicyDocument): TrustPolicy {
  const key = targetKey(document.token_type);
  const target = key === undefined ? undefined : document[key];
  return {
    decision: document.decision,
    tokenType: document.token_type,
    permissions: document.permissions,
    rules: document.rules,
    match: document.match,
    ...(target === undefined ? {} : { target }),
    ...(document.max_expiration === undefined ? {} : { maxExpiration: document.max_expiration }),
  };
}
