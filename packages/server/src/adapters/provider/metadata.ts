import { err, issuerKey, ok, type Claims, type Json, type Result } from '@countersign/core';
import type { AuthorizationServer } from 'oauth4webapi';
import { parseBoundedObject } from '../../trust/bounded-json.ts';
import { SUBJECT_ALGORITHMS } from '../../trust/port.ts';
import { parseFetchUrl } from '../safe-fetch.ts';

/**
 * An identity provider's description of itself (OpenID Connect Discovery section 3), reduced to what a sign-in uses. It
 * must never be believed when it speaks for another issuer, nor send a code, a secret or a person to where anybody on
 * the way can read along.
 */
export type Metadata = AuthorizationServer & {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
};

const BOUNDS = { depth: 16, members: 2048 } as const;
const MAX_LISTED = 64;

/** `issuer`: as it is registered. */
export function parseMetadata(document: Buffer, issuer: string): Result<Metadata, 'malformed' | 'issuer'> {
  const parsed = parseBoundedObject(document, BOUNDS);
  if (!parsed) return err('malformed');
  const named = parsed['issuer'];
  // Discovery section 4.3: else the document of one provider sends codes of another to endpoints of its own (mix-up).
  if (typeof named !== 'string' || issuerKey(named) !== issuerKey(issuer)) return err('issuer');
  const endpoint = endpointsOf(parsed, issuer);
  const authorization = endpoint('authorization_endpoint');
  const token = endpoint('token_endpoint');
  if (authorization === undefined || token === undefined) return err('malformed');
  return ok({
    // As the document has it, since `iss` of tokens and responses is compared with it to the character.
    issuer: named,
    authorization_endpoint: authorization,
    token_endpoint: token,
    ...optionalEndpoints(endpoint),
    ...lists(parsed),
    authorization_response_iss_parameter_supported:
      parsed['authorization_response_iss_parameter_supported'] === true,
  });
}

type Endpoint = (name: string) => string | undefined;

function endpointsOf(document: Claims, issuer: string): Endpoint {
  return (name) => {
    const url = document[name];
    if (typeof url !== 'string' || !parseFetchUrl(url)) return undefined;
    // What an issuer says over https is not followed to where it would travel in the clear.
    return issuer.startsWith('http:') || url.startsWith('https:') ? url : undefined;
  };
}

function optionalEndpoints(endpoint: Endpoint): Partial<AuthorizationServer> {
  const userInfo = endpoint('userinfo_endpoint');
  const endSession = endpoint('end_session_endpoint');
  return {
    ...(userInfo === undefined ? {} : { userinfo_endpoint: userInfo }),
    ...(endSession === undefined ? {} : { end_session_endpoint: endSession }),
  };
}

function lists(document: Claims): Partial<AuthorizationServer> {
  const methods = texts(document['token_endpoint_auth_methods_supported']);
  const scopes = texts(document['scopes_supported']);
  return {
    ...(methods === undefined ? {} : { token_endpoint_auth_methods_supported: methods }),
    ...(scopes === undefined ? {} : { scopes_supported: scopes }),
    id_token_signing_alg_values_supported: algorithmsOf(document),
  };
}

/** Those that the validator knows; a document that names none leaves the choice to it alone. */
function algorithmsOf(document: Claims): string[] {
  const named = texts(document['id_token_signing_alg_values_supported']);
  return SUBJECT_ALGORITHMS.filter((algorithm) => named?.includes(algorithm) ?? true);
}

function texts(value: Json | undefined): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.slice(0, MAX_LISTED).filter((text): text is string => typeof text === 'string');
}
