import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

/** A foreign issuer on loopback with a real discovery document, a real key set and tokens signed by `jose`. */
export interface TestIssuer {
  readonly url: string;
  /** Requests it has had, by path. */
  readonly requests: ReadonlyMap<string, number>;
  /** A signed token; `exp` five minutes ahead unless given. */
  mint(claims: Readonly<Record<string, unknown>>, options?: MintOptions): Promise<string>;
  /** Adds a key, makes it the one that signs, and returns its `kid`. */
  rotate(): Promise<string>;
  /** Public keys as published. */
  jwks(): { readonly keys: readonly JWK[] };
  /** Answers 500 to everything while broken. */
  break(broken: boolean): void;
  close(): Promise<void>;
}

export interface MintOptions {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly issuer?: string;
}

export type IssuerAlgorithm = 'RS256' | 'ES256';

interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

async function createKey(algorithm: IssuerAlgorithm, kid: string): Promise<Key> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  return {
    kid,
    privateKey: pair.privateKey,
    jwk: { ...(await exportJWK(pair.publicKey)), kid, alg: algorithm, use: 'sig' },
  };
}

export async function startIssuer(algorithm: IssuerAlgorithm = 'RS256', path = ''): Promise<TestIssuer> {
  const keys = [await createKey(algorithm, 'key-1')];
  const requests = new Map<string, number>();
  let broken = false;
  let url = '';
  const server = createServer((request, response) => {
    const target = request.url ?? '';
    requests.set(target, (requests.get(target) ?? 0) + 1);
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (broken) answer(500, {});
    else if (target === `${path}/.well-known/openid-configuration`)
      answer(200, { issuer: url, jwks_uri: `${url}/jwks` });
    else if (target === `${path}/jwks`) answer(200, { keys: keys.map(({ jwk }) => jwk) });
    else answer(404, {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return {
    url,
    requests,
    jwks: () => ({ keys: keys.map(({ jwk }) => jwk) }),
    break: (value) => {
      broken = value;
    },
    rotate: async () => {
      const key = await createKey(algorithm, `key-${keys.length + 1}`);
      keys.push(key);
      return key.kid;
    },
    mint: async (claims, options = {}) => {
      const key = keys.at(-1);
      if (!key) throw new Error('an issuer has at least one key');
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ iss: options.issuer ?? url, iat: now, exp: now + 300, ...claims })
        .setProtectedHeader({ alg: algorithm, kid: key.kid, typ: 'JWT', ...options.header })
        .sign(key.privateKey);
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
