import type { Description } from '../model.ts';
import { choice, PAGES } from '../parameters.ts';

/** Whoever calls, and their own tokens. */
export const USER: Readonly<Record<string, Description>> = {
  'GET /api/user': {
    operationId: 'getUser',
    tag: 'User',
    summary: 'Tell whom the credential makes its holder',
    answers: { 200: 'User' },
  },
  'GET /api/user/organizations/default': {
    operationId: 'getDefaultOrganization',
    tag: 'User',
    summary: 'Get the one organization of the caller',
    answers: { 200: 'DefaultOrganization' },
    refusals: [404],
  },
  'GET /api/capabilities': {
    operationId: 'getCapabilities',
    tag: 'User',
    summary: 'List the optional features that existing clients ask for: none',
    answers: { 200: 'Capabilities' },
  },
  'GET /api/routes': {
    operationId: 'listRoutes',
    tag: 'Routes',
    summary: 'List the routes of the gateway that the caller’s organizations have',
    query: PAGES,
    answers: { 200: 'RouteList' },
  },
  'GET /api/user/tokens': {
    operationId: 'listPersonalTokens',
    tag: 'Access tokens',
    summary: 'List the tokens that the caller has made for themselves',
    query: { filter: choice('Default active.', 'active', 'expired', 'all'), ...PAGES },
    answers: { 200: 'TokenList' },
  },
  'POST /api/user/tokens': {
    operationId: 'createPersonalToken',
    tag: 'Access tokens',
    summary: 'Make a token that speaks as the caller',
    description: 'The value is in this answer and nowhere else.',
    body: 'PersonalTokenCreation',
    answers: { 200: 'CreatedToken' },
    refusals: [404, 409],
  },
  'DELETE /api/user/tokens/:id': {
    operationId: 'deletePersonalToken',
    tag: 'Access tokens',
    summary: 'End a token of the caller’s own',
    answers: { 204: null },
    refusals: [404],
  },
};
