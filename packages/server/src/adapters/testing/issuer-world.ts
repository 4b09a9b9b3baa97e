import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { err, ok } from '@countersign/core';
import { createIssuerKeys } from '../issuer-keys.ts';
import type { LogFields } from '../ports.ts';
import type { SafeFetch } from '../safe-fetch.ts';
import { recordMetrics } from './metric-record.ts';

export const first = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
export const second = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
export const SOURCE = { id: 'iss_1', url: 'https://issuer.test' };

/** An issuer whose documents, answers and clock the test moves by hand. */
export function world() {
  const state = {
    now: 1_000_000,
    fetches: 0,
    down: false,
    broken: false,
    hold: undefined as Promise<void> | undefined,
    keys: { a: first } as Record<string, KeyObject>,
    log: [] as { message: string; fields?: LogFields }[],
  };
  const fetch: SafeFetch = async (url) => {
    if (url.endsWith('/.well-known/openid-configuration')) {
      state.fetches += 1;
      await state.hold;
      if (state.broken) throw new Error('a bug');
      if (state.down) return err('connection');
      const issuer = url.slice(0, -'/.well-known/openid-configuration'.length);
      return ok(Buffer.from(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` })));
    }
    const keys = Object.entries(state.keys).map(([kid, key]) => ({ ...key.export({ format: 'jwk' }), kid }));
    return ok(Buffer.from(JSON.stringify({ keys })));
  };
  const note = (message: string, fields?: LogFields) =>
    void state.log.push({ message, ...(fields && { fields }) });
  const logger = { debug: () => undefined, info: note, warn: note, error: note };
  const metrics = recordMetrics();
  const keys = createIssuerKeys({ fetch, clock: { now: () => state.now }, logger, metrics });
  const find = (kid: string | undefined, rejected?: KeyObject) => keys.find(SOURCE, kid, 'ES256', rejected);
  return { state, keys, find, metrics };
}
