import type { Answer } from '../http/message.ts';
import { explainClaims } from './explain.ts';
import { getDecision, listOrganizationDecisions, type DecisionsDeps } from './decisions.ts';
import {
  getAgentPool,
  getAgentPools,
  patchAgentPool,
  postAgentPool,
  removeAgentPool,
  type AgentPoolsDeps,
} from './agent-pools.ts';
import {
  getIssuer,
  getIssuers,
  patchIssuer,
  postIssuer,
  regenerateThumbprints,
  removeIssuer,
  type IssuersDeps,
} from './issuers.ts';
import { deleteIdentity, getIdentities, type IdentitiesDeps } from './identities.ts';
import { getKeys, revokeKey, rotateKeys, type KeysDeps } from './keys.ts';
import type { CallerDeps } from '../caller/caller.ts';
import { getMembers, patchMember, postMember, removeMember } from './members.ts';
import type { Operation } from './operation.ts';
import {
  getCapabilities,
  getDefaultOrganization,
  getOrganization,
  getOrganizations,
  postOrganization,
  removeOrganization,
} from './organizations.ts';
import { deletePersonalToken, getPersonalTokens, postPersonalToken } from './personal-tokens.ts';
import { getPolicies, patchPolicies, type PoliciesDeps } from './policies.ts';
import { getRoutes } from './routes.ts';
import {
  deleteSession,
  deleteSessions,
  getMemberSessions,
  getSessions,
  type SessionsDeps,
} from './sessions.ts';
import {
  deleteServiceAccountToken,
  getServiceAccountTokens,
  postServiceAccountToken,
  rotateServiceAccountToken,
} from './service-account-tokens.ts';
import {
  getServiceAccount,
  getServiceAccounts,
  patchServiceAccount,
  postServiceAccount,
  removeServiceAccount,
} from './service-accounts.ts';
import { deleteTeamToken, getTeamTokens, postTeamToken } from './team-tokens.ts';
import { getTeam, getTeams, patchTeam, postTeam, removeTeam } from './teams.ts';
import { deleteToken, getTokens, postToken, revokeTokens } from './tokens.ts';
import { getUser } from './user.ts';

/** The management API, whole: one row an operation, with who may. What is not in this list does not exist. */

export interface ApiDeps
  extends
    CallerDeps,
    DecisionsDeps,
    AgentPoolsDeps,
    IssuersDeps,
    IdentitiesDeps,
    PoliciesDeps,
    SessionsDeps,
    KeysDeps {}

const ANYBODY = ['S', 'A', 'M', 'T'] as const;
const MEMBERS = ['S', 'A', 'M'] as const;
const ADMINISTRATORS = ['S', 'A'] as const;
const SITE = ['S'] as const;
/** Where no organization is in the path: whoever is no machine. */
const PEOPLE = ['M'] as const;
const PEOPLE_AND_SITE = ['S', 'M'] as const;

export const OPERATIONS: readonly Operation<ApiDeps>[] = [
  { method: 'GET', path: '/api/user', roles: ANYBODY, handle: getUser },
  {
    method: 'GET',
    path: '/api/user/organizations/default',
    roles: ANYBODY,
    handle: getDefaultOrganization,
  },
  { method: 'GET', path: '/api/capabilities', roles: ANYBODY, handle: (): Answer => getCapabilities() },

  { method: 'GET', path: '/api/user/tokens', roles: PEOPLE, handle: getPersonalTokens },
  { method: 'POST', path: '/api/user/tokens', roles: PEOPLE, handle: postPersonalToken },
  { method: 'DELETE', path: '/api/user/tokens/:id', roles: PEOPLE, handle: deletePersonalToken },

  { method: 'GET', path: '/api/user/sessions', roles: PEOPLE_AND_SITE, handle: getSessions },
  { method: 'DELETE', path: '/api/user/sessions', roles: PEOPLE_AND_SITE, handle: deleteSessions },
  { method: 'DELETE', path: '/api/user/sessions/:id', roles: PEOPLE_AND_SITE, handle: deleteSession },

  { method: 'GET', path: '/api/routes', roles: MEMBERS, handle: getRoutes },

  { method: 'GET', path: '/api/orgs', roles: SITE, handle: getOrganizations },
  { method: 'POST', path: '/api/orgs', roles: SITE, handle: postOrganization },
  { method: 'GET', path: '/api/orgs/:org', roles: ANYBODY, handle: getOrganization },
  { method: 'DELETE', path: '/api/orgs/:org', roles: SITE, handle: removeOrganization },
  { method: 'GET', path: '/api/orgs/:org/members', roles: ANYBODY, handle: getMembers },
  { method: 'POST', path: '/api/orgs/:org/members/:login', roles: ADMINISTRATORS, handle: postMember },
  { method: 'PATCH', path: '/api/orgs/:org/members/:login', roles: ADMINISTRATORS, handle: patchMember },
  { method: 'DELETE', path: '/api/orgs/:org/members/:login', roles: ADMINISTRATORS, handle: removeMember },
  {
    method: 'GET',
    path: '/api/orgs/:org/members/:login/identities',
    roles: ADMINISTRATORS,
    handle: getIdentities,
  },
  {
    method: 'DELETE',
    path: '/api/orgs/:org/members/:login/identities/:id',
    roles: ADMINISTRATORS,
    handle: deleteIdentity,
  },
  {
    method: 'GET',
    path: '/api/orgs/:org/members/:login/sessions',
    roles: ADMINISTRATORS,
    handle: getMemberSessions,
  },
  { method: 'GET', path: '/api/orgs/:org/teams', roles: ANYBODY, handle: getTeams },
  { method: 'POST', path: '/api/orgs/:org/teams/pulumi', roles: ADMINISTRATORS, handle: postTeam },
  { method: 'GET', path: '/api/orgs/:org/teams/:team', roles: ANYBODY, handle: getTeam },
  { method: 'PATCH', path: '/api/orgs/:org/teams/:team', roles: ADMINISTRATORS, handle: patchTeam },
  { method: 'DELETE', path: '/api/orgs/:org/teams/:team', roles: ADMINISTRATORS, handle: removeTeam },
  { method: 'GET', path: '/api/orgs/:org/agent-pools', roles: ANYBODY, handle: getAgentPools },
  { method: 'POST', path: '/api/orgs/:org/agent-pools', roles: ADMINISTRATORS, handle: postAgentPool },
  { method: 'GET', path: '/api/orgs/:org/agent-pools/:id', roles: ANYBODY, handle: getAgentPool },
  { method: 'PATCH', path: '/api/orgs/:org/agent-pools/:id', roles: ADMINISTRATORS, handle: patchAgentPool },
  {
    method: 'DELETE',
    path: '/api/orgs/:org/agent-pools/:id',
    roles: ADMINISTRATORS,
    handle: removeAgentPool,
  },

  { method: 'GET', path: '/api/orgs/:org/oidc/issuers', roles: MEMBERS, handle: getIssuers },
  { method: 'POST', path: '/api/orgs/:org/oidc/issuers', roles: ADMINISTRATORS, handle: postIssuer },
  { method: 'GET', path: '/api/orgs/:org/oidc/issuers/:id', roles: MEMBERS, handle: getIssuer },
  { method: 'PATCH', path: '/api/orgs/:org/oidc/issuers/:id', roles: ADMINISTRATORS, handle: patchIssuer },
  { method: 'DELETE', path: '/api/orgs/:org/oidc/issuers/:id', roles: ADMINISTRATORS, handle: removeIssuer },
  {
    method: 'POST',
    path: '/api/orgs/:org/oidc/issuers/:id/regenerate-thumbprints',
    roles: ADMINISTRATORS,
    handle: regenerateThumbprints,
  },
  {
    method: 'GET',
    path: '/api/orgs/:org/auth/policies/oidcissuers/:issuerId',
    roles: MEMBERS,
    handle: getPolicies,
  },
  {
    method: 'PATCH',
    path: '/api/orgs/:org/auth/policies/:policyId',
    roles: ADMINISTRATORS,
    handle: patchPolicies,
  },

  { method: 'GET', path: '/api/orgs/:org/tokens', roles: ADMINISTRATORS, handle: getTokens },
  { method: 'POST', path: '/api/orgs/:org/tokens', roles: ADMINISTRATORS, handle: postToken },
  { method: 'DELETE', path: '/api/orgs/:org/tokens/:id', roles: ADMINISTRATORS, handle: deleteToken },
  { method: 'POST', path: '/api/orgs/:org/tokens/revoke', roles: ADMINISTRATORS, handle: revokeTokens },
  {
    method: 'GET',
    path: '/api/orgs/:org/teams/:team/tokens',
    roles: ADMINISTRATORS,
    teamAdmins: true,
    handle: getTeamTokens,
  },
  {
    method: 'POST',
    path: '/api/orgs/:org/teams/:team/tokens',
    roles: ADMINISTRATORS,
    teamAdmins: true,
    handle: postTeamToken,
  },
  {
    method: 'DELETE',
    path: '/api/orgs/:org/teams/:team/tokens/:id',
    roles: ADMINISTRATORS,
    teamAdmins: true,
    handle: deleteTeamToken,
  },

  {
    method: 'GET',
    path: '/api/orgs/:org/service-accounts',
    roles: ADMINISTRATORS,
    handle: getServiceAccounts,
  },
  {
    method: 'POST',
    path: '/api/orgs/:org/service-accounts',
    roles: ADMINISTRATORS,
    handle: postServiceAccount,
  },
  {
    method: 'GET',
    path: '/api/orgs/:org/service-accounts/:name',
    roles: ADMINISTRATORS,
    handle: getServiceAccount,
  },
  {
    method: 'PATCH',
    path: '/api/orgs/:org/service-accounts/:name',
    roles: ADMINISTRATORS,
    handle: patchServiceAccount,
  },
  {
    method: 'DELETE',
    path: '/api/orgs/:org/service-accounts/:name',
    roles: ADMINISTRATORS,
    handle: removeServiceAccount,
  },
  {
    method: 'GET',
    path: '/api/orgs/:org/service-accounts/:name/tokens',
    roles: ADMINISTRATORS,
    handle: getServiceAccountTokens,
  },
  {
    method: 'POST',
    path: '/api/orgs/:org/service-accounts/:name/tokens',
    roles: ADMINISTRATORS,
    handle: postServiceAccountToken,
  },
  {
    method: 'DELETE',
    path: '/api/orgs/:org/service-accounts/:name/tokens/:id',
    roles: ADMINISTRATORS,
    handle: deleteServiceAccountToken,
  },
  {
    method: 'POST',
    path: '/api/orgs/:org/service-accounts/:name/tokens/:id/rotate',
    roles: ADMINISTRATORS,
    handle: rotateServiceAccountToken,
  },

  {
    method: 'GET',
    path: '/api/orgs/:org/decisions',
    roles: ADMINISTRATORS,
    handle: listOrganizationDecisions,
  },
  { method: 'GET', path: '/api/orgs/:org/decisions/:id', roles: ADMINISTRATORS, handle: getDecision },
  { method: 'GET', path: '/api/decisions/:id', roles: SITE, handle: getDecision },
  { method: 'POST', path: '/api/orgs/:org/explain', roles: ADMINISTRATORS, handle: explainClaims },

  { method: 'GET', path: '/api/keys', roles: SITE, handle: getKeys },
  { method: 'POST', path: '/api/keys/:ring/rotate', roles: SITE, handle: rotateKeys },
  { method: 'POST', path: '/api/keys/:ring/:kid/revoke', roles: SITE, handle: revokeKey },
];
