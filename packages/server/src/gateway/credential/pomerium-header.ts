import type { HeaderLine } from '@countersign/core';
import { formOf, type Forms } from './form.ts';
import { ABSENT, AMBIGUOUS, onlyValue, type Carrier, type CarrierReading } from './model.ts';

/**
 * `X-Pomerium-Authorization: T`. The name is ours, so whatever it holds is ours as well: a value of another form is
 * a bad token, not somebody else's.
 */
export const pomeriumHeader: Carrier = {
  header: 'x-pomerium-authorization',
  read(headers: readonly HeaderLine[], forms: Forms): CarrierReading {
    const value = onlyValue(headers, 'x-pomerium-authorization');
    if (value === undefined || value === '') return ABSENT;
    if (typeof value !== 'string') return AMBIGUOUS;
    return { kind: 'ours', value, form: formOf(value, forms) ?? 'own' };
  },
};
