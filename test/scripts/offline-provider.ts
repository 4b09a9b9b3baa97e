import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider, type Configuration } from 'oidc-provider';
import { pressThrough } from '../support/oidc-provider.ts';
import type { TestCertificate } from '../support/certificates.ts';

/**
 * `oidc-provider` as the scripts expect their provider: a client of its own for programs, whose codes are shown to the
 * person (`urn:ietf:wg:oauth:2.0:oob`), refresh tokens for `access_type=offline`, and an id_token for another client
 * when a refresh names it as `audience`.
 */
export interface OfflineProvider {
  /** The issuer. */
  readonly url: string;
  /** Port of the token endpoint where the shell script has it: `https://www.googleapis.com/oauth2/v4/token`. */
  readonly tokenPort: number;
  /** Signs a person in at the address that a script has printed, and returns the code that they are shown. */
  codeFor(signInUrl: string, login: string): Promise<string>;
  close(): Promise<void>;
}

/** The client of the scripts, and the one that the gateway is to the provider. */
export const PROGRAM = { id: 'programs.apps.example', secret: 'of-the-tests-only' };
export const GATEWAY_CLIENT = 'gateway.apps.example';
const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob';

export async function startOfflineProvider(certificate: TestCertificate): Promise<OfflineProvider> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'provider-key' };
  let handle: RequestListener = () => {};
  const server = createServer((request, response) => handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(url, configuration(key));
  issueForTheAudienceOfARefresh(provider);
  handle = (request, response) => void provider.callback()(request, response);

  const front = createTlsServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
    if (request.url === '/oauth2/v4/token') request.url = '/token';
    handle(request, response);
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  return {
    url,
    tokenPort: (front.address() as AddressInfo).port,
    codeFor: async (signInUrl, login) => {
      const shown = await pressThrough(new URL(signInUrl), login, OUT_OF_BAND);
      return shown.searchParams.get('code') ?? '';
    },
    close: async () => {
      for (const each of [server, front]) {
        each.closeAllConnections();
        each.close();
        await once(each, 'close');
      }
    },
  };
}

function configuration(key: Record<string, unknown>): Configuration {
  return {
    clients: [
      {
        client_id: PROGRAM.id,
        client_secret: PROGRAM.secret,
        application_type: 'native',
        redirect_uris: [OUT_OF_BAND],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    jwks: { keys: [key] },
    cookies: { keys: ['cookies of a test'] },
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    // The scripts are older than PKCE's everywhere, and ask with `access_type=offline` for what has a scope today.
    pkce: { required: () => false },
    issueRefreshToken: () => true,
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@acme.example`, email_verified: true }),
    }),
  };
}

/** What the provider does not know: `audience` of a refresh is the client that the id_token is for. */
function issueForTheAudienceOfARefresh({ IdToken }: Provider): void {
  const issued = IdToken.prototype as { issue: (this: Issuing, ...rest: unknown[]) => Promise<string> };
  const { issue } = issued;
  issued.issue = function issueFor(...rest) {
    const { grant_type: grant, audience } = this.ctx.oidc.body ?? {};
    if (grant === 'refresh_token' && audience !== undefined)
      this.client = Object.create(this.client, { clientId: { value: audience } }) as object;
    return issue.apply(this, rest);
  };
}

interface Issuing {
  readonly ctx: { readonly oidc: { readonly body?: Readonly<Record<string, string>> } };
  client: object;
}
