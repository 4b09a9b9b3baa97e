import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { Provider } from 'oidc-provider';

/** `oidc-provider` as people extend it for RFC 8693: a custom grant that verifies an id_token and saves a token. */
const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const { PORT = '', ISSUER = '', JWKS = '{"keys":[]}' } = process.env;
const keys = createLocalJWKSet(JSON.parse(JWKS) as JSONWebKeySet);

const provider = new Provider(`http://127.0.0.1:${PORT}`, {
  clients: [
    {
      client_id: 'bench',
      client_secret: 'bench',
      grant_types: [GRANT],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true } },
});

provider.registerGrantType(
  GRANT,
  async (context) => {
    const subjectToken = String(context.oidc.params?.['subject_token']);
    await jwtVerify(subjectToken, keys, {
      issuer: ISSUER,
      audience: 'urn:pulumi:org:acme',
      algorithms: ['RS256'],
    });
    const client = context.oidc.client;
    if (!client) throw new Error('the endpoint authenticates the client before the grant');
    const token = new provider.ClientCredentials({ client, scope: '' });
    context.body = {
      access_token: await token.save(),
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: token.expiration,
    };
  },
  ['subject_token', 'subject_token_type', 'audience', 'requested_token_type'],
);

provider.listen(Number(PORT), '127.0.0.1');
