import * as z from 'zod';

/** The endpoints of OAuth, and programmatic access. What they take is read parameter by parameter: unknown ones are ignored (RFC 6749). */

const parameter = z.string().nullish();

const clientId = z.string().min(1).max(64).describe('What the program calls itself, for its person to read.');

export const deviceAuthorizationRequest = z.looseObject({ client_id: clientId });

/** RFC 8628 section 3.2. */
export const deviceAuthorizationAnswer = z.strictObject({
  device_code: z.string(),
  user_code: z.string().describe('For the person to type.'),
  verification_uri: z.string().describe('Where.'),
  verification_uri_complete: z.string().describe('The same with the code, for a link or a QR code.'),
  expires_in: z.number().describe('Seconds.'),
  interval: z.number().describe('Seconds between two questions at the token endpoint.'),
});

const deviceCodeRequest = z.looseObject({
  grant_type: z.literal('urn:ietf:params:oauth:grant-type:device_code'),
  device_code: z.string(),
  client_id: clientId,
});

const deviceCodeAnswer = z.strictObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.number().describe('Seconds.'),
});

const tokenExchangeRequest = z.looseObject({
  grant_type: z.literal('urn:ietf:params:oauth:grant-type:token-exchange'),
  audience: z.string().describe('`urn:pulumi:org:ORG`, or `urn:countersign:org:ORG`, which means the same.'),
  subject_token: z.string().describe('The identity token: a compact JWS of a trusted issuer.'),
  subject_token_type: z.enum([
    'urn:ietf:params:oauth:token-type:id_token',
    'urn:ietf:params:oauth:token-type:jwt',
  ]),
  requested_token_type: parameter.describe(
    '`urn:pulumi:token-type:access_token:TYPE`, TYPE one of organization, team, personal and runner; or `urn:ietf:params:oauth:token-type:access_token` (the default) and `…:jwt`, where the type follows from scope.',
  ),
  scope: parameter.describe('organization: empty or admin; `team:NAME`; `user:LOGIN`; `runner:NAME`.'),
  resource: z
    .union([z.string(), z.array(z.string())])
    .nullish()
    .describe('URLs of routes (RFC 8707): the token opens these, and no API.'),
  expiration: z
    .union([z.int().min(1), z.string().regex(/^\d+$/)])
    .nullish()
    .describe('Seconds; 7200 when absent, reduced to what policies and issuer allow.'),
});

const tokenExchangeAnswer = z.strictObject({
  access_token: z.string(),
  issued_token_type: z.string().describe('As requested.'),
  token_type: z
    .enum(['token', 'Bearer'])
    .describe('token for the types of Pulumi, Bearer for those of RFC 8693.'),
  expires_in: z.number().describe('Seconds.'),
  scope: z.string(),
  refresh_token: z.literal('').optional(),
});

/** By `grant_type`. */
export const tokenRequest = z.union([tokenExchangeRequest, deviceCodeRequest]);
export const tokenAnswer = z.union([tokenExchangeAnswer, deviceCodeAnswer]);

export const idTokenRequest = z.looseObject({
  id_token: z.string().describe('Of an identity provider of the configuration.'),
});

/** Spelled as existing clients of programmatic access read it. */
export const idTokenAnswer = z.strictObject({
  Token: z.string(),
  Expiry: z.string().meta({ format: 'date-time' }),
});

export const logoutNotice = z.looseObject({
  logout_token: z
    .string()
    .describe('Signed by an identity provider (OpenID Connect Back-Channel Logout 1.0).'),
});

export const tokenReference = z.looseObject({ token: z.string().describe('The token that is asked about.') });

const principal = z.strictObject({
  kind: z.string(),
  id: z.string(),
  organization: z.string().optional(),
  team: z.string().optional(),
  login: z.string().optional(),
});

export const introspectionAnswer = z.union([
  z.strictObject({ active: z.literal(false) }),
  z.strictObject({
    active: z.literal(true),
    token_type: z.literal('Bearer'),
    username: z.string().optional(),
    iss: z.string(),
    exp: z.number(),
    iat: z.number(),
    aud: z.array(z.string()),
    sub: z.string(),
    client_id: z.string().describe('Id of the issuer whose token was exchanged.'),
    jti: z.string(),
    scope: z.string().optional(),
    org: z.string().optional(),
    principal,
  }),
]);

export const audienceAnswer = z.strictObject({ audience: z.string() });
