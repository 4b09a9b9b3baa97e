/**
 * The subject of a token of GitHub Actions, in both forms: `repo:OWNER/REPO:CONTEXT` and, for repositories made,
 * renamed or moved since July 2026, `repo:OWNER@ID/REPO@ID:CONTEXT`. Read by its grammar and never by counting
 * colons: an environment may be called anything, and what it is called must not pass for a branch.
 */
export interface GithubSubject {
  readonly owner: string;
  readonly repository: string;
  /** Present in the immutable form. */
  readonly ids?: { readonly owner: string; readonly repository: string };
  readonly context: GithubContext;
}

export type GithubContext =
  | { readonly kind: 'ref'; readonly ref: string }
  | { readonly kind: 'environment'; readonly environment: string }
  | { readonly kind: 'pull_request' };

// Neither an account nor a repository can have `@`, `:` or `/` in its name.
const SUBJECT =
  /^repo:([A-Za-z0-9_-]{1,64})(?:@([0-9]{1,20}))?\/([A-Za-z0-9._-]{1,100})(?:@([0-9]{1,20}))?:([^]{1,1024})$/;

/**
 * Reads a subject; `undefined` for what is neither form. That includes subjects whose template was customised, and
 * one with a colon left in a name: GitHub writes it `%3A`, and one that did not could have been made up to end in
 * `:ref:refs/heads/main`.
 */
export function parseGithubSubject(text: string): GithubSubject | undefined {
  const parts = SUBJECT.exec(text);
  if (parts === null) return undefined;
  const [, owner = '', ownerId, repository = '', repositoryId, rest = ''] = parts;
  const context = parseContext(rest);
  if (context === undefined || (ownerId === undefined) !== (repositoryId === undefined)) return undefined;
  if (ownerId === undefined || repositoryId === undefined) return { owner, repository, context };
  return { owner, repository, ids: { owner: ownerId, repository: repositoryId }, context };
}

function parseContext(text: string): GithubContext | undefined {
  if (text === 'pull_request') return { kind: 'pull_request' };
  const colon = text.indexOf(':');
  const value = text.slice(colon + 1);
  if (colon < 0 || value === '' || value.includes(':')) return undefined;
  switch (text.slice(0, colon)) {
    case 'ref':
      return { kind: 'ref', ref: value };
    case 'environment':
      return { kind: 'environment', environment: value.replaceAll('%3A', ':') };
    default:
      return undefined;
  }
}
