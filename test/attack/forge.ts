import { once } from 'node:events';
import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * An issuer that signs whatever text it is given. A JOSE library writes neither a claim twice nor `1e999`, and refuses
 * to make half of the tokens that an attacker makes.
 */
export interface Forge {
  readonly url: string;
  readonly publicKey: KeyObject;
  /** Requests it has had, in order. */
  readonly requests: readonly string[];
  /** A token over exactly these two texts. */
  sign(header: string, payload: string): string;
  /** A token that anybody would accept, but for what is given: claims and header members replace the good ones. */
  token(claims?: object, header?: object): string;
  close(): Promise<void>;
}

export const base64url = (text: string | Buffer): string => Buffer.from(text).toString('base64url');

/** A compact JWS of texts, signed by whatever `signature` does with its input. */
export function compact(header: string, payload: string, signature: (input: string) => Buffer): string {
  const input = `${base64url(header)}.${base64url(payload)}`;
  return `${input}.${base64url(signature(input))}`;
}

/** HMAC-SHA-256 under any bytes: what `alg: HS256` is attacked with. */
export const hmac = (secret: string | Buffer) => (input: string) =>
  createHmac('sha256', secret).update(input).digest();

/** Good claims of `repo:acme/…`, for five minutes. */
export function goodClaims(issuer: string): Readonly<Record<string, unknown>> {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    aud: 'urn:pulumi:org:acme',
    sub: 'repo:acme/shop:ref:refs/heads/main',
    iat: now,
    exp: now + 300,
  };
}

export async function startForge(): Promise<Forge> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const requests: string[] = [];
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'RS256', use: 'sig' };
  const { server, url } = await listen((request, response) => {
    requests.push(request.url ?? '');
    const isKeys = request.url === '/jwks';
    response.end(JSON.stringify(isKeys ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/jwks` }));
  });
  const sign = (header: string, payload: string): string =>
    compact(header, payload, (input) => createSign('sha256').update(input).sign(privateKey));
  return {
    url,
    publicKey,
    requests,
    sign,
    token: (claims = {}, header = {}) =>
      sign(
        JSON.stringify({ alg: 'RS256', kid: 'key-1', typ: 'JWT', ...header }),
        JSON.stringify({ ...goodClaims(url), ...claims }),
      ),
    close: () => stop(server),
  };
}

/** An HTTP server on loopback that does as it is told. */
export async function listen(
  listener: RequestListener,
): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
