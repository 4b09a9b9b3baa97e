import type { IncomingMessage, ServerResponse } from 'node:http';
import { listenOnLoopback, readBody, sendJson, type LoopbackServer } from '../loopback.ts';
import { ISSUERS } from './issuers.ts';
import { createMinter, parseMintRequest, type Minter } from './mint.ts';

/** The running demo identity provider. `url` + `/` + name is an issuer. */
export interface IdentityProvider {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Bytes of a mint request. */
const BODY_LIMIT = 64 * 1024;

/** Starts all issuers on one free port of loopback, each with fresh keys. */
export async function startIdentityProvider(): Promise<IdentityProvider> {
  let minters: ReadonlyMap<string, Minter> = new Map();
  const server: LoopbackServer = await listenOnLoopback((request, response) =>
    answer(server.port, minters, request, response),
  );
  const made = await Promise.all(
    ISSUERS.map((issuer) => createMinter(issuer, `${server.url}/${issuer.name}`)),
  );
  minters = new Map(made.map((minter) => [minter.issuer.name, minter]));
  return { url: server.url, close: server.close };
}

async function answer(
  port: number,
  minters: ReadonlyMap<string, Minter>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A web page whose name was made to resolve to loopback (DNS rebinding) could otherwise mint and read tokens here.
  if (!isOurHost(request.headers.host, port)) return sendJson(response, 403, { error: 'unknown host' });
  const [, name = '', ...rest] = (request.url ?? '/').split('?', 1).join('').split('/');
  const minter = minters.get(name);
  if (minter === undefined)
    return sendJson(response, 404, { error: 'no such issuer', issuers: [...minters.keys()] });
  switch (`${request.method ?? ''} ${rest.join('/')}`) {
    case 'GET .well-known/openid-configuration':
      return sendJson(response, 200, discovery(minter));
    case 'GET jwks':
      return sendJson(response, 200, { keys: [minter.jwk] });
    case 'POST token':
      return mint(minter, request, response);
    default:
      return sendJson(response, 404, { error: 'there is nothing here' });
  }
}

function isOurHost(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/** OpenID Connect Discovery 1.0, section 3, as far as an issuer that only signs tokens has anything to say. */
function discovery({ url, issuer }: Minter): Readonly<Record<string, unknown>> {
  return {
    issuer: url,
    jwks_uri: `${url}/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [issuer.algorithm],
    scopes_supported: ['openid'],
  };
}

async function mint(minter: Minter, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, BODY_LIMIT);
  if (body === undefined) return sendJson(response, 413, { error: 'the body is too large' });
  const asked = parseMintRequest(body);
  if (!asked.ok) return sendJson(response, 400, { error: asked.error });
  const token = await minter.mint(asked.value, Date.now());
  if (!token.ok) return sendJson(response, 400, { error: token.error });
  return sendJson(response, 200, { token: token.value });
}
