import { createPublicKey, sign, verify } from 'node:crypto';
import { isObject, type Json } from '@countersign/core';
import type { PublicJwk, SigningKey } from '../keys/port.ts';
import type { ChainHead } from '../storage/repositories/audit-events.ts';

/**
 * A checkpoint: where the audit chains end, signed by the ring of that purpose alone. It is a compact JWS, small
 * enough for a log line, because one that lies beside the chains proves nothing against whoever may write there.
 */
export interface Checkpoint {
  /** `chk_…`. */
  readonly id: string;
  /** Epoch seconds. */
  readonly iat: number;
  readonly heads: readonly ChainHead[];
}

/** Heads in one checkpoint: the log cuts a field at 2,048 characters, and a cut checkpoint proves nothing. */
export const MAX_HEADS = 10;

const TYPE = 'countersign-checkpoint+jwt';

/** Characters of a compact JWS that may be a checkpoint at all. */
const MAX_LENGTH = 4096;

const base64url = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');

export function signCheckpoint(key: SigningKey, checkpoint: Checkpoint): string {
  const header = base64url(JSON.stringify({ alg: 'ES256', typ: TYPE, kid: key.kid }));
  const input = `${header}.${base64url(JSON.stringify(checkpoint))}`;
  const signature = sign('sha256', Buffer.from(input, 'latin1'), {
    key: key.privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${input}.${signature.toString('base64url')}`;
}

/** `unknown_key`: nothing can be said. `invalid`: not a checkpoint, or not signed by the key that it names. */
export type ReadCheckpoint = Checkpoint | 'unknown_key' | 'invalid';

/** Reads checkpoints under the keys of the audit ring. */
export function createCheckpointReader(keys: readonly PublicJwk[]): (text: string) => ReadCheckpoint {
  const known = new Map(
    keys.map((jwk) => [jwk.kid, createPublicKey({ key: { ...jwk }, format: 'jwk' })] as const),
  );
  return (text) => {
    const [header, payload, signature, more] = text.length > MAX_LENGTH ? [] : text.split('.');
    if (header === undefined || payload === undefined || signature === undefined || more !== undefined)
      return 'invalid';
    const said = parse(header);
    // One algorithm and one type: nothing that another ring signs, and no other algorithm, is read as a checkpoint.
    if (said?.['alg'] !== 'ES256' || said['typ'] !== TYPE || typeof said['kid'] !== 'string')
      return 'invalid';
    const key = known.get(said['kid']);
    if (!key) return 'unknown_key';
    const bytes = Buffer.from(signature, 'base64url');
    const good = verify(
      'sha256',
      Buffer.from(`${header}.${payload}`, 'latin1'),
      { key, dsaEncoding: 'ieee-p1363' },
      bytes,
    );
    return good ? (parse(payload) as unknown as Checkpoint) : 'invalid';
  };
}

/** Every checkpoint in a text: a file of them, or log lines as they are. */
export function findCheckpoints(text: string): readonly string[] {
  return text.match(/eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g) ?? [];
}

function parse(part: string): { readonly [name: string]: Json } | undefined {
  try {
    const value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
