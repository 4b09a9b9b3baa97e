/**
 * Whether a value is a JWT, and whether it names us as its issuer. Nothing is verified here: it only says whose business
 * the value is. One that merely claims to be ours fails where signatures are checked, instead of reaching an upstream.
 */

/** Characters of the longest token that we sign (RFC 9068 claims and a bounded list of resources). */
const MAX_SIGNED = 4096;

const COMPACT = /^[\w-]+\.([\w-]+)\.[\w-]*$/;

/** Three parts of base64url (RFC 7515 section 7.1); a signature may be missing, which is found out elsewhere. */
export function hasJwtForm(value: string): boolean {
  return COMPACT.test(value);
}

/** `issuer`: `url` of the service. */
export function namesIssuer(value: string, issuer: string): boolean {
  if (value.length > MAX_SIGNED) return false;
  const payload = COMPACT.exec(value)?.[1];
  if (payload === undefined) return false;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null && 'iss' in claims && claims.iss === issuer;
  } catch {
    return false;
  }
}
