import { hasOpaqueForm, type HeaderLine } from '@countersign/core';
import { cookieValue } from '../../http/cookies.ts';
import type { Forms } from './form.ts';
import { ABSENT, type Carrier, type CarrierReading } from './model.ts';

/**
 * The session cookie of a browser. It is sent by itself, with whatever the browser holds: one that is malformed, came
 * twice, or belongs to another deployment is none, and nobody is told off for it. The header goes on without it, since
 * others keep cookies beside it (`upstreamHeaders`).
 */
export const sessionCookie: Carrier = {
  header: 'cookie',
  isShared: true,
  read(headers: readonly HeaderLine[], { cookie }: Forms): CarrierReading {
    const value = cookieValue(headers, cookie);
    return value?.startsWith('css_') === true && hasOpaqueForm(value)
      ? { kind: 'ours', value, form: 'own' }
      : ABSENT;
  },
};
