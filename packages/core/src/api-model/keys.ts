import * as z from 'zod';

/** The key rings of the server, as the site administrator sees them: never a key. Times in epoch seconds. */

export const keyRingName = z.enum([
  'access',
  'assertion',
  'audit',
  'session',
  'checksum',
  'cookie',
  'redirect',
]);

export const keyRingView = z.strictObject({
  ring: keyRingName,
  keys: z.array(
    z.strictObject({
      kid: z.string(),
      state: z.enum(['next', 'active', 'retired']),
      created: z.number(),
      activated: z.number().optional(),
      retired: z.number().optional(),
    }),
  ),
});

export const keyRingList = z.strictObject({ rings: z.array(keyRingView) });

export const keyRotation = z.strictObject({
  force: z.boolean().optional().describe('Also when the next key has been published for less than a day.'),
});
