import {
  compileAccess,
  ok,
  type AccessDocument,
  type ConditionCompiler,
  type Json,
  type Problem,
  type Scalar,
} from '@countersign/core';
import * as z from 'zod';
import { GATEWAY_FACTS } from '../gateway-facts.ts';

/** Who may pass a route. What a policy means is the engine's to say; here it is only asked. */

/** Whether a condition can be read is asked in `conditions.ts`: the engine of CEL comes from outside the schema. */
const anyCondition: ConditionCompiler = () => ok(() => 'error');

/** Asked of each key and not of the route as a whole, so that it is asked whatever else is wrong with the route. */
function compiles<T>(
  document: (value: T) => AccessDocument,
): (value: T, context: z.RefinementCtx<T>) => void {
  return (value, context) => {
    const options = { facts: GATEWAY_FACTS, conditions: anyCondition };
    const compiled = compileAccess(document(value), options);
    for (const { path, message } of compiled.ok ? [] : compiled.error) {
      context.addIssue({ code: 'custom', path: path.slice(1), message });
    }
  };
}

const scalar = z.union([z.string(), z.number(), z.boolean()], {
  error: 'expected text, a number, true or false',
});

export const accessShape = {
  policy: z
    .custom<Json>()
    .superRefine(compiles((policy) => ({ policy })))
    .exactOptional()
    .describe('Who may pass (PPL).'),
  allowed_users: z
    .array(z.string())
    .superRefine(compiles((allowedUsers) => ({ allowedUsers })))
    .exactOptional()
    .describe('People by email, or by the name that assertions give them: they may pass.'),
  allowed_domains: z
    .array(z.string())
    .superRefine(compiles((allowedDomains) => ({ allowedDomains })))
    .exactOptional()
    .describe('Domains of verified emails: their people may pass.'),
  allowed_idp_claims: z
    .record(z.string(), z.array(scalar))
    .superRefine(compiles((allowedClaims) => ({ allowedClaims })))
    .exactOptional()
    .describe('Claim → values: whoever has one of them may pass.'),
  allow_any_authenticated_user: z.boolean().default(false).describe('Everybody of its organizations.'),
  allow_public_unauthenticated_access: z.boolean().default(false).describe('Nobody is asked.'),
  cors_allow_preflight: z
    .boolean()
    .default(false)
    .describe('Preflights of browsers (CORS) pass without a credential.'),
};

interface AccessFields {
  readonly policy?: Json;
  readonly allowed_users?: readonly string[];
  readonly allowed_domains?: readonly string[];
  readonly allowed_idp_claims?: Readonly<Record<string, readonly Scalar[]>>;
  readonly allow_any_authenticated_user: boolean;
  readonly allow_public_unauthenticated_access: boolean;
  readonly cors_allow_preflight: boolean;
}

export function accessProblems(fields: AccessFields): readonly Problem[] {
  const { public: isPublic, ...asked } = accessDocument(fields);
  const { corsPreflight: _, ...lets } = asked;
  const isAsked = Object.keys(asked).length > 0;
  // Preflights alone are no use: nothing that they announce could follow.
  if (isPublic !== true && Object.keys(lets).length === 0) {
    const message =
      'expected one of policy, allowed_users, allowed_domains, allowed_idp_claims, allow_any_authenticated_user and allow_public_unauthenticated_access: nobody could pass';
    return [{ path: [], message }];
  }
  // A deny that stands beside "nobody is asked" would look as if it held.
  if (isPublic === true && isAsked) {
    const message = 'excludes every other key of access: nobody is asked on a public route';
    return [{ path: ['allow_public_unauthenticated_access'], message }];
  }
  return [];
}

/** What is not written is left out: the document is cited by its hash. */
export function accessDocument(fields: AccessFields): AccessDocument {
  const { allowed_users: users, allowed_domains: domains, allowed_idp_claims: claims, policy } = fields;
  return {
    ...(fields.allow_public_unauthenticated_access ? { public: true } : {}),
    ...(fields.allow_any_authenticated_user ? { anyAuthenticated: true } : {}),
    ...(fields.cors_allow_preflight ? { corsPreflight: true } : {}),
    ...(users === undefined ? {} : { allowedUsers: users }),
    ...(domains === undefined ? {} : { allowedDomains: domains }),
    ...(claims === undefined ? {} : { allowedClaims: claims }),
    ...(policy === undefined ? {} : { policy }),
  };
}
