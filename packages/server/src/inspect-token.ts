import type { KeyObject } from 'node:crypto';
import type { Claims } from '@countersign/core';
import { createIssuerKeys } from './adapters/issuer-keys.ts';
import type { Logger } from './adapters/ports.ts';
import { createSafeFetch } from './adapters/safe-fetch.ts';
import { createSystemClock } from './adapters/system-clock.ts';
import { parseCompactJws } from './trust/compact-jws.ts';
import { readKeySet } from './trust/jwks.ts';
import { SUBJECT_ALGORITHMS, type SubjectAlgorithm } from './trust/port.ts';
import { verifySignature } from './trust/verify-signature.ts';

/**
 * `token inspect`: the signature of one token, held against a key set by the code that the server holds it against.
 * The token itself goes nowhere; with `issuer` the documents of whoever it names are fetched, through the safe fetch.
 */

/** A token as it was taken apart, believed in nothing. */
export interface InspectedToken {
  readonly header: Claims;
  readonly claims: Claims;
  /** `header.payload` as text. */
  readonly signingInput: string;
  readonly signature: Uint8Array;
}

export type InspectionKeys =
  | { readonly from: 'jwks'; readonly jwks: string }
  | { readonly from: 'issuer'; readonly allowPrivate: boolean };

export interface SignatureJudgement {
  readonly signature: 'valid' | 'invalid' | 'unknown';
  /** In words; absent when valid. */
  readonly reason?: string;
  /** Why there was no key to hold it against: that says nothing about the token. */
  readonly keys?: 'unreachable' | 'unreadable';
}

/** Longest token that a server takes at all: the upper end of `limits.token`. */
const MAX_TOKEN = 64 * 1024;

/** Whether the server would read it: the one strict form, an accepted algorithm, no typed token. */
export function isStrictToken(token: string): boolean {
  return parseCompactJws(token, MAX_TOKEN).ok;
}

export async function verifyTokenSignature(
  token: InspectedToken,
  keys: InspectionKeys,
): Promise<SignatureJudgement> {
  const alg = SUBJECT_ALGORITHMS.find((candidate) => candidate === token.header['alg']);
  if (alg === undefined) return invalid('its algorithm is none that a signature is verified with');
  const { kid } = token.header;
  if (kid !== undefined && typeof kid !== 'string') return invalid('kid is not a text');
  const found =
    keys.from === 'jwks'
      ? fromSet(keys.jwks, kid, alg)
      : await fromIssuer(token, keys.allowPrivate, kid, alg);
  if (!('key' in found)) return found;
  const { header, claims, signature } = token;
  const jws = {
    alg,
    ...(kid === undefined ? {} : { kid }),
    header,
    claims,
    signingInput: Buffer.from(token.signingInput, 'latin1'),
    signature: Buffer.from(signature),
  };
  return verifySignature(jws, found.key)
    ? { signature: 'valid' }
    : invalid('the key of this kid did not sign it');
}

type Found = { readonly key: KeyObject } | SignatureJudgement;

function fromSet(jwks: string, kid: string | undefined, alg: SubjectAlgorithm): Found {
  const set = readKeySet(jwks);
  if (!set.ok)
    return {
      signature: 'unknown',
      reason: 'the file is no key set (RFC 7517) with a key that can be used',
      keys: 'unreadable',
    };
  const key = set.value.find(kid, alg);
  return key ? { key } : invalid('the key set holds no key of this kid and algorithm');
}

async function fromIssuer(
  { claims }: InspectedToken,
  allowPrivate: boolean,
  kid: string | undefined,
  alg: SubjectAlgorithm,
): Promise<Found> {
  const { iss } = claims;
  if (typeof iss !== 'string') return invalid('iss is no text, so there is nobody to ask for keys');
  const keys = createIssuerKeys({
    fetch: createSafeFetch({ allowPrivate }),
    clock: createSystemClock(() => undefined),
    logger: SILENT,
  });
  const found = await keys.find({ id: 'inspected', url: iss }, kid, alg);
  if (found.ok) return { key: found.value };
  switch (found.error) {
    case 'unknown':
      return invalid('its issuer publishes no key of this kid and algorithm');
    case 'unreachable':
      return {
        signature: 'unknown',
        reason: 'the keys of its issuer cannot be had; "countersign issuer test URL" says why',
        keys: 'unreachable',
      };
  }
}

function invalid(reason: string): SignatureJudgement {
  return { signature: 'invalid', reason };
}

/** The command line says itself what went wrong. */
const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
