import type { IssuerPreset } from './model.ts';

/** Projected service-account tokens of a cluster: `aud` is a list, and what is interesting is nested. */
export const kubernetes: IssuerPreset = {
  name: 'kubernetes',
  title: 'Kubernetes',
  issuers: [
    { url: 'https://kubernetes.default.svc', shared: false },
    { url: 'https://kubernetes.default.svc.cluster.local', shared: false },
    { url: 'https://container.googleapis.com/v1/projects/*/locations/*/clusters/*', shared: false },
  ],
  owner: [
    { claim: '"kubernetes.io".serviceaccount.uid' },
    { claim: 'sub', begins: /^system:serviceaccount:[^:]+:/ },
    { claim: '"kubernetes.io".namespace' },
  ],
  immutable: { '"kubernetes.io".serviceaccount.uid': ['"kubernetes.io".serviceaccount.name'] },
  samples: [
    {
      iss: 'https://kubernetes.default.svc',
      aud: ['urn:countersign:org:acme'],
      sub: 'system:serviceaccount:ci:builder',
      exp: 1_790_003_607,
      iat: 1_790_000_000,
      nbf: 1_790_000_000,
      jti: '00000000-0000-4000-8000-000000000003',
      'kubernetes.io': {
        namespace: 'ci',
        node: { name: 'node-1', uid: '00000000-0000-4000-8000-00000000a001' },
        pod: { name: 'builder-1', uid: '00000000-0000-4000-8000-00000000a002' },
        serviceaccount: { name: 'builder', uid: '00000000-0000-4000-8000-00000000a003' },
        warnafter: 1_790_003_600,
      },
    },
  ],
  stranger: {
    sub: 'system:serviceaccount:playground:default',
    'kubernetes.io': {
      namespace: 'playground',
      node: { name: 'node-1', uid: '00000000-0000-4000-8000-00000000a001' },
      pod: { name: 'mallory-1', uid: '00000000-0000-4000-8000-00000000b002' },
      serviceaccount: { name: 'default', uid: '00000000-0000-4000-8000-00000000b003' },
      warnafter: 1_790_003_600,
    },
  },
  claims: ['"kubernetes.io".secret.name', '"kubernetes.io".secret.uid'],
  hints: [
    'Pin sub in full: system:serviceaccount:NAMESPACE:NAME.',
    'A service account that is deleted and made again has the same name and another uid.',
    'Project the token with an audience of its own; the default token is for the API server.',
  ],
};
