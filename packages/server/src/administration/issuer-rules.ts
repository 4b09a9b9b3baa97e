import { issuerKey } from '@countersign/core';
import type { Config } from '../config/model.ts';
import { issuerUrl } from '../config/schema/address.ts';
import { keySetFault, presetFault } from '../config/schema/issuer.ts';
import { opensLoopback } from '../config/schema/private-networks.ts';
import type { IssuerDocument } from '../snapshot/stored-objects.ts';

/** What an issuer of the configuration file is held to, an issuer of the API is held to as well. */

/** What is wrong with the URL, before anything is fetched from it. */
export function urlFault(url: string, file: Pick<Config, 'url' | 'allowPrivateIssuers'>): string | undefined {
  const parsed = issuerUrl.safeParse(url);
  if (!parsed.success) return `url: ${parsed.error.issues[0]?.message ?? 'expected a URL'}`;
  const { origin, protocol, hostname } = new URL(url);
  // Threat 5: a token of ours that were taken as a subject token could renew itself for ever.
  if (origin === file.url.text) return 'url: expected another server: this is our own url';
  if (protocol !== 'http:' || opensLoopback(file.allowPrivateIssuers, hostname)) return undefined;
  return 'url: expected https: http is for loopback, and only where allow_private_issuers opens it';
}

/** What is wrong with the rest. */
export function issuerFault({ url, preset, jwks, thumbprints }: IssuerDocument): string | undefined {
  const presetProblem = preset === undefined ? undefined : presetFault(preset, url);
  if (presetProblem !== undefined) return `preset: ${presetProblem}`;
  if (jwks === undefined) return undefined;
  if (keySetFault(jwks) !== undefined) return `jwks: ${jwksFault(jwks)}`;
  // Whoever gives both believes that a certificate is checked somewhere.
  return thumbprints.length === 0
    ? undefined
    : 'jwks: excludes thumbprints: nothing is fetched from this issuer';
}

/** The file's words speak of a file. */
function jwksFault(jwks: string): string {
  const fault = keySetFault(jwks) ?? '';
  if (fault.includes('private')) return 'expected public keys alone: the set holds a private or a shared key';
  return 'expected a key set (RFC 7517) with at least one key that can be used';
}

export interface NamedIssuer {
  readonly id: string;
  readonly name: string;
  readonly url: string;
}

/** Two with one URL: one of them would silently never be asked. Two with one name: nobody could tell them apart. */
export function takenBy(others: Iterable<NamedIssuer>, wanted: NamedIssuer): string | undefined {
  for (const other of others) {
    if (other.id === wanted.id) continue;
    if (issuerKey(other.url) === issuerKey(wanted.url)) return 'There is an issuer with this url already.';
    if (other.name === wanted.name) return 'There is an issuer with this name already.';
  }
  return undefined;
}
