import * as client from 'openid-client';
import * as oauth from 'oauth4webapi';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN } from '../e2e/house.ts';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { BUILD, smallHouse } from '../support/small-house.ts';

/**
 * `openid-client` and `oauth4webapi` find the server by its metadata and use it as they would use any: discovery,
 * token exchange (RFC 8693), introspection (RFC 7662), revocation (RFC 7009), signed tokens (RFC 9068).
 */
let issuer: TestIssuer;
let server: ServerProcess;
let configuration: client.Configuration;

beforeAll(async () => {
  issuer = await startIssuer('RS256');
  server = await startServerProcess(
    smallHouse(issuer.url, {
      policies: [BUILD, { ...BUILD, token_type: 'team', team: 'platform', format: 'jwt' }],
      organization: { teams: [{ name: 'platform', members: [] }] },
      settings: { admin_token: '${COUNTERSIGN_ADMIN_TOKEN}' },
    }),
    { COUNTERSIGN_ADMIN_TOKEN: ADMIN_TOKEN },
  );
  configuration = await client.discovery(
    new URL(`http://localhost:${server.port}`),
    'none',
    undefined,
    client.None(),
    {
      algorithm: 'oauth2',
      execute: [client.allowInsecureRequests],
    },
  );
  // The endpoints that need a caller take an access token of ours, not a client's secret.
  configuration[client.customFetch] = (url, options) =>
    fetch(url, {
      ...options,
      headers: url.endsWith('/token')
        ? options.headers
        : { ...options.headers, authorization: `Bearer ${ADMIN_TOKEN}` },
    } as RequestInit);
});
afterAll(async () => {
  await server.dispose();
  await issuer.close();
});

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';

const exchange = async (parameters: Record<string, string> = {}) =>
  client.genericGrantRequest(configuration, GRANT, {
    audience: 'urn:countersign:org:acme',
    subject_token: await issuer.mint({ sub: 'build', aud: 'urn:countersign:org:acme' }),
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    ...parameters,
  });

describe('openid-client', () => {
  it('finds every endpoint in the metadata', () => {
    const metadata = configuration.serverMetadata();
    const base = `http://localhost:${server.port}`;
    expect(metadata).toMatchObject({
      issuer: base,
      token_endpoint: `${base}/api/oauth/token`,
      introspection_endpoint: `${base}/api/oauth/introspect`,
      revocation_endpoint: `${base}/api/oauth/revoke`,
      jwks_uri: `${base}/.well-known/jwks.json`,
    });
    expect(metadata.grant_types_supported).toContain(GRANT);
  });

  it('exchanges without a word of ours: no requested type, no expiration', async () => {
    const answer = await exchange();
    expect(answer.token_type).toBe('bearer');
    expect(answer['issued_token_type']).toBe('urn:ietf:params:oauth:token-type:access_token');
    expect(answer.refresh_token).toBeUndefined();
    expect(answer.expires_in).toBe(7200);
    expect(answer.access_token).toMatch(/^cso_/);
  });

  it('introspects what it was given, and revokes it', async () => {
    const { access_token: token } = await exchange();
    expect(await client.tokenIntrospection(configuration, token)).toMatchObject({
      active: true,
      iss: `http://localhost:${server.port}`,
      sub: 'org:acme',
    });
    await client.tokenRevocation(configuration, token);
    expect(await client.tokenIntrospection(configuration, token)).toEqual({ active: false });
  });

  it('is refused as an OAuth error', async () => {
    const refused = await exchange({ scope: 'team:nobody' }).catch((fault: unknown) => fault);
    expect(refused).toBeInstanceOf(client.ResponseBodyError);
    expect(refused).toMatchObject({ status: 400, error: 'invalid_request' });
  });
});

describe('a signed token', () => {
  it.each([
    ['because the policy says so', { scope: 'team:platform' }, 'team:acme/platform'],
    [
      'because it was asked for',
      { requested_token_type: 'urn:ietf:params:oauth:token-type:jwt' },
      'org:acme',
    ],
  ])('is issued %s, and jose verifies it with the published keys', async (_why, parameters, subject) => {
    const { access_token: token, expires_in: lifetime } = await exchange(parameters);
    const keys = createRemoteJWKSet(new URL(String(configuration.serverMetadata().jwks_uri)));
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: `http://localhost:${server.port}`,
      audience: `http://localhost:${server.port}`,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['exp', 'iat', 'jti', 'sub', 'client_id'],
    });
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload.sub).toBe(subject);
    expect(payload['org']).toBe('acme');
    expect(Number(payload.exp) - Number(payload.iat)).toBe(lifetime);
    expect(lifetime).toBe(3600);
  });

  it('is what oauth4webapi takes for a JWT access token (RFC 9068), and dies like every other', async () => {
    const { access_token: token } = await exchange({ scope: 'team:platform' });
    const as: oauth.AuthorizationServer = {
      issuer: configuration.serverMetadata().issuer,
      jwks_uri: String(configuration.serverMetadata().jwks_uri),
    };
    const request = new Request(`http://localhost:${server.port}/api/user`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const claims = await oauth.validateJwtAccessToken(as, request, as.issuer, {
      [oauth.allowInsecureRequests]: true,
    });
    expect(claims.client_id).toMatch(/^iss_/);
    expect((await fetch(request)).status).toBe(200);
    await client.tokenRevocation(configuration, token);
    expect((await fetch(request)).status).toBe(401);
  });
});
