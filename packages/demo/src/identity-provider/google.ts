import type { DemoIssuer } from './issuer.ts';

/** A workload on Google Cloud with `format=full`: `sub` is the account's number, `email` its name. */
export const google: DemoIssuer = {
  name: 'google',
  algorithm: 'RS256',
  audience: 'urn:countersign:org:acme',
  lifetime: 3600,
  variants: {
    deployer: () => ({
      sub: '108530000000000000042',
      azp: '108530000000000000042',
      email: 'deployer@acme-prod.iam.gserviceaccount.com',
      email_verified: true,
      google: {
        compute_engine: {
          project_id: 'acme-prod',
          project_number: 740000000042,
          zone: 'europe-west1-b',
          instance_id: '5480000000000000042',
          instance_name: 'deployer-1',
          instance_creation_timestamp: 1790000000,
        },
      },
    }),
  },
};
