import { REFUSALS, verifyClaims, type RefusalCode } from '@countersign/core';
import type { Snapshot, TrustedIssuer } from './snapshot/model.ts';
import type { UnverifiedJws } from './trust/compact-jws.ts';
import { readKeySet } from './trust/jwks.ts';
import { verifySignature } from './trust/verify-signature.ts';

/**
 * The steps of an exchange as `explain --offline` tells them, each by the function that the exchange itself calls. It
 * must never fetch: where keys are not in the configuration, the signature is not verified, and it says so.
 */
export interface OfflineStep {
  readonly step: 'format' | 'issuer' | 'signature' | 'claims' | 'policy' | 'target';
  /** `unknown`: could not be looked at offline. */
  readonly outcome: 'passed' | 'failed' | 'unknown';
  /** Of a failure. */
  readonly code?: RefusalCode;
  readonly message: string;
}

/** What comes between the form of a token and the policies, in the order of the exchange. */
export function tokenSteps(
  snapshot: Snapshot,
  issuer: TrustedIssuer,
  jws: UnverifiedJws,
  now: number,
): readonly OfflineStep[] {
  const verified = verifyClaims(jws.claims, {
    issuer: issuer.url,
    audiences: issuer.audiences,
    leeway: snapshot.settings.clockLeeway,
    now,
    ...(issuer.maxTokenAge === undefined ? {} : { maxAge: issuer.maxTokenAge }),
  });
  const claims = verified.ok
    ? passed('claims', 'exp, nbf, iat, aud and sub are good')
    : failed('claims', verified.error.code, verified.error.hint?.join('; '));
  return [issuerStep(issuer), signatureStep(issuer, jws), claims];
}

/** Of whoever would have to vouch: also asked where claims were made up, for no token of a disabled issuer is taken. */
export function issuerStep(issuer: TrustedIssuer): OfflineStep {
  return issuer.disabled
    ? failed('issuer', 'token.not_trusted', `${issuerName(issuer)} is disabled`)
    : passed('issuer', `${issuerName(issuer)}, ${issuer.url}`);
}

function signatureStep(issuer: TrustedIssuer, jws: UnverifiedJws): OfflineStep {
  if (issuer.jwks === undefined) {
    return {
      step: 'signature',
      outcome: 'unknown',
      message: 'not verified: its keys would have to be fetched',
    };
  }
  const set = readKeySet(issuer.jwks);
  const key = set.ok ? set.value.find(jws.kid, jws.alg) : undefined;
  return key && verifySignature(jws, key)
    ? passed('signature', 'verified with jwks_file')
    : failed('signature', 'token.not_trusted', 'no key of jwks_file signed it');
}

export function passed(step: OfflineStep['step'], message: string): OfflineStep {
  return { step, outcome: 'passed', message };
}

/** With the catalogue's words for the code unless there are better ones. */
export function failed(step: OfflineStep['step'], code: RefusalCode, message?: string): OfflineStep {
  return { step, outcome: 'failed', code, message: message ?? REFUSALS[code].description };
}

/** `organization/name`, as decisions show it. */
export function issuerName({ organization, name }: TrustedIssuer): string {
  return `${organization}/${name}`;
}
