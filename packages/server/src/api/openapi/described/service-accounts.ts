import type { Description } from '../model.ts';
import { choice, PAGES } from '../parameters.ts';

/** Service accounts and their tokens. */

const TAG = 'Service accounts';

export const SERVICE_ACCOUNTS: Readonly<Record<string, Description>> = {
  'GET /api/orgs/:org/service-accounts': {
    operationId: 'listServiceAccounts',
    tag: TAG,
    summary: 'List the service accounts',
    answers: { 200: 'ServiceAccountList' },
  },
  'POST /api/orgs/:org/service-accounts': {
    operationId: 'createServiceAccount',
    tag: TAG,
    summary: 'Create a service account',
    description: 'It has no token yet, and no right but to read the directory: routes say what it may.',
    body: 'ServiceAccountCreation',
    answers: { 200: 'ServiceAccount' },
    refusals: [409],
  },
  'GET /api/orgs/:org/service-accounts/:name': {
    operationId: 'getServiceAccount',
    tag: TAG,
    summary: 'Get a service account',
    answers: { 200: 'ServiceAccount' },
  },
  'PATCH /api/orgs/:org/service-accounts/:name': {
    operationId: 'updateServiceAccount',
    tag: TAG,
    summary: 'Describe, disable or enable a service account',
    description: 'While it is disabled its tokens open nothing and it is given none; then they do again.',
    body: 'ServiceAccountUpdate',
    answers: { 200: 'ServiceAccount' },
  },
  'DELETE /api/orgs/:org/service-accounts/:name': {
    operationId: 'deleteServiceAccount',
    tag: TAG,
    summary: 'Delete a service account',
    description: 'Its tokens are over, and stay over should there ever be another of the name.',
    answers: { 204: null },
  },
  'GET /api/orgs/:org/service-accounts/:name/tokens': {
    operationId: 'listServiceAccountTokens',
    tag: TAG,
    summary: 'List the tokens of a service account',
    query: { filter: choice('Default active.', 'active', 'expired', 'all'), ...PAGES },
    answers: { 200: 'TokenList' },
  },
  'POST /api/orgs/:org/service-accounts/:name/tokens': {
    operationId: 'createServiceAccountToken',
    tag: TAG,
    summary: 'Make a token of a service account',
    description: 'The value is in this answer and nowhere else.',
    body: 'ServiceAccountTokenCreation',
    answers: { 200: 'CreatedToken' },
  },
  'DELETE /api/orgs/:org/service-accounts/:name/tokens/:id': {
    operationId: 'deleteServiceAccountToken',
    tag: TAG,
    summary: 'End a token of a service account',
    answers: { 204: null },
  },
  'POST /api/orgs/:org/service-accounts/:name/tokens/:id/rotate': {
    operationId: 'rotateServiceAccountToken',
    tag: TAG,
    summary: 'Make a token in the place of another one, which ends after a while',
    description: 'Both in one commit. The value is in this answer and nowhere else.',
    body: 'TokenRotation',
    answers: { 200: 'RotatedToken' },
    refusals: [409],
  },
};
