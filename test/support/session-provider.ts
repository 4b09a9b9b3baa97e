import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider, type Configuration } from 'oidc-provider';

/**
 * `oidc-provider` as a company runs one: a confidential client, refresh tokens that are good once, groups that change,
 * people who leave, and word of it when they sign out (Back-Channel Logout).
 */
export interface SessionProvider {
  readonly url: string;
  /** Who can sign in, by login; absent: `['staff']`. `null`: nobody of that name, any more. */
  readonly groups: Map<string, readonly string[] | null>;
  /** Tells its client that somebody has signed out: of one session (`sid`), or of all. */
  signOut(login: string, sid?: string): Promise<void>;
  /** Answers 503 to everything while it is down, or to one path alone. */
  down(which: boolean | string): void;
  close(): Promise<void>;
}

export const SESSION_CLIENT = { id: 'gateway', secret: 'of the tests: only % & +' } as const;

export interface SessionProviderOptions {
  /** Where people come back to. */
  readonly redirectUri: string;
  readonly backChannelLogoutUri?: string;
  /** Where they come back to after signing out there. */
  readonly postLogoutRedirectUri?: string;
}

export async function startSessionProvider(options: SessionProviderOptions): Promise<SessionProvider> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'provider-key' };
  const groups: SessionProvider['groups'] = new Map();
  let down: boolean | string = false;
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(url, configuration(key, groups, options));
  const handle = provider.callback();
  server.on('request', (request, response) => {
    if (down === true || request.url?.split('?')[0] === down) response.writeHead(503).end();
    else void handle(request, response);
  });
  return {
    url,
    groups,
    signOut: async (login, sid) => {
      const client = await provider.Client.find(SESSION_CLIENT.id);
      const logout = client?.['backchannelLogout'];
      if (typeof logout !== 'function') throw new Error('the provider has no such client');
      await logout.call(client, login, sid);
    },
    down: (which) => {
      down = which;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function configuration(
  key: Record<string, unknown>,
  groups: SessionProvider['groups'],
  { redirectUri, backChannelLogoutUri, postLogoutRedirectUri }: SessionProviderOptions,
): Configuration {
  return {
    clients: [
      {
        client_id: SESSION_CLIENT.id,
        client_secret: SESSION_CLIENT.secret,
        redirect_uris: [redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'],
        id_token_signed_response_alg: 'ES256',
        ...(postLogoutRedirectUri !== undefined && { post_logout_redirect_uris: [postLogoutRedirectUri] }),
        ...(backChannelLogoutUri !== undefined && {
          backchannel_logout_uri: backChannelLogoutUri,
          backchannel_logout_session_required: true,
        }),
      },
    ],
    jwks: { keys: [key] },
    cookies: { keys: ['cookies of a test'] },
    claims: { openid: ['sub', 'sid'], email: ['email', 'email_verified'], profile: ['groups', 'name'] },
    features: { backchannelLogout: { enabled: true } },
    // Without its own guard against private addresses: everything here is on loopback.
    fetch: (url, { dispatcher: _, ...options } = {}) => globalThis.fetch(url, options),
    issueRefreshToken: () => true,
    rotateRefreshToken: () => true,
    findAccount: (_context, id) => {
      const known = groups.has(id) ? groups.get(id) : ['staff'];
      if (!known) return undefined;
      const said = { sub: id, email: `${id}@acme.example`, email_verified: true, name: id, groups: known };
      return { accountId: id, claims: () => said };
    },
  };
}
