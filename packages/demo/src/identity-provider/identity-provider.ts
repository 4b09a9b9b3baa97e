import type { IncomingMessage, ServerResponse } from 'node:http';
import { listenOnLoopback, readBody, sendJson, type LoopbackServer } from '../loopback.ts';
import { ISSUERS } from './issuers.ts';
import { createMinter, parseMintRequest, type Minter } from './mint.ts';
import { SIGN_IN_ENDPOINTS, signInMetadata } from './sign-in-endpoints.ts';
import { createSignIn, type SignIn } from './sign-in.ts';

/** The running demo identity provider. `url` + `/` + name is an issuer. */
export interface IdentityProvider {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Bytes of a mint request. */
const BODY_LIMIT = 64 * 1024;

/** An issuer at work, and signing in at it where people do. */
interface Played {
  readonly minter: Minter;
  readonly signIn?: SignIn;
}

/** Starts all issuers on one free port of loopback, each with fresh keys. */
export async function startIdentityProvider(): Promise<IdentityProvider> {
  let played: ReadonlyMap<string, Played> = new Map();
  const server: LoopbackServer = await listenOnLoopback((request, response) =>
    answer(server.port, played, request, response),
  );
  const made = await Promise.all(
    ISSUERS.map((issuer) => createMinter(issuer, `${server.url}/${issuer.name}`)),
  );
  played = new Map(made.map((minter) => [minter.issuer.name, play(minter)]));
  return { url: server.url, close: server.close };
}

function play(minter: Minter): Played {
  return minter.issuer.signsIn ? { minter, signIn: createSignIn(minter) } : { minter };
}

async function answer(
  port: number,
  played: ReadonlyMap<string, Played>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A web page whose name was made to resolve to loopback (DNS rebinding) could otherwise mint and read tokens here.
  if (!isOurHost(request.headers.host, port)) return sendJson(response, 403, { error: 'unknown host' });
  const [path = '', query = ''] = (request.url ?? '/').split('?', 2);
  const [, name = '', ...rest] = path.split('/');
  const found = played.get(name);
  if (found === undefined)
    return sendJson(response, 404, { error: 'no such issuer', issuers: [...played.keys()] });
  const { minter, signIn } = found;
  const asked = `${request.method ?? ''} ${rest.join('/')}`;
  const endpoint = signIn && SIGN_IN_ENDPOINTS.get(asked);
  if (endpoint) return endpoint({ minter, signIn }, new URLSearchParams(query), request, response);
  switch (asked) {
    case 'GET .well-known/openid-configuration':
      return sendJson(response, 200, { ...discovery(minter), ...(signIn && signInMetadata(minter)) });
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
