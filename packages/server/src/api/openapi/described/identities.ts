import type { Description } from '../model.ts';
import { choice, PAGES, text } from '../parameters.ts';

/** Which accounts people sign in with, and the sessions that come of it. */

const STATE = { state: choice('Default active.', 'active', 'expired', 'all') } as const;

const WHOSE = {
  issuerId: text('For the site administrator: id of the identity provider.'),
  subject: text('For the site administrator: `sub` of the person.'),
} as const;

export const IDENTITIES: Readonly<Record<string, Description>> = {
  'GET /api/user/sessions': {
    operationId: 'listSessions',
    tag: 'Programmatic access',
    summary: 'List the caller’s own sessions',
    description:
      'By a session all of that person; by a personal token those that count in its organization. The site administrator says whose.',
    query: { ...STATE, ...WHOSE, ...PAGES },
    answers: { 200: 'TokenList' },
    refusals: [400],
  },
  'DELETE /api/user/sessions': {
    operationId: 'deleteSessions',
    tag: 'Programmatic access',
    summary: 'End all of the caller’s own sessions',
    description:
      'Of a personal token: in its organization. The site administrator says whose; without `subject` all of the provider.',
    query: WHOSE,
    answers: { 204: null },
    refusals: [400],
  },
  'DELETE /api/user/sessions/:id': {
    operationId: 'deleteSession',
    tag: 'Programmatic access',
    summary: 'End a session of the caller’s own',
    answers: { 204: null },
    refusals: [404],
  },
  'GET /api/orgs/:org/members/:login/identities': {
    operationId: 'listIdentities',
    tag: 'Members',
    summary: 'List the accounts that a member signs in with',
    description:
      'One of each identity provider at most, bound by the first sign-in with their verified email.',
    answers: { 200: 'IdentityList' },
  },
  'DELETE /api/orgs/:org/members/:login/identities/:id': {
    operationId: 'deleteIdentity',
    tag: 'Members',
    summary: 'Take an account away from a member',
    description:
      'Its sessions are over in this organization. The next sign-in with the verified email of the member binds again.',
    answers: { 204: null },
  },
  'GET /api/orgs/:org/members/:login/sessions': {
    operationId: 'listMemberSessions',
    tag: 'Members',
    summary: 'List the sessions of a member that count in the organization',
    query: { ...STATE, ...PAGES },
    answers: { 200: 'TokenList' },
  },
};
