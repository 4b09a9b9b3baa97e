import { err, isObject, type Claims, type Result } from '@countersign/core';
import type { DemoAddresses } from '../announcement.ts';
import { send, sendForJson, stringOf, type TourAnswer, type TourRequest } from './client.ts';
import { verifiedAssertion } from './jwt.ts';

/** The real requests that the tour makes, one function each. */

const JSON_BODY = { 'content-type': 'application/json' };

export function mintUrl(demo: DemoAddresses, issuer: string): string {
  return `${demo.identityProvider}/${issuer}/token`;
}

export async function mint(
  demo: DemoAddresses,
  issuer: string,
  variant: string,
): Promise<Result<string, string>> {
  const body = JSON.stringify({ variant });
  const minted = await sendForJson(
    { method: 'POST', url: mintUrl(demo, issuer), headers: JSON_BODY, body },
    200,
  );
  return minted.ok ? stringOf(minted.value, 'token') : minted;
}

export function exchangeUrl(demo: DemoAddresses): string {
  return `${demo.service}/api/oauth/token`;
}

/** RFC 8693 section 2.1, with the token type and scope of the contract. */
export function exchangeBody(demo: DemoAddresses, subjectToken: string): Readonly<Record<string, string>> {
  return {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: `urn:countersign:org:${demo.organization}`,
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    requested_token_type: 'urn:countersign:token-type:access_token:team',
    scope: 'team:platform',
    subject_token: subjectToken,
  };
}

export function exchangeRequest(demo: DemoAddresses, subjectToken: string): TourRequest {
  const body = JSON.stringify(exchangeBody(demo, subjectToken));
  return { method: 'POST', url: exchangeUrl(demo), headers: JSON_BODY, body };
}

/** Pomerium's programmatic access: an id_token of a person for a session. */
export function personRequest(demo: DemoAddresses, idToken: string): TourRequest {
  return {
    method: 'POST',
    url: `${demo.service}/api/v1/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ id_token: idToken }).toString(),
  };
}

export function ordersUrl(demo: DemoAddresses): string {
  return `${demo.protected}/api/orders`;
}

export function callWithout(demo: DemoAddresses): Promise<Result<TourAnswer, string>> {
  return send({ method: 'GET', url: ordersUrl(demo) });
}

/** What the upstream saw of a request that the gateway let pass. */
export async function callWith(demo: DemoAddresses, token: string): Promise<Result<Claims, string>> {
  const headers = { authorization: `Bearer ${token}` };
  const echo = await sendForJson({ method: 'GET', url: ordersUrl(demo), headers }, 200);
  if (!echo.ok) return echo;
  const seen = echo.value['headers'];
  return isObject(seen) ? { ok: true, value: seen } : err('the upstream did not say what it saw');
}

/** The assertion among those headers, checked with the keys that the protected host publishes. */
export async function assertionOf(demo: DemoAddresses, seen: Claims): Promise<Result<Claims, string>> {
  const assertion = stringOf(seen, 'x-pomerium-jwt-assertion');
  if (!assertion.ok) return assertion;
  const url = `${demo.protected}/.well-known/pomerium/jwks.json`;
  const jwks = await sendForJson({ method: 'GET', url }, 200);
  return jwks.ok ? verifiedAssertion(assertion.value, jwks.value, new URL(demo.protected).hostname) : jwks;
}

export function explain(demo: DemoAddresses, decision: string): Promise<Result<Claims, string>> {
  const headers = { authorization: `Bearer ${demo.adminToken}` };
  return sendForJson({ method: 'GET', url: `${demo.service}/api/decisions/${decision}`, headers }, 200);
}
