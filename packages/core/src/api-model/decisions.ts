import * as z from 'zod';
import { refusalCode } from './errors.ts';

/** Decisions as administrators read them, and the question what the policies in force would say. */

const effect = z.enum(['allow', 'deny']);

const claims = z.record(z.string(), z.json());

const summary = {
  id: z.string().describe('`dec_…`, ordered by time.'),
  time: z.string().meta({ format: 'date-time' }),
  kind: z.enum(['exchange', 'gateway']),
  effect,
  code: refusalCode.optional(),
  issuer: z.string().optional().describe('Name where there is one, else id.'),
  subject: z.string().optional(),
  audience: z.string().optional(),
  policy: z.string().optional().describe('Hash of the policy document that decided.'),
  policies: z.array(z.string()).optional().describe('Ids of the policies that decided.'),
  audited: z.array(z.string()).optional().describe('Rules in audit mode that matched, and decided nothing.'),
  route: z.string().optional(),
  principal: z.string().optional(),
  tokenId: z.string().optional(),
  remoteAddress: z.string(),
};

export const decisionSummaryView = z.strictObject(summary);

export const decisionList = z.strictObject({
  decisions: z.array(decisionSummaryView),
  continuationToken: z.string().optional(),
});

const outcome = z.union([z.boolean(), z.literal('error')]).describe('error: it could not be evaluated.');

/** A condition, or several that are joined: one that is joined is again either of them. */
export const traceNode: z.ZodType = z.lazy(() =>
  z.union([
    z.strictObject({
      op: z.enum(['and', 'or', 'not', 'nor']),
      outcome,
      of: z.array(traceNode),
    }),
    z.strictObject({
      op: z.literal('test'),
      outcome,
      reason: z.string().describe('A criterion and how it went, such as `claim-ok`.'),
      subject: z.string().describe('What was looked at, such as `claims.sub`.'),
      expected: z.string(),
      seen: z.json().optional().describe('Absent: there was nothing.'),
    }),
  ]),
);

export const ruleTrace = z.strictObject({
  rule: z.string(),
  effect,
  mode: z.literal('audit').optional(),
  outcome,
  root: traceNode,
});

const trace = z.strictObject({
  determining: z.array(ruleTrace).describe('The rules that decided.'),
  nearest: z.array(ruleTrace).describe('When nothing allowed: the allow rules that came nearest.'),
});

const explanation = z.array(z.string()).describe('In words, one step or condition a line.');

export const decisionView = z.strictObject({
  ...summary,
  claims: claims.optional().describe('Verified ones alone.'),
  trace: trace.optional().describe('Absent when no policy was asked, or when it cannot be read any more.'),
  explanation,
});

export const explainQuestion = z.strictObject({
  issuer: z.string().describe('Name of a trusted issuer, alone or as ORG/NAME.'),
  claims: claims.describe('Of a token that need not exist.'),
  request: z.strictObject({
    type: z.enum(['organization', 'team', 'personal', 'runner']),
    scope: z.string().optional().describe('Such as `team:web`; as at the token endpoint.'),
  }),
});

export const explainAnswer = z.strictObject({
  effect,
  issuer: z.string(),
  policy: z.string().describe('Hash of the policy document that was asked.'),
  determining: z.array(z.string()),
  audited: z.array(z.string()),
  issuerEnabled: z
    .boolean()
    .describe('Nothing is exchanged through a disabled issuer, whatever its policies say.'),
  targetExists: z.boolean().describe('An exchange for a target that does not exist is refused all the same.'),
  trace,
  explanation,
});
