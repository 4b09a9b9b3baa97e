import type { RefusalCode } from '@countersign/core';
import type { ProviderFault } from '../sessions/provider-client.ts';

/** What a fault of the identity provider is called towards the person. */
export const PROVIDER_FAULTS: Readonly<Record<ProviderFault, RefusalCode>> = {
  denied: 'sign_in.denied',
  // The code was used before, or is over: the callback was reloaded, or came late.
  refused: 'sign_in.expired',
  unreachable: 'issuer.unreachable',
  malformed: 'sign_in.provider',
};
