import type { Claims } from '@countersign/core';
import type { DemoIssuer, MintContext } from './issuer.ts';

/** A job of GitLab CI with `id_tokens`. Ids are strings, but `runner_id` is a number. */
export const gitlab: DemoIssuer = {
  name: 'gitlab',
  algorithm: 'RS256',
  audience: 'urn:countersign:org:acme',
  lifetime: 3600,
  variants: {
    main: (context) => job(context, 'main', 'true'),
    feature: (context) => job(context, 'feature/cart', 'false'),
  },
};

const PROJECT = 'acme/shop';
const COMMIT = '0d9b72f6c1e84a35b7f29e60d8c4a1537fb26e98';

function job({ serial }: MintContext, branch: string, isProtected: string): Claims {
  return {
    sub: `project_path:${PROJECT}:ref_type:branch:ref:${branch}`,
    namespace_id: '7201',
    namespace_path: 'acme',
    project_id: '8412',
    project_path: PROJECT,
    project_visibility: 'private',
    user_id: '301',
    user_login: 'grace',
    user_email: 'grace@acme.example',
    user_access_level: 'maintainer',
    pipeline_id: String(52_000 + serial),
    pipeline_source: 'push',
    job_id: String(910_000 + serial),
    ref: branch,
    ref_type: 'branch',
    ref_path: `refs/heads/${branch}`,
    ref_protected: isProtected,
    runner_id: 12,
    runner_environment: 'self-hosted',
    sha: COMMIT,
    ci_config_ref_uri: `gitlab.acme.example/${PROJECT}//.gitlab-ci.yml@refs/heads/${branch}`,
    ci_config_sha: COMMIT,
  };
}
