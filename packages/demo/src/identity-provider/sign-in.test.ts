import { hash } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIdentityProvider, type IdentityProvider } from './identity-provider.ts';
import { isOnLoopback } from './sign-in.ts';

/** Signing in at the provider of the demo, with `oauth4webapi` as a strict client. */
let provider: IdentityProvider;
let server: oauth.AuthorizationServer;

const insecure = { [oauth.allowInsecureRequests]: true };
const client: oauth.Client = { client_id: 'countersign-demo' };
const BACK = 'http://localhost:8080/oauth2/callback';

beforeAll(async () => {
  provider = await startIdentityProvider();
  const issuer = new URL(`${provider.url}/corp`);
  server = await oauth
    .discoveryRequest(issuer, insecure)
    .then((response) => oauth.processDiscoveryResponse(issuer, response));
});
afterAll(() => provider.close());

const VERIFIER = oauth.generateRandomCodeVerifier();

function authorize(changes: Readonly<Record<string, string>> = {}): string {
  const url = new URL(server.authorization_endpoint ?? '');
  const parameters = {
    client_id: client.client_id,
    redirect_uri: BACK,
    response_type: 'code',
    scope: 'openid',
    state: 'the state',
    nonce: 'the nonce',
    code_challenge: hash('sha256', VERIFIER, 'base64url'),
    code_challenge_method: 'S256',
    ...changes,
  };
  return `${url.href}?${new URLSearchParams(parameters).toString()}`;
}

/** Looks at the page and says to be somebody on it; where that leads. */
async function signIn(name: string): Promise<URL> {
  const page = await (await fetch(authorize())).text();
  const link = new RegExp(`href="([^"]*)">${name}<`).exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const chosen = await fetch(link, { redirect: 'manual' });
  expect(chosen.status).toBe(302);
  return new URL(chosen.headers.get('location') ?? '');
}

function redeem(back: URL, verifier = VERIFIER): Promise<Response> {
  const answer = oauth.validateAuthResponse(server, client, back, 'the state');
  return oauth.authorizationCodeGrantRequest(server, client, oauth.None(), answer, BACK, verifier, insecure);
}

describe('signing in at the demo identity provider', () => {
  it('gives whoever somebody says to be, to the client that asked', async () => {
    const response = await redeem(await signIn('Grace'));
    const granted = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: 'the nonce',
      requireIdToken: true,
    });
    expect(oauth.getValidatedIdTokenClaims(granted)).toMatchObject({
      sub: 'corp-grace',
      email: 'grace@acme.example',
    });
  });

  it('takes a code once, and with what only the client knows', async () => {
    const back = await signIn('Ada');
    expect((await redeem(back, oauth.generateRandomCodeVerifier())).status).toBe(400);
    // Whoever tried has used it up.
    expect((await redeem(back)).status).toBe(400);
    const other = await signIn('Ada');
    expect((await redeem(other)).status).toBe(200);
    expect((await redeem(other)).status).toBe(400);
  });

  it.each([
    { redirect_uri: 'https://evil.example/' },
    { redirect_uri: 'http://localhost@evil.example/' },
    { redirect_uri: 'javascript:alert(1)' },
    { response_type: 'token' },
    { code_challenge_method: 'plain' },
    { code_challenge: 'short' },
    { client_id: '' },
  ])('refuses %j', async (changes) => {
    expect((await fetch(authorize(changes), { redirect: 'manual' })).status).toBe(400);
  });

  it('shows nothing of the request on its page, and lets it run nothing', async () => {
    const page = await fetch(authorize({ state: '<script>', nonce: '"onload="' }));
    expect(await page.text()).not.toMatch(/<script|onload/);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('knows no code and no person that it has not shown', async () => {
    for (const path of ['choose?request=x&variant=ada', 'choose'])
      expect((await fetch(`${provider.url}/corp/${path}`, { redirect: 'manual' })).status).toBe(400);
    const page = await (await fetch(authorize())).text();
    const request = /request=([\w-]+)/.exec(page)?.[1] ?? '';
    const strange = await fetch(`${provider.url}/corp/choose?request=${request}&variant=toString`, {
      redirect: 'manual',
    });
    expect(strange.status).toBe(400);
  });

  it('leads back after signing out, on this machine alone', async () => {
    const end = (to: string): Promise<Response> =>
      fetch(
        `${server.end_session_endpoint ?? ''}?state=s&post_logout_redirect_uri=${encodeURIComponent(to)}`,
        {
          redirect: 'manual',
        },
      );
    expect((await end('http://localhost:1/out')).headers.get('location')).toBe(
      'http://localhost:1/out?state=s',
    );
    expect((await end('https://evil.example/')).status).toBe(200);
  });

  it('is nothing that machines do', async () => {
    expect((await fetch(`${provider.url}/github/authorize`)).status).toBe(404);
  });
});

describe('this machine', () => {
  it.each([
    ['http://127.0.0.1:1/x', true],
    ['https://localhost/', true],
    ['http://a.b.localhost:8080/', true],
    ['http://localhost.evil.example/', false],
    ['http://127.0.0.1.evil.example/', false],
    ['http://evil.example/localhost', false],
    ['//localhost/', false],
    ['', false],
  ])('%s: %s', (uri, expected) => expect(isOnLoopback(uri)).toBe(expected));
});
