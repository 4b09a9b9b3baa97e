import type { Problem, UpstreamTls } from '@countersign/core';
import * as z from 'zod';
import { certificatesFault, serverCertificate } from '../certificates.ts';
import type { TargetConfig, UpstreamConfig } from '../upstream-model.ts';
import { optional } from '../optional.ts';
import { upstreamTargets } from './upstream-target.ts';
import { duration } from './scalar.ts';

/**
 * The service behind a route: its addresses, which of them a request goes to, how it is found out that one works, and
 * how TLS to it is verified. Verification is on unless the file says the opposite in as many words.
 */

export const healthCheckShape = {
  path: z
    .string()
    .max(2_048, 'expected at most 2048 characters')
    .regex(/^\/[\x21\x22\x24-\x7e]*$/, 'expected a path with "/" first, and a query if it has one')
    .describe('Asked with GET, without any identity. Statuses from 200 to 399 are good.'),
  interval: duration('1s', '10m').prefault('10s').describe('Between two checks of one address.'),
};

/** A host name alone: it goes into the handshake, where an address has no place (RFC 6066 section 3). */
const serverName = z
  .string()
  .regex(
    /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/,
    'expected a host name in lower case, without port',
  )
  .refine((text) => !/(?:^|\.)\d+$/.test(text), 'expected a host name: an address has no place in it');

const authorities = z.string().superRefine((text, context) => {
  const message = certificatesFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

export const upstreamShape = {
  to: upstreamTargets
    .exactOptional()
    .describe(
      'The service behind it: URLs of host and optional port, or unix:PATH, each with ,WEIGHT if any.',
    ),
  load_balancing_policy: z
    .enum(['round_robin', 'least_request', 'random'])
    .exactOptional()
    .describe('Which address a request goes to, of those that work. Default: round_robin.'),
  health_check: z
    .strictObject(healthCheckShape)
    .exactOptional()
    .describe('Finds out which addresses work. Without it, only from connections that fail.'),
  tls_server_name: serverName
    .exactOptional()
    .describe('Name that the certificate has to bear. Default: the host of the address.'),
  tls_custom_ca_file: authorities
    .exactOptional()
    .describe('Path of certificate authorities (PEM) to trust for this service, and no others.'),
  tls_skip_verify: z.boolean().default(false).describe('Whoever answers at the address is believed. Linted.'),
  tls_client_cert_file: z
    .string()
    .exactOptional()
    .describe('Path of the certificate (PEM, with its chain) that is shown to the service.'),
  tls_client_key_file: z.string().exactOptional().describe('Path of its private key (PEM).'),
};

const upstreamObject = z.object(upstreamShape);

export type UpstreamDocument = Readonly<z.output<typeof upstreamObject>>;

const TLS_KEYS = [
  'tls_server_name',
  'tls_custom_ca_file',
  'tls_skip_verify',
  'tls_client_cert_file',
  'tls_client_key_file',
] as const;

/** Of a route that leads to a service. */
export function upstreamProblems(document: UpstreamDocument): readonly Problem[] {
  const { to = [], load_balancing_policy: policy } = document;
  const balancing =
    policy !== undefined && to.length === 1
      ? [{ path: ['load_balancing_policy'], message: 'needs a list in to: there is nothing to choose from' }]
      : [];
  return [...balancing, ...tlsProblems(document), ...clientProblems(document)];
}

function tlsProblems(document: UpstreamDocument): readonly Problem[] {
  const written = TLS_KEYS.filter((key) => document[key] !== undefined && document[key] !== false);
  const isTls = document.to?.every(({ scheme }) => scheme === 'https') === true;
  // Whoever writes one believes that the connection is encrypted.
  if (!isTls) return written.map((key) => ({ path: [key], message: 'needs https in every address of to' }));
  const verified = (['tls_server_name', 'tls_custom_ca_file'] as const).filter((key) =>
    written.includes(key),
  );
  if (!document.tls_skip_verify) return [];
  return verified.map((key) => ({ path: [key], message: 'excludes tls_skip_verify: nothing is verified' }));
}

function clientProblems({
  tls_client_cert_file: cert,
  tls_client_key_file: key,
}: UpstreamDocument): readonly Problem[] {
  if (cert === undefined && key === undefined) return [];
  if (key === undefined) return [{ path: ['tls_client_cert_file'], message: 'needs tls_client_key_file' }];
  if (cert === undefined) return [{ path: ['tls_client_key_file'], message: 'needs tls_client_cert_file' }];
  const pair = serverCertificate(cert, key);
  return pair.ok ? [] : [{ path: [`tls_client_${pair.error.of}_file`], message: pair.error.message }];
}

export function upstreamOf(document: UpstreamDocument): { readonly to?: UpstreamConfig } {
  const { to, load_balancing_policy: policy, health_check: healthCheck } = document;
  if (to === undefined) return {};
  const balancing = policy ?? 'round_robin';
  return { to: { targets: to, balancing, ...optional('healthCheck', healthCheck), ...tlsOf(to, document) } };
}

/** Absent where nothing is said, so that routes that say nothing share connections. */
function tlsOf(targets: readonly TargetConfig[], document: UpstreamDocument): { readonly tls?: UpstreamTls } {
  const { tls_client_cert_file: cert, tls_client_key_file: key } = document;
  const tls: UpstreamTls = {
    ...optional('serverName', document.tls_server_name),
    ...optional('ca', document.tls_custom_ca_file),
    ...(document.tls_skip_verify ? { skipVerify: true } : {}),
    ...(cert !== undefined && key !== undefined ? { client: { cert, key } } : {}),
  };
  return targets.length > 0 && Object.keys(tls).length > 0 ? { tls } : {};
}
