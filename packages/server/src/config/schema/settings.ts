import { hash } from 'node:crypto';
import { parseHostHeader } from '@countersign/core';
import * as z from 'zod';
import { parseEncryptionKeys } from '../../keys/encryption-key.ts';
import type { LimitsConfig, LogConfig, RetentionConfig, SessionConfig, StorageConfig } from '../model.ts';
import { listenAddress } from './address.ts';
import { count, duration, size } from './scalar.ts';

/** Everything that is not an organization, a provider or a route. */

/** `sqlite:PATH` or `sqlite::memory:`. */
export const storage = z.string().transform((text, context): StorageConfig => {
  if (text === 'sqlite::memory:') return { engine: 'sqlite', memory: true };
  const path = /^sqlite:([^\0]+)$/.exec(text)?.[1];
  if (path !== undefined && !path.startsWith(':')) return { engine: 'sqlite', path };
  const message = /^postgres(?:ql)?:/.test(text)
    ? 'postgres:// is not available in this version'
    : 'expected sqlite:PATH or sqlite::memory:';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** Hashed on the way in: nothing behind the parser ever holds the token. */
export const adminToken = z
  .string()
  .min(32, 'expected at least 32 characters')
  .max(1024, 'expected at most 1024 characters')
  // What an Authorization header can carry; a token nobody could present would lock everybody out.
  .regex(/^[\x21-\x7e]*$/, 'expected visible ASCII characters without spaces')
  .transform((token): Uint8Array => hash('sha256', token, 'buffer'));

export const encryptionKeys = z
  .union([z.string(), z.array(z.string()).min(1, 'expected at least one key')], {
    error: 'expected 32 bytes in base64, or a list of such keys',
  })
  .transform((texts, context): readonly Uint8Array[] => {
    const keys = parseEncryptionKeys(texts);
    if (keys.ok) return keys.value;
    context.addIssue({ code: 'custom', message: keys.error });
    return z.NEVER;
  });

const PROXY = /^http:\/\/[^/?#\\\s]+\/?$/i;

/** May hold the credentials of the proxy, so no message repeats it. */
export const egressProxy = z.string().transform((text, context): string => {
  const url = PROXY.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url && parseHostHeader(url.host)) return url.href;
  context.addIssue({
    code: 'custom',
    message: 'expected an http URL of host and optional port, such as http://proxy.internal:3128',
  });
  return z.NEVER;
});

/** When a token was used is written once a minute: a bound of the same length would end what is in use. */
const SHORTEST_IDLE = 300;

export const sessionShape = {
  lifetime: duration('1m', '30d').prefault('14h').describe('How long a session of a person lasts at most.'),
  idle: duration('0', '30d')
    .refine((seconds) => seconds === 0 || seconds >= SHORTEST_IDLE, 'expected 0 or a duration from 5m to 30d')
    .prefault(0)
    .describe('A session of a browser that nobody has used for so long ends. 0: none does.'),
  cookie_name: z
    .string()
    .regex(/^[a-z0-9_-]{1,40}$/, 'expected 1 to 40 of a-z, 0-9, "_" and "-"')
    // Browsers give these prefixes a meaning (RFC 6265bis section 4.1.3); we add them ourselves where they hold.
    .refine((cookie) => !/^__(?:host|secure)-/.test(cookie), 'expected a name without __Host- or __Secure-')
    .default('_countersign')
    .describe('Name of the session cookie, without __Host-.'),
};

export const session = z.strictObject(sessionShape).transform((value): SessionConfig => ({
  lifetime: value.lifetime,
  idle: value.idle,
  cookieName: value.cookie_name,
}));

export const limitsShape = {
  body: size('1KiB', '8MiB').prefault('64KiB').describe('Body of a request to the token endpoints.'),
  api_body: size('64KiB', '64MiB')
    .prefault('8MiB')
    .describe('Body of a request that creates or changes something over the API.'),
  headers: size('4KiB', '1MiB').prefault('32KiB').describe('Head of any request.'),
  token: size('1KiB', '1MiB').prefault('16KiB').describe('Longest subject token.'),
  failures_per_second_per_address: count(1, 1_000_000)
    .prefault(20)
    .describe('Only failures count; the burst is ten times as many. IPv6 by /64.'),
  connections: count(10, 1_000_000)
    .prefault(20_000)
    .describe('Client connections at once; over it new ones are refused.'),
};

export const limits = z.strictObject(limitsShape).transform((value): LimitsConfig => ({
  body: value.body,
  apiBody: value.api_body,
  headers: value.headers,
  token: value.token,
  failuresPerSecondPerAddress: value.failures_per_second_per_address,
  connections: value.connections,
}));

const kept = duration('1h', '3650d');

export const retentionShape = {
  refusals: kept.prefault('14d').describe('Decisions that said no.'),
  exchanges: kept.prefault('90d').describe('Decisions that issued a token.'),
  audit: kept.prefault('400d').describe('Audit events.'),
  expired_tokens: kept.prefault('7d').describe('Rows of tokens that have ended.'),
  max_rows: count(1000, 1_000_000_000).prefault(20_000_000).describe('At most as many of each kind.'),
};

export const retention = z.strictObject(retentionShape).transform((value): RetentionConfig => ({
  refusals: value.refusals,
  exchanges: value.exchanges,
  audit: value.audit,
  expiredTokens: value.expired_tokens,
  rows: value.max_rows,
}));

export const compatibilityShape = {
  refusal_error: z
    .enum(['invalid_request', 'invalid_grant'])
    .default('invalid_request')
    .describe('`error` of refused tokens and policies at the token endpoint.'),
};

export const compatibility = z.strictObject(compatibilityShape);

export const logShape = {
  level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  format: z.enum(['json', 'pretty']).exactOptional().describe('Default: pretty on a terminal, else json.'),
};

export const log = z.strictObject(logShape).transform((value): LogConfig => value);

export const metricsShape = {
  listen: listenAddress.describe('host:port; GET /metrics is there, for Prometheus, and nowhere else.'),
};

export const metrics = z.strictObject(metricsShape);
