import {
  canonicalResource,
  compileTrust,
  ok,
  type ConditionCompiler,
  type Json,
  type Problem,
  type TrustPolicy,
} from '@countersign/core';
import * as z from 'zod';
import { duration, identifier } from './scalar.ts';

/** One entry of `policies` of a trusted issuer. The engine itself says whether it can be compiled. */

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
  condition: z
    .string()
    .min(1, 'expected an expression; leave the key out where there is no condition')
    .exactOptional()
    .describe('One expression of CEL over `claims`; must hold too.'),
  max_expiration: duration('1s', '365d')
    .exactOptional()
    .describe('Longest lifetime that this policy grants.'),
  format: z
    .enum(['opaque', 'jwt'])
    .default('opaque')
    .describe('jwt: its tokens are signed (RFC 9068), so that others can verify them.'),
  mode: z
    .enum(['enforce', 'audit'])
    .default('enforce')
    .describe('audit: evaluated and recorded, never decides.'),
  resources: z
    .array(identifier)
    .exactOptional()
    .describe('URLs of routes that its tokens open. Default: every route of the organization.'),
  allow_broad: z.boolean().default(false).describe('A finding of level error in lint was meant.'),
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

/** Whether a condition can be read is asked in `conditions.ts`: the engine of CEL comes from outside the schema. */
const anyCondition: ConditionCompiler = () => ok(() => 'error');

function policyProblems(document: PolicyDocument): readonly Problem[] {
  const own = targetKey(document.token_type);
  const strays = Object.values(TARGET_KEYS)
    .filter((key) => key !== own && document[key] !== undefined)
    .map((key) => ({ path: [key], message: strayTarget(document.token_type, own) }));
  const compiled = compileTrust([toTrustPolicy(document)], { conditions: anyCondition });
  const faults = compiled.ok ? [] : compiled.error;
  const inFile = ([, ...path]: Problem['path']) => pathInFile(path, document.token_type);
  return [...strays, ...faults.map(({ path, message }) => ({ path: inFile(path), message }))];
}

function strayTarget(type: string, own: TargetKey | undefined): string {
  return own === undefined
    ? `token_type ${type} has no target`
    : `token_type ${type} names its target with "${own}"`;
}

/** A path of the engine (`['maxExpiration', …]`) in the words of the file; both lead from the policy. */
export function pathInFile(path: Problem['path'], type: TrustPolicy['tokenType']): Problem['path'] {
  const [key, ...rest] = path;
  switch (key) {
    case 'maxExpiration':
      return ['max_expiration'];
    case 'allowBroad':
      return ['allow_broad'];
    case 'target':
      return [targetKey(type) ?? []].flat();
    default:
      return key === undefined ? [] : [key, ...rest];
  }
}

/** What is as it would be without being written is left out: ids of policies derive from what they say. */
function toTrustPolicy(document: PolicyDocument): TrustPolicy {
  const key = targetKey(document.token_type);
  const target = key === undefined ? undefined : document[key];
  const { condition, format, mode, resources } = document;
  return {
    decision: document.decision,
    tokenType: document.token_type,
    permissions: document.permissions,
    rules: document.rules,
    match: document.match,
    ...(target === undefined ? {} : { target }),
    ...(condition === undefined ? {} : { condition }),
    ...(document.max_expiration === undefined ? {} : { maxExpiration: document.max_expiration }),
    ...(format === 'opaque' ? {} : { format }),
    ...(mode === 'enforce' ? {} : { mode }),
    ...(resources === undefined
      ? {}
      : { resources: resources.map((text) => canonicalResource(text) ?? text) }),
    ...(document.allow_broad ? { allowBroad: true } : {}),
  };
}
