import type { Description } from '../model.ts';

/** Teams and agent pools: whom tokens can speak as besides people. */
export const TEAMS: Readonly<Record<string, Description>> = {
  'GET /api/orgs/:org/teams': {
    operationId: 'listTeams',
    tag: 'Teams',
    summary: 'List the teams',
    answers: { 200: 'TeamList' },
  },
  'POST /api/orgs/:org/teams/pulumi': {
    operationId: 'createTeam',
    tag: 'Teams',
    summary: 'Create a team',
    body: 'TeamCreation',
    answers: { 201: 'Team' },
    refusals: [409],
  },
  'GET /api/orgs/:org/teams/:team': {
    operationId: 'getTeam',
    tag: 'Teams',
    summary: 'Get a team',
    answers: { 200: 'Team' },
  },
  'PATCH /api/orgs/:org/teams/:team': {
    operationId: 'updateTeam',
    tag: 'Teams',
    summary: 'Change a team, or who is in it',
    body: 'TeamUpdate',
    answers: { 204: null },
    refusals: [409],
  },
  'DELETE /api/orgs/:org/teams/:team': {
    operationId: 'deleteTeam',
    tag: 'Teams',
    summary: 'Delete a team',
    description: 'Its tokens are over, and stay over should there ever be another of the name.',
    answers: { 204: null },
    refusals: [409],
  },
  'GET /api/orgs/:org/agent-pools': {
    operationId: 'listAgentPools',
    tag: 'Agent pools',
    summary: 'List the agent pools',
    answers: { 200: 'AgentPoolList' },
  },
  'POST /api/orgs/:org/agent-pools': {
    operationId: 'createAgentPool',
    tag: 'Agent pools',
    summary: 'Create an agent pool, with a token for its agents',
    description: 'The value is in this answer and nowhere else.',
    body: 'AgentPoolCreation',
    answers: { 200: 'CreatedAgentPool' },
    refusals: [409],
  },
  'GET /api/orgs/:org/agent-pools/:id': {
    operationId: 'getAgentPool',
    tag: 'Agent pools',
    summary: 'Get an agent pool',
    answers: { 200: 'AgentPool' },
  },
  'PATCH /api/orgs/:org/agent-pools/:id': {
    operationId: 'updateAgentPool',
    tag: 'Agent pools',
    summary: 'Change an agent pool',
    description: 'With its name the tokens of the old name are over.',
    body: 'AgentPoolUpdate',
    answers: { 200: 'AgentPool' },
    refusals: [409],
  },
  'DELETE /api/orgs/:org/agent-pools/:id': {
    operationId: 'deleteAgentPool',
    tag: 'Agent pools',
    summary: 'Delete an agent pool',
    description: 'Its tokens are over.',
    answers: { 204: null },
    refusals: [409],
  },
};
