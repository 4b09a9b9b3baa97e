import * as z from 'zod';

/** What many bodies hold. Messages say what was expected, and never repeat what was sent. */

/** The name of a thing as people read it: one line, nothing invisible. */
export const label = z
  .string({ error: 'expected a text' })
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,200}$/u, 'expected 1 to 200 characters, none of them invisible');

/** What somebody wrote about a thing. */
export const description = z
  .string({ error: 'expected a text' })
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{0,500}$/u, 'expected at most 500 characters, none of them invisible');

/** `null` and absence are one in a change: unchanged. */
export const unchanged = <T extends z.ZodType>(schema: T) => schema.nullish();

export const seconds = (most: number) =>
  z
    .number({ error: 'expected a number of seconds' })
    .int('expected whole seconds')
    .min(1, 'expected at least one second')
    .max(most, `expected at most ${most} seconds`);
