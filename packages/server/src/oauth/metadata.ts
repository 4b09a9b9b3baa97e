import { defaultAudiences } from '@countersign/core';
import { PUBLIC } from '../http/key-set.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { Snapshot } from '../snapshot/model.ts';
import type { GrantHandler } from './grants/grant-handler.ts';

/**
 * What the server says of itself to clients (RFC 8414) and to verifiers of signed tokens (OpenID Connect Discovery 1.0).
 * It names what exists in every installation: never an organization, an issuer or a policy.
 */
export interface MetadataDeps {
  readonly snapshot: () => Snapshot;
  readonly grants: readonly Pick<GrantHandler, 'grantType'>[];
}

const HEADERS = { ...PUBLIC, 'cache-control': 'public, max-age=300' } as const;

/** GET /.well-known/oauth-authorization-server */
export function authorizationServerMetadata({ snapshot, grants }: MetadataDeps): Answer {
  const { url } = snapshot().service;
  const document = {
    ...addresses(url),
    // There is no authorization endpoint, so no response type; the member is required all the same (section 2).
    response_types_supported: [],
    grant_types_supported: grants.map(({ grantType }) => grantType),
    // The subject token is the proof: no client has credentials here.
    token_endpoint_auth_methods_supported: ['none'],
    device_authorization_endpoint: `${url}/api/oauth/device`,
    introspection_endpoint: `${url}/api/oauth/introspect`,
    introspection_endpoint_auth_methods_supported: ['Bearer'],
    revocation_endpoint: `${url}/api/oauth/revoke`,
    revocation_endpoint_auth_methods_supported: ['Bearer'],
    countersign_audience_template: audienceOf('{org}', url),
  };
  return jsonAnswer(200, document, HEADERS);
}

/**
 * GET /.well-known/openid-configuration: where verifiers that know OpenID Connect alone look for keys. There is no
 * sign-in behind it and no id_token.
 */
export function openidConfiguration({ snapshot }: Pick<MetadataDeps, 'snapshot'>): Answer {
  const document = {
    ...addresses(snapshot().service.url),
    response_types_supported: [],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  };
  return jsonAnswer(200, document, HEADERS);
}

function addresses(url: string): Readonly<Record<string, string>> {
  return { issuer: url, token_endpoint: `${url}/api/oauth/token`, jwks_uri: `${url}/.well-known/jwks.json` };
}

/**
 * The audience that a client asks its platform for on behalf of an organization: the first that issuers accept unless
 * they are told otherwise, which is the one that a refusal hints at.
 */
export function audienceOf(organization: string, url: string): string {
  const [first = ''] = defaultAudiences(organization, url);
  return first;
}
