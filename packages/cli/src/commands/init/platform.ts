/**
 * What `init` needs to know of a platform to write a first policy that lint has nothing to say about: whose tokens,
 * by ids where there are any, and no run that somebody outside can cause. Names of presets are those of core.
 */
export interface Platform {
  readonly preset: string;
  /** Where everybody's tokens come from; absent: each customer has an issuer of its own. */
  readonly url?: string;
  /** Claims that are asked for, the first under `--repo`. */
  readonly pins: readonly [PlatformPin, ...PlatformPin[]];
  /** The claim that `--owner` pins. */
  readonly owner?: PlatformPin;
  /** Claims that are pinned unasked. */
  readonly also: Readonly<Record<string, string>>;
  /** Claims that are refused, whatever allows them. */
  readonly deny?: Readonly<Record<string, readonly string[]>>;
}

export interface PlatformPin {
  readonly claim: string;
  /** For a question: "id of the repository". */
  readonly what: string;
  /** What a value looks like; others are refused before they become a policy that never matches. */
  readonly form: RegExp;
}

const ID = /^[0-9]{1,30}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TEXT = /^[\x21-\x7e]{1,512}$/;

export const PLATFORMS: readonly Platform[] = [
  {
    preset: 'github-actions',
    url: 'https://token.actions.githubusercontent.com',
    pins: [
      { claim: 'repository_id', what: 'id of the repository (gh api repos/OWNER/NAME --jq .id)', form: ID },
    ],
    owner: { claim: 'repository_owner_id', what: 'id of its owner', form: ID },
    also: { ref: 'refs/heads/main' },
    // On pull_request_target, ref is the branch that the request goes to.
    deny: { event_name: ['pull_request', 'pull_request_target'] },
  },
  {
    preset: 'gitlab',
    url: 'https://gitlab.com',
    pins: [{ claim: 'project_id', what: 'id of the project (its page shows it)', form: ID }],
    owner: { claim: 'namespace_id', what: 'id of its group or user', form: ID },
    also: { ref_protected: 'true' },
  },
  {
    preset: 'kubernetes',
    pins: [
      {
        claim: 'sub',
        what: 'service account, as system:serviceaccount:NAMESPACE:NAME',
        form: /^system:serviceaccount:[^:*]+:[^:*]+$/,
      },
    ],
    also: {},
  },
  {
    preset: 'google',
    url: 'https://accounts.google.com',
    pins: [{ claim: 'sub', what: 'unique id of the service account (digits)', form: ID }],
    also: {},
  },
  {
    preset: 'aws',
    pins: [
      {
        claim: 'sub',
        what: 'role as arn:aws:iam::ACCOUNT:role/NAME, or system:serviceaccount:NAMESPACE:NAME',
        form: /^(?:arn:aws|system:serviceaccount:)[\x21-\x29\x2b-\x7e]+$/,
      },
    ],
    also: {},
  },
  {
    preset: 'azure',
    pins: [{ claim: 'oid', what: 'object id of the identity', form: UUID }],
    also: {},
  },
  {
    preset: 'circleci',
    pins: [
      { claim: '"oidc.circleci.com/project-id"', what: 'id of the project', form: UUID },
      { claim: '"oidc.circleci.com/vcs-origin"', what: 'repository, as github.com/OWNER/NAME', form: TEXT },
    ],
    also: {},
  },
  {
    preset: 'buildkite',
    url: 'https://agent.buildkite.com',
    pins: [{ claim: 'pipeline_id', what: 'id of the pipeline', form: UUID }],
    owner: { claim: 'organization_id', what: 'id of the organization', form: UUID },
    also: { build_branch: 'main' },
  },
  {
    preset: 'generic',
    pins: [{ claim: 'sub', what: 'subject, as the issuer writes it', form: TEXT }],
    also: {},
  },
];
