import type { Claims } from '@countersign/core';
import type { DemoIssuer, MintContext } from './issuer.ts';

/** A projected service-account token of a pod: `aud` is an array, and the interesting claims are nested. */
export const kubernetes: DemoIssuer = {
  name: 'kubernetes',
  algorithm: 'ES256',
  audience: ['urn:countersign:org:acme'],
  lifetime: 3600,
  variants: {
    builder: (context) => pod(context, 'ci', 'builder'),
    default: (context) => pod(context, 'default', 'default'),
  },
};

function pod({ now, serial }: MintContext, namespace: string, account: string): Claims {
  return {
    sub: `system:serviceaccount:${namespace}:${account}`,
    'kubernetes.io': {
      namespace,
      node: { name: 'node-1', uid: 'b1f5d0c2-5a1e-4f0b-9c57-3c1de8a3f001' },
      pod: {
        name: `${account}-${serial}`,
        uid: `5c2a9d1e-77b4-4c3a-8f10-${String(serial).padStart(12, '0')}`,
      },
      serviceaccount: { name: account, uid: '0e6f4a9b-2d3c-4b5a-9e8f-7a6b5c4d3e2f' },
      warnafter: now + 3607,
    },
  };
}
