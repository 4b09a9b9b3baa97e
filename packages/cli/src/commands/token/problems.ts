import type { Claims, Json } from '@countersign/core';
import { brief } from '../../printable.ts';
import { duration } from './duration.ts';

/**
 * What a server would find wrong with a token, in words. It knows no issuer and no policy: the signature, the audience
 * that a server wants and the policies are somebody else's.
 */

/** `now` in epoch seconds; `algorithms`: those that a server takes. */
export function tokenProblems(
  header: Claims,
  claims: Claims,
  expected: { readonly now: number; readonly algorithms: readonly string[] },
): readonly string[] {
  return [
    ...headerProblems(header, expected.algorithms),
    ...textProblems(claims),
    ...audienceProblems(claims['aud']),
    ...timeProblems(claims, expected.now),
  ];
}

function headerProblems(header: Claims, algorithms: readonly string[]): readonly string[] {
  const { alg, typ, crit } = header;
  const problems: string[] = [];
  // RFC 8725 section 3.1: `none` and HMAC are how a token is forged.
  if (typeof alg !== 'string') problems.push('alg is absent: nobody can say how it was signed');
  else if (!algorithms.includes(alg))
    problems.push(`alg ${brief(alg)} is not accepted; a server takes ${algorithms.join(', ')}`);
  if (typ !== undefined && !(typeof typ === 'string' && /^(?:application\/)?jwt$/i.test(typ)))
    problems.push(`typ ${brief(typ)}: made for another use, so it is no identity token to exchange`);
  if (crit !== undefined)
    problems.push('crit names extensions that a server would have to understand; it knows none');
  return problems;
}

function textProblems(claims: Claims): readonly string[] {
  const { iss, sub } = claims;
  const problems: string[] = [];
  if (typeof iss !== 'string' || iss === '') problems.push('iss is absent: nobody can say whose token it is');
  if (typeof sub !== 'string' || sub === '') problems.push('sub is absent: it says nothing about anybody');
  return problems;
}

function audienceProblems(aud: Json | undefined): readonly string[] {
  const held = typeof aud === 'string' ? [aud] : aud;
  if (held === undefined) return ['aud is absent: made for nobody in particular, and no server takes it'];
  if (
    !Array.isArray(held) ||
    held.length === 0 ||
    !held.every((one) => typeof one === 'string' && one !== '')
  )
    return ['aud is neither a text nor a list of texts'];
  return [];
}

function timeProblems({ exp, nbf, iat }: Claims, now: number): readonly string[] {
  const problems: string[] = [];
  if (exp === undefined) problems.push('exp is absent: it would never end, and no server takes it');
  else if (!isTime(exp)) problems.push('exp is not a number of seconds');
  else if (now >= exp) problems.push(`expired ${duration(now - exp)} ago${lifeOf(exp, iat)}`);
  if (nbf !== undefined) {
    if (!isTime(nbf)) problems.push('nbf is not a number of seconds');
    else if (now < nbf) problems.push(`not valid for another ${duration(nbf - now)} (nbf)`);
  }
  if (iat !== undefined) {
    if (!isTime(iat)) problems.push('iat is not a number of seconds');
    else if (now < iat)
      problems.push(`issued ${duration(iat - now)} from now (iat): one of the clocks is wrong`);
  }
  return problems;
}

function lifeOf(exp: number, iat: Json | undefined): string {
  return isTime(iat) && iat < exp ? `; it lived ${duration(exp - iat)}` : '';
}

function isTime(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
