import type { Description } from '../model.ts';
import { choice, PAGES, text } from '../parameters.ts';

/** Access tokens of organizations and teams. */

const STATES = ['active', 'expired', 'all'] as const;

export const TOKENS: Readonly<Record<string, Description>> = {
  'GET /api/orgs/:org/tokens': {
    operationId: 'listOrganizationTokens',
    tag: 'Access tokens',
    summary: 'List the organization’s own tokens, or all that were exchanged',
    description:
      'With `filter=exchanged` the other parameters narrow the list; without, there are none of them.',
    query: {
      filter: choice('Default active. exchanged: all that came about by exchange.', ...STATES, 'exchanged'),
      state: choice('Of exchanged tokens. Default active.', ...STATES),
      issuerId: text('Of exchanged tokens: by this issuer.'),
      policyId: text('Of exchanged tokens: under this policy.'),
      subject: text('Of exchanged tokens: for this `sub`.'),
      principal: text('Of exchanged tokens: that speak as this principal.'),
      ...PAGES,
    },
    answers: { 200: 'TokenList' },
  },
  'POST /api/orgs/:org/tokens': {
    operationId: 'createOrganizationToken',
    tag: 'Access tokens',
    summary: 'Make a token that speaks as the organization',
    description: 'The value is in this answer and nowhere else.',
    body: 'OrganizationTokenCreation',
    answers: { 200: 'CreatedToken' },
    refusals: [409],
  },
  'DELETE /api/orgs/:org/tokens/:id': {
    operationId: 'deleteOrganizationToken',
    tag: 'Access tokens',
    summary: 'End a token of the organization, of its teams or of its people',
    description: 'Made over the API or exchanged. One that is over already is 204 as well.',
    answers: { 204: null },
  },
  'POST /api/orgs/:org/tokens/revoke': {
    operationId: 'revokeTokens',
    tag: 'Access tokens',
    summary: 'End all tokens of an issuer, policy, subject or principal',
    body: 'MassRevocation',
    answers: { 200: 'MassRevocationAnswer' },
  },
  'GET /api/orgs/:org/teams/:team/tokens': {
    operationId: 'listTeamTokens',
    tag: 'Access tokens',
    summary: 'List the tokens that speak as a team',
    query: { filter: choice('Default active.', ...STATES), ...PAGES },
    answers: { 200: 'TokenList' },
  },
  'POST /api/orgs/:org/teams/:team/tokens': {
    operationId: 'createTeamToken',
    tag: 'Access tokens',
    summary: 'Make a token that speaks as a team',
    description: 'The value is in this answer and nowhere else.',
    body: 'TeamTokenCreation',
    answers: { 200: 'CreatedToken' },
    refusals: [409],
  },
  'DELETE /api/orgs/:org/teams/:team/tokens/:id': {
    operationId: 'deleteTeamToken',
    tag: 'Access tokens',
    summary: 'End a token of a team',
    answers: { 204: null },
  },
};
