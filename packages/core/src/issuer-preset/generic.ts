import type { IssuerPreset } from './model.ts';

/** An issuer of which nothing is known but that it issues tokens. */
export const generic: IssuerPreset = {
  name: 'generic',
  title: 'Any OpenID Connect issuer',
  issuers: [],
  owner: [],
  immutable: {},
  samples: [
    {
      iss: 'https://issuer.acme.example',
      aud: 'urn:countersign:org:acme',
      sub: 'workload-1',
      exp: 1_790_003_600,
      iat: 1_790_000_000,
      jti: '00000000-0000-4000-8000-000000000008',
    },
  ],
  stranger: { sub: 'mallory' },
  hints: [
    'Find out which claims an issuer fills by itself, and which its users choose.',
    'Find out whether it ever gives a subject to somebody else.',
  ],
};
