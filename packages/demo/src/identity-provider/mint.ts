import { randomUUID } from 'node:crypto';
import { err, isObject, ok, type Claims, type Json, type Result } from '@countersign/core';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { DemoIssuer } from './issuer.ts';

/** An issuer at work: its URL and the key pair that was made when the demo started and dies with it. */
export interface Minter {
  readonly issuer: DemoIssuer;
  /** `iss` of its tokens. */
  readonly url: string;
  readonly jwk: JWK;
  mint(request: MintRequest, nowMilliseconds: number): Promise<Result<string, string>>;
}

/** What a caller may ask of the mint endpoint. */
export interface MintRequest {
  readonly variant?: string;
  readonly audience?: string | readonly string[];
  /** Replaces claims, whichever; `null` takes one away. */
  readonly claims?: Claims;
}

/** Makes a key pair and a minter for it. The private key stays in this closure. */
export async function createMinter(issuer: DemoIssuer, url: string): Promise<Minter> {
  const { privateKey, publicKey } = await generateKeyPair(issuer.algorithm);
  const kid = `${issuer.name}-${randomUUID().slice(0, 8)}`;
  const jwk = { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: issuer.algorithm };
  let serial = 0;
  return {
    issuer,
    url,
    jwk,
    mint: async (request, now) => {
      serial += 1;
      const claims = claimsFor(issuer, url, request, { now: Math.floor(now / 1000), serial });
      return claims.ok ? ok(await sign(claims.value, issuer, kid, privateKey)) : claims;
    },
  };
}

function claimsFor(
  issuer: DemoIssuer,
  url: string,
  request: MintRequest,
  context: { readonly now: number; readonly serial: number },
): Result<Claims, string> {
  const names = Object.keys(issuer.variants);
  const variant = request.variant ?? names[0] ?? '';
  const make = Object.hasOwn(issuer.variants, variant) ? issuer.variants[variant] : undefined;
  if (make === undefined) return err(`variant must be one of ${names.join(', ')}`);
  const { now } = context;
  const usual: Claims = {
    jti: randomUUID(),
    iss: url,
    aud: request.audience ?? issuer.audience,
    iat: now,
    nbf: now - 5,
    exp: now + issuer.lifetime,
    ...make(context),
  };
  // Whatever is asked for wins, even `iss` and `exp`: the point of a demo issuer is to see such tokens refused.
  const wanted = Object.entries({ ...usual, ...request.claims }).filter(([, value]) => value !== null);
  return ok(Object.fromEntries(wanted));
}

function sign(claims: Claims, issuer: DemoIssuer, kid: string, key: CryptoKey): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ typ: 'JWT', alg: issuer.algorithm, kid }).sign(key);
}

/** Reads the body of a mint request. An empty body asks for the default token. */
export function parseMintRequest(body: string): Result<MintRequest, string> {
  let json: Json;
  try {
    json = body.trim() === '' ? {} : (JSON.parse(body) as Json);
  } catch {
    return err('the body must be JSON');
  }
  if (!isObject(json)) return err('the body must be a JSON object');
  const unknown = Object.keys(json).find((name) => !['variant', 'audience', 'claims'].includes(name));
  if (unknown !== undefined) return err('only variant, audience and claims are known');
  const { variant, audience, claims } = json;
  if (variant !== undefined && typeof variant !== 'string') return err('variant must be a string');
  if (audience !== undefined && !isAudience(audience)) return err('audience must be a string or strings');
  if (claims !== undefined && !isObject(claims)) return err('claims must be an object');
  return ok({
    ...(variant === undefined ? {} : { variant }),
    ...(audience === undefined ? {} : { audience }),
    ...(claims === undefined ? {} : { claims }),
  });
}

function isAudience(value: Json): value is string | readonly string[] {
  if (typeof value === 'string') return true;
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
