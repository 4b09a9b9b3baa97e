import { hash, randomBytes } from 'node:crypto';
import { err, ok, type Result } from '@countersign/core';
import type { Minter } from './mint.ts';

/**
 * Signing in at an issuer of people: authorization code with PKCE (OpenID Connect Core section 3.1, RFC 7636), for any
 * client on loopback. Nobody is asked for a password: whoever looks at the page says who they are. It must never send a
 * browser off this machine.
 */
export interface SignIn {
  /** Takes the request of a client, from the query of the authorization endpoint; gives what the page leads on with. */
  begin(query: URLSearchParams): Result<string, string>;
  /** Whoever looked at the page has chosen: where the browser goes, with a code. */
  choose(request: string, variant: string): Result<string, string>;
  /** The token endpoint: a code for an id_token, once. The error is a code of RFC 6749 section 5.2. */
  redeem(form: URLSearchParams, now: number): Promise<Result<string, string>>;
}

interface Asked {
  readonly redirectUri: string;
  readonly clientId: string;
  readonly challenge: string;
  readonly state: string | null;
  readonly nonce: string | null;
}

/** Sign-ins under way, on the page and on the way back; the oldest goes first. */
const MOST = 100;

export function createSignIn(minter: Minter): SignIn {
  const pages = new Map<string, Asked>();
  const codes = new Map<string, Asked & { readonly variant: string }>();
  return {
    begin(query) {
      const asked = parseRequest(query);
      return asked.ok ? ok(keep(pages, asked.value)) : asked;
    },
    choose(request, variant) {
      const asked = pages.get(request);
      if (asked === undefined || !Object.hasOwn(minter.issuer.variants, variant))
        return err('this sign-in is over: begin anew');
      const to = new URL(asked.redirectUri);
      to.searchParams.set('code', keep(codes, { ...asked, variant }));
      if (asked.state !== null) to.searchParams.set('state', asked.state);
      // RFC 9207: whose answer this is.
      to.searchParams.set('iss', minter.url);
      return ok(to.href);
    },
    async redeem(form, now) {
      if (form.get('grant_type') !== 'authorization_code') return err('unsupported_grant_type');
      const code = form.get('code') ?? '';
      const asked = codes.get(code);
      codes.delete(code);
      if (asked === undefined || !isOf(asked, form)) return err('invalid_grant');
      const { variant, clientId: audience, nonce } = asked;
      const minted = await minter.mint({ variant, audience, claims: nonce === null ? {} : { nonce } }, now);
      return minted.ok ? minted : err('invalid_grant');
    },
  };
}

function keep<V>(map: Map<string, V>, value: V): string {
  for (const oldest of map.keys()) {
    if (map.size < MOST) break;
    map.delete(oldest);
  }
  const key = randomBytes(24).toString('base64url');
  map.set(key, value);
  return key;
}

/** RFC 6749 section 4.1.3, RFC 7636 section 4.6. */
function isOf({ redirectUri, clientId, challenge }: Asked, form: URLSearchParams): boolean {
  const verifier = form.get('code_verifier') ?? '';
  return (
    form.get('redirect_uri') === redirectUri &&
    form.get('client_id') === clientId &&
    hash('sha256', verifier, 'base64url') === challenge
  );
}

function parseRequest(query: URLSearchParams): Result<Asked, string> {
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!isOnLoopback(redirectUri)) return err('redirect_uri must be on this machine');
  if (query.get('response_type') !== 'code') return err('response_type must be code');
  const challenge = query.get('code_challenge') ?? '';
  if (query.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(challenge))
    return err('code_challenge must be there, made by S256');
  const clientId = query.get('client_id') ?? '';
  if (clientId === '') return err('client_id must be there');
  return ok({ redirectUri, clientId, challenge, state: query.get('state'), nonce: query.get('nonce') });
}

/** Whether a browser that is sent there stays on this machine (RFC 6761 section 6.3 for names below `localhost`). */
export function isOnLoopback(uri: string): boolean {
  const url = URL.parse(uri);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return false;
  return /^(?:127\.0\.0\.1|(?:[a-z0-9-]+\.)*localhost)$/.test(url.hostname);
}
