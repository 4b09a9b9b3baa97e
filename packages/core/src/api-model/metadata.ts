import * as z from 'zod';

/** What the server says of itself to everybody. */

const url = z.string().meta({ format: 'uri' });

const addresses = {
  issuer: url,
  token_endpoint: url,
  jwks_uri: url,
  response_types_supported: z.array(z.never()),
};

export const authorizationServerMetadataView = z.strictObject({
  ...addresses,
  grant_types_supported: z.array(z.string()),
  token_endpoint_auth_methods_supported: z.array(z.string()),
  device_authorization_endpoint: url,
  introspection_endpoint: url,
  introspection_endpoint_auth_methods_supported: z.array(z.string()),
  revocation_endpoint: url,
  revocation_endpoint_auth_methods_supported: z.array(z.string()),
  countersign_audience_template: z.string().describe('`{org}` stands for the organization.'),
});

export const openidConfigurationView = z.strictObject({
  ...addresses,
  subject_types_supported: z.array(z.string()),
  id_token_signing_alg_values_supported: z.array(z.string()),
});

/** Keys that verify: next, active and retired ones (RFC 7517). */
export const keySetView = z.strictObject({
  keys: z.array(
    z.strictObject({
      kty: z.literal('EC'),
      crv: z.literal('P-256'),
      x: z.string(),
      y: z.string(),
      kid: z.string(),
      use: z.literal('sig'),
      alg: z.literal('ES256'),
    }),
  ),
});

export const readinessView = z.strictObject({
  status: z
    .enum(['ready', 'storage'])
    .describe('storage: it has not answered for longer than max_staleness.'),
  config: z.literal('current'),
});

export const openApiDocumentView = z.looseObject({
  openapi: z.string().describe('OpenAPI 3.1: this very document.'),
});
