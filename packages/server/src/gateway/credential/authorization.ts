import type { HeaderLine } from '@countersign/core';
import { formOf, type Forms } from './form.ts';
import { ABSENT, AMBIGUOUS, FOREIGN, onlyValue, type Carrier, type CarrierReading } from './model.ts';

/**
 * `Authorization`, in the five ways that clients of this kind write it: `Pomerium T`, `Bearer T`,
 * `Bearer Pomerium-T`, `token T` and Basic with T as password. The name of a scheme is case-insensitive
 * (RFC 9110 section 11.1). Anything that is not ours by form belongs to the upstream.
 */
export const authorization: Carrier = {
  header: 'authorization',
  read(headers: readonly HeaderLine[], forms: Forms): CarrierReading {
    const value = onlyValue(headers, 'authorization');
    if (value === undefined || value === '') return ABSENT;
    return typeof value === 'string' ? readScheme(value, forms) : AMBIGUOUS;
  },
};

function readScheme(value: string, forms: Forms): CarrierReading {
  const space = value.indexOf(' ');
  const scheme = (space === -1 ? value : value.slice(0, space)).toLowerCase();
  const rest = space === -1 ? '' : value.slice(space + 1).trim();
  switch (scheme) {
    case 'pomerium':
      // Existing clients probe with an empty value and expect to be treated like somebody who sent nothing.
      return rest === '' ? ABSENT : ours(rest, forms);
    case 'bearer':
      if (rest.startsWith('Pomerium-')) return ours(rest.slice('Pomerium-'.length), forms);
      return ourForm(rest, forms);
    case 'token':
      return ourForm(rest, forms);
    case 'basic':
      return ourForm(basicPassword(rest), forms);
    default:
      return FOREIGN;
  }
}

/** Behind a name of ours: whatever it is, nobody else is meant. */
function ours(value: string, forms: Forms): CarrierReading {
  return { kind: 'ours', value, form: formOf(value, forms) ?? 'own' };
}

function ourForm(value: string, forms: Forms): CarrierReading {
  const form = formOf(value, forms);
  return form === undefined ? FOREIGN : { kind: 'ours', value, form };
}

/** What follows the first colon of the decoded pair (RFC 7617 section 2); empty when there is no pair. */
function basicPassword(encoded: string): string {
  const pair = Buffer.from(encoded, 'base64').toString('latin1');
  const colon = pair.indexOf(':');
  return colon === -1 ? '' : pair.slice(colon + 1);
}
