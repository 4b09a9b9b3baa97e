import * as z from 'zod';
import { parseOrigin } from './address.ts';

/**
 * `cors_origins`: whose pages may read what the token endpoint and the API answer. Each is one origin, written as
 * browsers write it in `Origin`, because it is compared character by character: a pattern would be a list that nobody
 * has read.
 */

/** More front ends than one installation has. */
const MAX_ORIGINS = 64;

const origin = z.string().superRefine((text, context) => {
  if (parseOrigin(text)?.text === text) return;
  const message = text.includes('*')
    ? 'expected an origin, and every origin by itself: there are no wildcards here'
    : 'expected scheme, host and optional port alone, as browsers send them, such as https://app.example';
  context.addIssue({ code: 'custom', message });
});

export const corsOrigins = z.array(origin).max(MAX_ORIGINS, `expected at most ${MAX_ORIGINS} origins`);
