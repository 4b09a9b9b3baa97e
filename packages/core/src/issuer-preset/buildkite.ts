import type { IssuerPreset } from './model.ts';

/** Buildkite: one issuer for everybody. Ids are there only when the agent asks for them with `--claim`. */
export const buildkite: IssuerPreset = {
  name: 'buildkite',
  title: 'Buildkite',
  issuers: [{ url: 'https://agent.buildkite.com', shared: true }],
  owner: [
    { claim: 'pipeline_id' },
    { claim: 'organization_id' },
    { claim: 'cluster_id' },
    { claim: 'sub', begins: /^organization:[^:]+:/ },
    { claim: 'organization_slug' },
  ],
  immutable: {
    pipeline_id: ['sub', 'organization_slug', 'pipeline_slug'],
    organization_id: ['sub', 'organization_slug', 'pipeline_slug'],
    cluster_id: ['cluster_name'],
    queue_id: ['queue_key'],
  },
  samples: [
    {
      iss: 'https://agent.buildkite.com',
      aud: 'urn:countersign:org:acme',
      sub: 'organization:acme:pipeline:shop:ref:refs/heads/main:commit:4444444444444444444444444444444444444444:step:deploy',
      exp: 1_790_000_300,
      iat: 1_790_000_000,
      nbf: 1_790_000_000,
      jti: '00000000-0000-4000-8000-000000000007',
      organization_id: '00000000-0000-4000-8000-0000000ac3e4',
      organization_slug: 'acme',
      pipeline_id: '00000000-0000-4000-8000-00000000c001',
      pipeline_slug: 'shop',
      build_number: 401,
      build_branch: 'main',
      build_tag: null,
      build_commit: '4444444444444444444444444444444444444444',
      build_source: 'webhook',
      step_key: 'deploy',
      job_id: '00000000-0000-4000-8000-00000000c002',
      agent_id: '00000000-0000-4000-8000-00000000c003',
      runner_environment: 'buildkite-hosted',
    },
  ],
  stranger: {
    sub: 'organization:mallory:pipeline:app:ref:refs/heads/main:commit:6666666666666666666666666666666666666666:step:deploy',
    organization_id: '00000000-0000-4000-8000-00000000e00b',
    organization_slug: 'mallory',
    pipeline_id: '00000000-0000-4000-8000-00000000e00c',
    pipeline_slug: 'app',
  },
  outside: {
    what: 'a pull request from a fork',
    claims: {
      // Builds of forks have the account before the branch.
      sub: 'organization:acme:pipeline:shop:ref:refs/heads/mallory:main:commit:6666666666666666666666666666666666666666:step:deploy',
      build_branch: 'mallory:main',
      build_commit: '6666666666666666666666666666666666666666',
    },
    absent: [],
    isSubject: (subject) => subject.includes(':ref:refs/heads/mallory:main:'),
  },
  claims: [
    'agent_tag:*',
    'build_creator',
    'build_creator_email',
    'build_id',
    'cluster_id',
    'cluster_name',
    'queue_id',
    'queue_key',
  ],
  hints: [
    'Pin organization_id or pipeline_id, and ask for them: buildkite-agent oidc request-token --claim organization_id.',
    'pipeline_slug alone names a pipeline of anybody: it is unique within one organization only.',
    'Where builds of forks run, pin build_branch: sub is no safe place for a branch, whose name may have colons.',
  ],
};
