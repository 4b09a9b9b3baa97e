import { err, ok, type Result } from '@countersign/core';
import { usage, type CliFailure } from '../../errors.ts';
import type { TableOrJson } from '../../output.ts';

/** What the command line said, as commander gives it. */
export interface IssuerFlags {
  readonly ca?: string;
  readonly jwks?: string;
  readonly thumbprint?: readonly string[];
  readonly allowPrivate?: boolean;
  readonly proxy?: string;
  readonly output: TableOrJson;
}

export interface IssuerOptions {
  readonly url: string;
  /** Path of certificate authorities (PEM). */
  readonly ca?: string;
  /** Path of a key set given by hand. */
  readonly jwks?: string;
  /** SHA-256, lower-case hex. */
  readonly thumbprints: readonly string[];
  readonly allowPrivate: boolean;
  readonly proxy?: string;
  readonly format: TableOrJson;
}

export function issuerOptions(url: string, flags: IssuerFlags): Result<IssuerOptions, CliFailure> {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    return err(usage('give the URL of the issuer, as in iss.'));
  const thumbprints = (flags.thumbprint ?? []).map((text) => text.replaceAll(':', '').toLowerCase());
  if (!thumbprints.every((text) => /^[0-9a-f]{64}$/.test(text)))
    return err(usage('a thumbprint is the SHA-256 of a certificate: 64 hex digits.'));
  const { ca, jwks, proxy, allowPrivate = false, output } = flags;
  if (proxy !== undefined && URL.parse(proxy)?.protocol !== 'http:')
    return err(usage('--proxy takes an http URL, as egress_proxy of the configuration.'));
  return ok({
    url,
    thumbprints,
    allowPrivate,
    format: output,
    ...(ca === undefined ? {} : { ca }),
    ...(jwks === undefined ? {} : { jwks }),
    ...(proxy === undefined ? {} : { proxy }),
  });
}
