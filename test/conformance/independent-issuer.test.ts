import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangeReply } from '../support/exchange.ts';
import { CLIENT_ID, startOpenIdProvider, type OpenIdProvider } from '../support/oidc-provider.ts';
import { ask, post } from '../support/request.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';

/** `oidc-provider` issues, `oauth4webapi` receives and parses: nothing on the other side of the wire is ours. */
let provider: OpenIdProvider;
let upstream: TestUpstream;
let server: ServerProcess;

beforeAll(async () => {
  [provider, upstream] = await Promise.all([startOpenIdProvider(), startUpstream()]);
  server = await startServerProcess(`
listen: 127.0.0.1:\${PORT}
url: http://localhost:\${PORT}
storage: sqlite:countersign.db
allow_private_issuers: true
organizations:
  - name: acme
    members: [{ login: ada, email: ada@acme.example, role: member }]
    issuers:
      - name: provider
        url: ${provider.url}
        audiences: [${CLIENT_ID}]
        policies:
          - { decision: allow, token_type: personal, user: ada, match: { sub: { equals: ada } } }
identity_providers:
  - { name: corp, issuer: '${provider.url}', client_id: ${CLIENT_ID}, organizations: [acme] }
routes:
  - name: orders
    from: http://orders.localhost:\${PORT}
    to: ${upstream.url}
    policy: { allow: { or: [{ email: { is: ada@acme.example } }] } }
`);
});
afterAll(async () => {
  await server.dispose();
  await Promise.all([provider.close(), upstream.close()]);
});

const orders = (token: string) =>
  ask(server.port, {
    path: '/',
    host: `orders.localhost:${server.port}`,
    headers: { authorization: `Bearer ${token}` },
  });

describe('an id_token of oidc-provider', () => {
  it('is exchanged for a personal token that opens the route', async () => {
    const subjectToken = await provider.idToken('ada');
    const reply = await exchangeReply(server, { subjectToken, type: 'personal', scope: 'user:ada' });
    expect(reply.status).toBe(200);
    expect((await orders(String(reply.json()['access_token']))).status).toBe(200);
  });

  it('is refused to a person whom no policy knows', async () => {
    const subjectToken = await provider.idToken('eve');
    const reply = await exchangeReply(server, { subjectToken, type: 'personal', scope: 'user:ada' });
    expect(reply.json()['code']).toBe('policy.refused');
  });

  it('starts a session by programmatic access', async () => {
    const session = await post(server.port, '/api/v1/token', { id_token: await provider.idToken('ada') });
    expect((await orders(String(session.json()['Token']))).status).toBe(200);
    const eve = await post(server.port, '/api/v1/token', { id_token: await provider.idToken('eve') });
    expect((await orders(String(eve.json()['Token']))).status).toBe(403);
  });
});

describe('oauth4webapi as the client', () => {
  const service = (): oauth.AuthorizationServer => ({
    issuer: `http://localhost:${server.port}`,
    token_endpoint: `http://localhost:${server.port}/api/oauth/token`,
    revocation_endpoint: `http://localhost:${server.port}/api/oauth/revoke`,
  });
  const client: oauth.Client = { client_id: 'none' };
  const insecure = { [oauth.allowInsecureRequests]: true };
  const exchange = async (parameters: Record<string, string>) =>
    oauth.genericTokenEndpointRequest(
      service(),
      client,
      oauth.None(),
      'urn:ietf:params:oauth:grant-type:token-exchange',
      {
        audience: 'urn:pulumi:org:acme',
        subject_token: await provider.idToken('ada'),
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        requested_token_type: 'urn:pulumi:token-type:access_token:personal',
        ...parameters,
      },
      insecure,
    );

  it('accepts the answer, but for the empty refresh_token that clients of this profile are used to', async () => {
    const { refresh_token: empty, ...answer } = (await (
      await exchange({ scope: 'user:ada' })
    ).json()) as Record<string, unknown>;
    expect(empty).toBe('');
    const response = Response.json(answer);
    // The client knows `bearer` and `dpop`; `token` is what clients of this profile get, so it is told of it.
    const result = await oauth.processGenericTokenEndpointResponse(service(), client, response, {
      recognizedTokenTypes: { token: () => undefined },
    });
    expect(result.access_token).toMatch(/^csp_/);
    expect(result.expires_in).toBe(7200);
  });

  it('reads a refusal as an OAuth error', async () => {
    const response = await exchange({ scope: 'user:eve' });
    const fault = await oauth
      .processGenericTokenEndpointResponse(service(), client, response)
      .catch((caught: unknown) => caught);
    expect(fault).toBeInstanceOf(oauth.ResponseBodyError);
    expect(fault).toMatchObject({ status: 400, error: 'invalid_request' });
  });
});
