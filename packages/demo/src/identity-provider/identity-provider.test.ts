import { request } from 'node:http';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIdentityProvider, type IdentityProvider } from './identity-provider.ts';
import { ISSUERS } from './issuers.ts';

let provider: IdentityProvider;
beforeAll(async () => (provider = await startIdentityProvider()));
afterAll(() => provider.close());

const post = (name: string, body: string): Promise<Response> =>
  fetch(`${provider.url}/${name}/token`, { method: 'POST', body });

async function mint(name: string, asked: unknown = {}): Promise<string> {
  const { token } = (await (await post(name, JSON.stringify(asked))).json()) as { token: string };
  return token;
}

describe('the demo identity provider', () => {
  it.each(ISSUERS.map((issuer) => issuer.name))(
    'plays %s, whose tokens verify by discovery',
    async (name) => {
      const url = `${provider.url}/${name}`;
      const discovery = (await (await fetch(`${url}/.well-known/openid-configuration`)).json()) as {
        issuer: string;
        jwks_uri: string;
      };
      expect(discovery.issuer).toBe(url);
      const keys = createRemoteJWKSet(new URL(discovery.jwks_uri));
      const issuer = ISSUERS.find((candidate) => candidate.name === name);
      const audience = [issuer?.audience ?? []].flat();
      const verified = await jwtVerify(await mint(name), keys, { issuer: url, audience: [...audience] });
      expect(verified.protectedHeader.alg).toBe(issuer?.algorithm);
      expect(verified.payload.sub).toBeTruthy();
      expect(new Set([verified.payload.jti, decodeJwt(await mint(name)).jti]).size).toBe(2);
    },
  );

  it('publishes public keys alone', async () => {
    for (const { name } of ISSUERS) {
      const { keys } = (await (await fetch(`${provider.url}/${name}/jwks`)).json()) as { keys: object[] };
      expect(keys).toHaveLength(1);
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(keys[0]).not.toHaveProperty(secret);
    }
  });

  it('signs for one issuer with a key that no other publishes', async () => {
    const keys = createRemoteJWKSet(new URL(`${provider.url}/gitlab/jwks`));
    await expect(jwtVerify(await mint('github'), keys)).rejects.toThrow('no applicable key found');
  });

  it('mints GitHub tokens for a push to main and for a pull request from a fork', async () => {
    const main = decodeJwt(await mint('github'));
    expect(main).toMatchObject({ sub: 'repo:acme/shop:ref:refs/heads/main', event_name: 'push' });
    expect(Object.keys(main).length).toBeGreaterThanOrEqual(30);
    const pull = decodeJwt(await mint('github', { variant: 'pull_request' }));
    expect(pull).toMatchObject({ sub: 'repo:acme/shop:pull_request', repository_id: main['repository_id'] });
    expect(Object.keys(pull).sort()).toEqual(Object.keys(main).sort());
  });

  it('mints Kubernetes tokens with nested claims and an array of audiences', async () => {
    const claims = decodeJwt(await mint('kubernetes'));
    expect(claims.aud).toEqual(['urn:countersign:org:acme']);
    expect(claims).toMatchObject({
      'kubernetes.io': { namespace: 'ci', serviceaccount: { name: 'builder' } },
    });
  });

  it('lies about everything it is asked to, and leaves out what is null', async () => {
    const asked = {
      audience: 'somebody-else',
      claims: { iss: 'https://evil.example', jti: null, extra: [1] },
    };
    const token = await mint('github', asked);
    expect(decodeJwt(token)).toMatchObject({ aud: 'somebody-else', iss: 'https://evil.example', extra: [1] });
    expect(decodeJwt(token)).not.toHaveProperty('jti');
    expect(decodeProtectedHeader(token).kid).toMatch(/^github-/);
  });

  it.each([
    '[]',
    '{',
    '{"variant":"nobody"}',
    '{"variant":"toString"}',
    '{"variant":1}',
    '{"audience":[1]}',
    '{"claims":"x"}',
    '{"sub":"x"}',
  ])('refuses the request %s', async (body) => expect((await post('github', body)).status).toBe(400));

  it('reads a request of 64 KiB and no more', async () => {
    expect((await post('github', ' '.repeat(64 * 1024))).status).toBe(200);
    expect((await post('github', ' '.repeat(64 * 1024 + 1))).status).toBe(413);
  });

  it.each(['/', '/nobody/jwks', '/github', '/github/token', '/github/jwks/x', '/__proto__/jwks'])(
    'has nothing to GET at %s',
    async (path) => expect((await fetch(provider.url + path)).status).toBe(404),
  );

  it('refuses a web page that reached it under another name (DNS rebinding)', async () => {
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${provider.url}/github/token`, {
        method: 'POST',
        headers: { host: 'evil.example' },
      });
      sent.on('response', (answer) => resolve(answer.resume().statusCode)).on('error', reject);
      sent.end('{}');
    });
    expect(status).toBe(403);
  });
});
