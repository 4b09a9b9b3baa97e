import type { IssuerPreset } from './model.ts';

/** Identity tokens of Google accounts: service accounts of anybody's project, and people. */
export const google: IssuerPreset = {
  name: 'google',
  title: 'Google Cloud',
  issuers: [{ url: 'https://accounts.google.com', shared: true }],
  // Not azp: in the token of a person it is the application, which everybody may sign in to.
  owner: [
    { claim: 'sub' },
    { claim: 'google.compute_engine.project_number' },
    { claim: 'google.compute_engine.project_id' },
    { claim: 'email', ends: /@[^@]+\.iam\.gserviceaccount\.com$/ },
    { claim: 'hd' },
  ],
  immutable: {
    sub: ['email', 'hd', 'google.compute_engine.project_id'],
    'google.compute_engine.project_number': ['google.compute_engine.project_id', 'email'],
    'google.compute_engine.instance_id': ['google.compute_engine.instance_name'],
  },
  samples: [
    {
      iss: 'https://accounts.google.com',
      aud: 'urn:countersign:org:acme',
      sub: '108530000000000000042',
      azp: '108530000000000000042',
      exp: 1_790_003_600,
      iat: 1_790_000_000,
      email: 'deployer@acme-prod.iam.gserviceaccount.com',
      email_verified: true,
      google: {
        compute_engine: {
          project_id: 'acme-prod',
          project_number: 740_000_000_042,
          zone: 'europe-west1-b',
          instance_id: '5480000000000000042',
          instance_name: 'deployer-1',
          instance_creation_timestamp: 1_780_000_000,
        },
      },
    },
  ],
  stranger: {
    sub: '108530000000000000666',
    azp: '108530000000000000666',
    email: 'mallory@mallory-project.iam.gserviceaccount.com',
    google: {
      compute_engine: {
        project_id: 'mallory-project',
        project_number: 740_000_000_666,
        zone: 'europe-west1-b',
        instance_id: '5480000000000000666',
        instance_name: 'deployer-1',
        instance_creation_timestamp: 1_780_000_000,
      },
    },
  },
  claims: [
    'at_hash',
    'family_name',
    'given_name',
    'google.compute_engine.instance_confidentiality',
    'google.compute_engine.license_id',
    'hd',
    'locale',
    'name',
    'nonce',
    'picture',
    'profile',
  ],
  hints: [
    'Pin sub: the number of an account is never reused, its email address can be.',
    'email is there only when it was asked for; with it, pin email_verified to true.',
    'google.compute_engine is there only with format=full, on virtual machines.',
  ],
};
