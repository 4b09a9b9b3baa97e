import * as z from 'zod';

/** Routes of the gateway, as whoever may use the API sees them. */
export const routeView = z.strictObject({
  id: z.string(),
  name: z.string(),
  from: z.string().describe('Scheme, host, port and path; the host may be a wildcard.'),
  description: z.string().optional(),
  organizations: z.array(z.string()).describe('Whose principals may come.'),
  access: z
    .enum(['public', 'authenticated', 'policy'])
    .describe('Everybody, whoever is somebody to one of the organizations, or whom the policy allows.'),
});

export const routeList = z.strictObject({
  routes: z.array(routeView),
  continuationToken: z.string().optional(),
});
