import { hasOpaqueForm, type HeaderLine } from '@countersign/core';
import { ABSENT, AMBIGUOUS, FOREIGN, onlyValue, type Carrier, type CarrierReading } from './model.ts';
import { namesIssuer } from './signed-form.ts';

/**
 * `Authorization`, in the five ways that clients of this kind write it: `Pomerium T`, `Bearer T`,
 * `Bearer Pomerium-T`, `token T` and Basic with T as password. The name of a scheme is case-insensitive
 * (RFC 9110 section 11.1). Anything that is not ours by form belongs to the upstream.
 */
export const authorization: Carrier = {
  header: 'authorization',
  read(headers: readonly HeaderLine[], issuer: string): CarrierReading {
    const value = onlyValue(headers, 'authorization');
    if (value === undefined || value === '') return ABSENT;
    return typeof value === 'string' ? readScheme(value, issuer) : AMBIGUOUS;
  },
};

function readScheme(value: string, issuer: string): CarrierReading {
  const space = value.indexOf(' ');
  const scheme = (space === -1 ? value : value.slice(0, space)).toLowerCase();
  const rest = space === -1 ? '' : value.slice(space + 1).trim();
  switch (scheme) {
    case 'pomerium':
      // Existing clients probe with an empty value and expect to be treated like somebody who sent nothing.
      return rest === '' ? ABSENT : { kind: 'ours', value: rest };
    case 'bearer':
      if (rest.startsWith('Pomerium-')) return { kind: 'ours', value: rest.slice('Pomerium-'.length) };
      return ourForm(rest, issuer);
    case 'token':
      return ourForm(rest, issuer);
    case 'basic':
      return ourForm(basicPassword(rest), issuer);
    default:
      return FOREIGN;
  }
}

function ourForm(value: string, issuer: string): CarrierReading {
  return hasOpaqueForm(value) || namesIssuer(value, issuer) ? { kind: 'ours', value } : FOREIGN;
}

/** What follows the first colon of the decoded pair (RFC 7617 section 2); empty when there is no pair. */
function basicPassword(encoded: string): string {
  const pair = Buffer.from(encoded, 'base64').toString('latin1');
  const colon = pair.indexOf(':');
  return colon === -1 ? '' : pair.slice(colon + 1);
}
