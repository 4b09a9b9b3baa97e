import type { Claims } from '@countersign/core';
import type { DemoIssuer, MintContext } from './issuer.ts';

/** A job of GitHub Actions. Names and types as GitHub sends them: ids and even booleans are strings. */
export const github: DemoIssuer = {
  name: 'github',
  algorithm: 'RS256',
  audience: 'urn:countersign:org:acme',
  lifetime: 300,
  variants: { main: pushToMain, pull_request: pullRequestFromFork },
};

const SHOP = 'acme/shop';
const COMMIT = '6f1c0a4be2d95a7c3b8e4d1f0a926c57e83b1d42';

function pushToMain(context: MintContext): Claims {
  return {
    ...job(context),
    sub: `repo:${SHOP}:ref:refs/heads/main`,
    event_name: 'push',
    ref: 'refs/heads/main',
    ref_type: 'branch',
    ref_protected: 'true',
    base_ref: '',
    head_ref: '',
    actor: 'ada',
    actor_id: '1000001',
    ...workflowAt('refs/heads/main'),
  };
}

/** The same repository and the same workflow file, but the code under test comes from a stranger's fork. */
function pullRequestFromFork(context: MintContext): Claims {
  return {
    ...job(context),
    sub: `repo:${SHOP}:pull_request`,
    event_name: 'pull_request',
    ref: 'refs/pull/412/merge',
    ref_type: 'branch',
    ref_protected: 'false',
    base_ref: 'main',
    head_ref: 'improve-readme',
    actor: 'mallory',
    actor_id: '6660001',
    ...workflowAt('refs/pull/412/merge'),
  };
}

function job({ serial }: MintContext): Claims {
  return {
    repository: SHOP,
    repository_id: '456789',
    repository_owner: 'acme',
    repository_owner_id: '123456',
    repository_visibility: 'private',
    enterprise: 'acme-inc',
    enterprise_id: '777',
    run_id: String(9_311_000_000 + serial),
    run_number: String(400 + serial),
    run_attempt: '1',
    check_run_id: String(41_000_000_000 + serial),
    runner_environment: 'github-hosted',
    sha: COMMIT,
  };
}

function workflowAt(ref: string): Claims {
  const file = `${SHOP}/.github/workflows/deploy.yml@${ref}`;
  return {
    workflow: 'deploy',
    workflow_ref: file,
    workflow_sha: COMMIT,
    job_workflow_ref: file,
    job_workflow_sha: COMMIT,
  };
}
