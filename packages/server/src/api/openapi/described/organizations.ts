import type { Description } from '../model.ts';
import { choice, PAGES } from '../parameters.ts';

/** Organizations and their members. */
export const ORGANIZATIONS: Readonly<Record<string, Description>> = {
  'GET /api/orgs': {
    operationId: 'listOrganizations',
    tag: 'Organizations',
    summary: 'List the organizations',
    query: PAGES,
    answers: { 200: 'OrganizationList' },
  },
  'POST /api/orgs': {
    operationId: 'createOrganization',
    tag: 'Organizations',
    summary: 'Create an organization',
    body: 'OrganizationCreation',
    answers: { 201: 'Organization' },
    refusals: [409],
  },
  'GET /api/orgs/:org': {
    operationId: 'getOrganization',
    tag: 'Organizations',
    summary: 'Get an organization',
    answers: { 200: 'Organization' },
  },
  'DELETE /api/orgs/:org': {
    operationId: 'deleteOrganization',
    tag: 'Organizations',
    summary: 'Delete an organization with all that is in it',
    description: 'Its tokens are over, and stay over should there ever be another of the name.',
    answers: { 204: null },
    refusals: [409],
  },
  'GET /api/orgs/:org/members': {
    operationId: 'listMembers',
    tag: 'Members',
    summary: 'List the members',
    query: {
      type: choice('Two lists of existing clients, which are one here.', 'frontend', 'backend'),
      ...PAGES,
    },
    answers: { 200: 'MemberList' },
  },
  'POST /api/orgs/:org/members/:login': {
    operationId: 'createMember',
    tag: 'Members',
    summary: 'Add a member',
    body: 'MemberCreation',
    answers: { 201: 'Member' },
    refusals: [409],
  },
  'PATCH /api/orgs/:org/members/:login': {
    operationId: 'updateMember',
    tag: 'Members',
    summary: 'Change a member',
    body: 'MemberUpdate',
    answers: { 200: 'Member' },
    refusals: [409],
  },
  'DELETE /api/orgs/:org/members/:login': {
    operationId: 'deleteMember',
    tag: 'Members',
    summary: 'Remove a member',
    description: 'Their tokens of this organization are over.',
    answers: { 204: null },
    refusals: [400, 409],
  },
};
