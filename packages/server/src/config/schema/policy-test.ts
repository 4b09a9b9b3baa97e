import { parseScope, TOKEN_TYPES, type Json } from '@countersign/core';
import * as z from 'zod';
import type { PolicyTestConfig } from '../model.ts';
import { label } from './scalar.ts';

/** One entry of `tests`: a made-up exchange, and what has to come of it. */

export const testRequestShape = {
  type: z.enum(TOKEN_TYPES),
  scope: z
    .string()
    .default('')
    .describe('As at the token endpoint: admin, team:NAME, user:LOGIN, runner:NAME.'),
};

const request = z.strictObject(testRequestShape).superRefine(({ type, scope }, context) => {
  // A scope that the endpoint would refuse proves nothing about policies, least of all a deny.
  if (parseScope(type, scope).ok) return;
  context.addIssue({ code: 'custom', path: ['scope'], message: SCOPES[type] });
});

const SCOPES = {
  organization: 'expected no scope or admin, as token type organization takes',
  team: 'expected team:NAME, as token type team takes',
  personal: 'expected user:LOGIN, as token type personal takes',
  runner: 'expected runner:NAME, as token type runner takes',
} as const;

export const policyTestShape = {
  name: label,
  issuer: z
    .string()
    .regex(/^[^/]+\/[^/]+$/, 'expected ORGANIZATION/ISSUER, such as acme/github')
    .describe('ORGANIZATION/ISSUER.'),
  claims: z.record(z.string(), z.custom<Json>()).describe('Claims of the token that is made up.'),
  request,
  expect: z.enum(['allow', 'deny']),
};

export const policyTest = z.strictObject(policyTestShape).transform((value): PolicyTestConfig => value);
