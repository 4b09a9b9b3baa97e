import * as z from 'zod';
import { label, seconds, unchanged } from './text.ts';

/** Trusted issuers over the API: `POST` and `PATCH /api/orgs/{org}/oidc/issuers`. */

/** SHA-256 of a server certificate; either case is taken, lower case is answered. */
const thumbprint = z
  .string({ error: 'expected a text' })
  .regex(/^[0-9A-Fa-f]{64}$/, 'expected the SHA-256 of a certificate: 64 hex digits without colons')
  .transform((text) => text.toLowerCase());

const thumbprints = z
  .array(thumbprint, { error: 'expected a list' })
  .max(32, 'expected at most 32 thumbprints');

/** RFC 7517. Which keys can be used is asked of the reader of key sets, not here. */
const keySet = z.looseObject(
  { keys: z.array(z.looseObject({}), { error: 'expected a list of keys' }) },
  { error: 'expected a JSON Web Key Set: { "keys": [ … ] }' },
);

const audience = z
  .string({ error: 'expected a text' })
  .regex(/^[\x21-\x7e]{1,512}$/, 'expected 1 to 512 visible ASCII characters');

const audiences = z.union([z.literal('any'), z.array(audience).min(1).max(100)], {
  error: 'expected a list of audiences, or any',
});

/** A year: what the configuration file allows too. */
const MOST_SECONDS = 365 * 86_400;

const settings = {
  thumbprints: unchanged(thumbprints).describe('SHA-256 of the server certificate, hex.'),
  maxExpiration: unchanged(seconds(MOST_SECONDS)).describe('Longest lifetime of a token, seconds.'),
  jwks: unchanged(keySet).describe('Keys given by hand (RFC 7517): nothing is fetched.'),
  audiences: unchanged(audiences).describe('`aud` has to hold one of them; `any`: whatever it says.'),
  replay: unchanged(z.enum(['allow', 'once'], { error: 'expected allow or once' })).describe(
    'once: at most one live token from a subject token.',
  ),
  maxTokenAge: unchanged(seconds(MOST_SECONDS)).describe('Refuse subject tokens issued longer ago, seconds.'),
  disabled: unchanged(z.boolean({ error: 'expected true or false' })),
  preset: unchanged(z.string({ error: 'expected a text' }).max(100)).describe(
    'A platform whose tokens are known: brings checks of policies.',
  ),
};

export const issuerRegistration = z.strictObject(
  {
    name: label.describe('What people call it.'),
    url: z
      .string({ error: 'expected a text' })
      .max(2048)
      .describe('As in `iss`; discovery is this plus /.well-known/openid-configuration.'),
    ...settings,
  },
  { error: unknownMember },
);

export type IssuerRegistration = z.output<typeof issuerRegistration>;

export const issuerUpdate = z.strictObject({ name: unchanged(label), ...settings }, { error: unknownMember });

export type IssuerUpdate = z.output<typeof issuerUpdate>;

/** The issue of a strict object, in words that name the member; a member's name says nothing that is secret. */
export function unknownMember(issue: { readonly code?: string; readonly keys?: readonly string[] }): string {
  if (issue.code !== 'unrecognized_keys') return 'expected an object';
  const [name = ''] = issue.keys ?? [];
  return /^[A-Za-z]{1,40}$/.test(name) ? `${name} is not a member of this` : 'a member is not one of this';
}

/** A time as existing clients read it. */
export const timeText = z.string().describe('YYYY-MM-DD HH:MM:SS.mmm, UTC.');

export const source = z.enum(['file', 'api']).describe('Who owns it: the file, or the API.');

export const issuerView = z.strictObject({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  issuer: z.string().describe('As its discovery document says it.'),
  thumbprints: z.array(z.string()),
  jwks: z.looseObject({}).optional(),
  maxExpiration: z.number().describe('Seconds.'),
  disabled: z.boolean(),
  replay: z.enum(['allow', 'once']),
  audiences: z.union([z.literal('any'), z.array(z.string())]),
  maxTokenAge: z.number().optional().describe('Seconds.'),
  preset: z.string().optional(),
  created: timeText.optional(),
  modified: timeText.optional(),
  lastUsed: timeText.optional().describe('Of the last exchange that was allowed.'),
  source,
});

export const issuerList = z.strictObject({ oidcIssuers: z.array(issuerView) });
