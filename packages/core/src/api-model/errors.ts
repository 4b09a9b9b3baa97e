import * as z from 'zod';
import { REFUSALS, type RefusalCode } from '../refusal-code.ts';

/** The three shapes of an error: of the management API, of OAuth, and of the endpoints that exchange tokens. */

export const apiErrorView = z.strictObject({
  code: z.number().describe('The status again.'),
  message: z.string().describe('What is wrong, for people; of a body it names the member.'),
});

export const oauthErrorView = z.strictObject({
  error: z.string().describe('RFC 6749 section 5.2.'),
  error_description: z.string(),
});

export const refusalCode = z
  .enum(Object.keys(REFUSALS) as [RefusalCode, ...RefusalCode[]])
  .describe('Stable, with a page of its own: GET /errors/{code}.');

export const exchangeErrorView = z.strictObject({
  error: z.string().describe('RFC 6749 section 5.2, RFC 8693 section 2.2.2.'),
  error_description: z.string(),
  code: refusalCode,
  decision_id: z.string().describe('`dec_…`: by it an administrator finds why.'),
  retryable: z.boolean().describe('Whether the same request may succeed later.'),
  hint: z.array(z.string()),
  error_uri: z.string().meta({ format: 'uri' }),
});
