import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import * as oauth from 'oauth4webapi';
import { Provider, type Configuration } from 'oidc-provider';

/**
 * An independent OpenID provider (`oidc-provider`) and an independent client (`oauth4webapi`) that signs a person in
 * with code, PKCE, state and nonce, pressing the buttons of the provider's own pages.
 */
export interface OpenIdProvider {
  readonly url: string;
  /** Signs a person in and returns the id_token that the client received. */
  idToken(login: string): Promise<string>;
  /** Signs with a new key from now on, and publishes the old one beside it. */
  rotate(): Promise<void>;
  close(): Promise<void>;
}

export const CLIENT_ID = 'countersign';
const REDIRECT_URI = 'http://127.0.0.1:1/callback';

export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keys: Record<string, unknown>[] = [];
  let handle: ReturnType<Provider['callback']> | undefined;
  const rotate = async (): Promise<void> => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const key = {
      ...(await exportJWK(privateKey)),
      alg: 'RS256',
      use: 'sig',
      kid: `provider-key-${keys.length}`,
    };
    keys.unshift(key);
    handle = new Provider(url, configuration(keys)).callback();
  };
  await rotate();
  server.on('request', (request, response) => void handle?.(request, response));
  return {
    url,
    idToken: (login) => signIn(url, login),
    rotate,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function configuration(keys: readonly Record<string, unknown>[]): Configuration {
  return {
    clients: [
      {
        client_id: CLIENT_ID,
        redirect_uris: [REDIRECT_URI],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'none',
      },
    ],
    jwks: { keys: [...keys] },
    cookies: { keys: ['cookies of a test'] },
    // Off by default in the provider: it puts the claims of the scope into the id_token, where companies expect them.
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@acme.example`, email_verified: true }),
    }),
  };
}

async function signIn(url: string, login: string): Promise<string> {
  const insecure = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(url);
  const server = await oauth
    .discoveryRequest(issuer, insecure)
    .then((response) => oauth.processDiscoveryResponse(issuer, response));
  const client: oauth.Client = { client_id: CLIENT_ID };
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();
  const authorize = new URL(String(server.authorization_endpoint));
  authorize.search = new URLSearchParams({
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid email',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  }).toString();
  const callback = await pressThrough(authorize, login);
  const parameters = oauth.validateAuthResponse(server, client, callback, state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    REDIRECT_URI,
    verifier,
    insecure,
  );
  const result = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  return String(result.id_token);
}

/** Follows redirects with cookies and fills in the provider's two forms, until the redirect URI comes. */
export async function pressThrough(start: URL, login: string, until: string = REDIRECT_URI): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = start;
  let form: Record<string, string> | undefined;
  for (let step = 0; step < 20; step += 1) {
    const response: Response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const location = response.headers.get('location');
    if (location) {
      url = new URL(location, url);
      form = undefined;
      if (url.href.startsWith(until)) return url;
      continue;
    }
    const page = await response.text();
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    const action = /action="([^"]+)"/.exec(page)?.[1];
    if (!prompt || !action) throw new Error(`no form at ${url.href}: ${page.slice(0, 200)}`);
    url = new URL(action, url);
    form = prompt === 'login' ? { prompt, login, password: 'anything' } : { prompt };
  }
  throw new Error('the sign-in did not end');
}
