import * as z from 'zod';

/** All tokens of an issuer, a policy, a subject or a principal, ended at once. */

const named = z.string().min(1).max(1024).nullish();

export const massRevocation = z
  .strictObject({
    issuerId: named,
    policyId: named,
    subject: named.describe('`sub` of the tokens that were exchanged.'),
    principal: named.describe('Such as `team:acme/web`.'),
    before: z
      .int()
      .min(0)
      .nullish()
      .describe('Epoch seconds: tokens issued later live on. Absent: now. Never in the future.'),
  })
  .describe('Exactly one of issuerId, policyId, subject and principal.');

export const massRevocationAnswer = z.strictObject({
  revoked: z.number().describe('How many tokens were alive.'),
});
