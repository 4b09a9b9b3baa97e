import { err, ok, type Result } from '@countersign/core';

/**
 * What an issuer has shown when it was registered: that its documents and keys can be had, by the way of every
 * exchange, and which certificate it served. Nothing that it said is repeated but digests.
 */
export interface Evidence {
  /** `issuer` of the discovery document. */
  readonly issuer: string;
  /** SHA-256 of the certificates that were seen, lower-case hex; empty without TLS. */
  readonly thumbprints: readonly string[];
}

/** What was seen of an issuer, as far as it came. */
export interface SeenIssuer {
  /** In order. */
  readonly fetches: readonly { readonly certificate?: { readonly thumbprint: string } }[];
  readonly issuer?: string;
  readonly failure?: { readonly step: string; readonly reason: string };
}

/** Asks an issuer for what every exchange will need of it. */
export type ProbeIssuer = (source: {
  readonly url: string;
  readonly thumbprints: readonly string[];
}) => Promise<SeenIssuer>;

/** Judges a probe; `given` are the thumbprints that the administrator expects, empty = none are. */
export function judgeEvidence(
  { fetches, issuer, failure }: SeenIssuer,
  given: readonly string[],
): Result<Evidence, string> {
  const seen = [...new Set(fetches.flatMap(({ certificate }) => certificate?.thumbprint ?? []))];
  // The first connection is to the host that the administrator named.
  const [first] = seen;
  if (given.length > 0 && first !== undefined && !given.includes(first)) {
    return err(`Bad Request: thumbprints: the certificate that the issuer serves is none of them: ${first}`);
  }
  if (given.length > 0 && first === undefined && failure === undefined) {
    return err('Bad Request: thumbprints: the issuer serves no certificate');
  }
  if (failure !== undefined || issuer === undefined) return err(failureText(failure, first));
  return ok({ issuer, thumbprints: given.length > 0 ? given : seen });
}

function failureText(failure: SeenIssuer['failure'], thumbprint: string | undefined): string {
  const what = failure === undefined ? 'discovery' : `${failure.step}: ${failure.reason}`;
  const shown =
    failure?.reason === 'certificate' && thumbprint !== undefined
      ? `; no authority vouches for its certificate, whose thumbprint is ${thumbprint}`
      : '';
  return `Bad Request: the issuer's discovery document or keys cannot be had (${what})${shown}`;
}
