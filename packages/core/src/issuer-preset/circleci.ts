import type { IssuerPreset } from './model.ts';

const ORGANIZATION = '00000000-0000-4000-8000-0000000ac3e3';
const PROJECT = '00000000-0000-4000-8000-00000000f001';
const USER = '00000000-0000-4000-8000-00000000f002';

/** CircleCI: one issuer for each organization; the claims have dots in their names and are to be quoted. */
export const circleci: IssuerPreset = {
  name: 'circleci',
  title: 'CircleCI',
  issuers: [{ url: 'https://oidc.circleci.com/org/*', shared: false }],
  owner: [
    { claim: '"oidc.circleci.com/project-id"' },
    { claim: 'sub', begins: /^org\/[^/]+\/project\/[^/]+\//, beginsWithId: /^org\/[^/]+\/project\/[^/]+\// },
    { claim: '"oidc.circleci.com/vcs-origin"' },
    { claim: '"oidc.circleci.com/pipeline-definition-id"' },
  ],
  immutable: { '"oidc.circleci.com/project-id"': ['"oidc.circleci.com/vcs-origin"'] },
  samples: [
    {
      iss: `https://oidc.circleci.com/org/${ORGANIZATION}`,
      aud: ORGANIZATION,
      sub: `org/${ORGANIZATION}/project/${PROJECT}/user/${USER}`,
      exp: 1_790_003_600,
      iat: 1_790_000_000,
      'oidc.circleci.com/context-ids': ['00000000-0000-4000-8000-00000000f003'],
      'oidc.circleci.com/job-id': '00000000-0000-4000-8000-00000000f004',
      'oidc.circleci.com/org-id': ORGANIZATION,
      'oidc.circleci.com/pipeline-definition-id': '00000000-0000-4000-8000-00000000f005',
      'oidc.circleci.com/pipeline-id': '00000000-0000-4000-8000-00000000f006',
      'oidc.circleci.com/project-id': PROJECT,
      'oidc.circleci.com/ssh-rerun': false,
      'oidc.circleci.com/vcs-origin': 'github.com/acme/shop',
      'oidc.circleci.com/vcs-ref': 'refs/heads/main',
      'oidc.circleci.com/workflow-id': '00000000-0000-4000-8000-00000000f007',
    },
    {
      iss: `https://oidc.circleci.com/org/${ORGANIZATION}`,
      aud: ORGANIZATION,
      sub: `org/${ORGANIZATION}/project/${PROJECT}/user/${USER}/vcs-origin/github.com/acme/shop/vcs-ref/refs/heads/main`,
      exp: 1_790_003_600,
      iat: 1_790_000_000,
      'oidc.circleci.com/project-id': PROJECT,
      'oidc.circleci.com/vcs-origin': 'github.com/acme/shop',
      'oidc.circleci.com/vcs-ref': 'refs/heads/main',
    },
  ],
  stranger: {
    sub: `org/${ORGANIZATION}/project/00000000-0000-4000-8000-00000000e003/user/${USER}`,
    'oidc.circleci.com/pipeline-definition-id': '00000000-0000-4000-8000-00000000e005',
    'oidc.circleci.com/project-id': '00000000-0000-4000-8000-00000000e003',
    'oidc.circleci.com/vcs-origin': 'github.com/acme/playground',
  },
  outside: {
    what: 'a pull request from a fork',
    claims: {
      'oidc.circleci.com/vcs-origin': 'github.com/mallory/shop',
      'oidc.circleci.com/vcs-ref': 'refs/pull/412/head',
    },
    absent: [],
    // The second form of sub holds origin and ref; the first holds neither, so that a fork's is the project's.
    isSubject: (subject) => !subject.includes('/vcs-origin/'),
  },
  claims: [],
  hints: [
    'The audience is the id of your CircleCI organization unless the job asks for another.',
    'Where tokens are given to builds of forks, pin "oidc.circleci.com/vcs-origin".',
    'Pin "oidc.circleci.com/ssh-rerun" to false if nobody is to hold a token by hand.',
  ],
};
