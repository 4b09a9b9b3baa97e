import type { Description } from '../model.ts';

/** Trusted issuers and the policies under which their tokens are exchanged. */
export const ISSUERS: Readonly<Record<string, Description>> = {
  'GET /api/orgs/:org/oidc/issuers': {
    operationId: 'listIssuers',
    tag: 'Issuers',
    summary: 'List the trusted issuers',
    answers: { 200: 'IssuerList' },
  },
  'POST /api/orgs/:org/oidc/issuers': {
    operationId: 'registerIssuer',
    tag: 'Issuers',
    summary: 'Trust an issuer',
    description:
      'Its discovery document and keys are fetched first, unless keys are given by hand: 400 when they cannot be had. Nothing is exchanged before there is a policy.',
    body: 'IssuerRegistration',
    answers: { 200: 'Issuer' },
    refusals: [409],
  },
  'GET /api/orgs/:org/oidc/issuers/:id': {
    operationId: 'getIssuer',
    tag: 'Issuers',
    summary: 'Get a trusted issuer',
    answers: { 200: 'Issuer' },
  },
  'PATCH /api/orgs/:org/oidc/issuers/:id': {
    operationId: 'updateIssuer',
    tag: 'Issuers',
    summary: 'Change a trusted issuer',
    description: 'Its url is who it is, and stays.',
    body: 'IssuerUpdate',
    answers: { 200: 'Issuer' },
    refusals: [409],
  },
  'DELETE /api/orgs/:org/oidc/issuers/:id': {
    operationId: 'deleteIssuer',
    tag: 'Issuers',
    summary: 'Stop trusting an issuer',
    description: 'The tokens that were issued for its tokens are over.',
    answers: { 204: null },
    refusals: [409],
  },
  'POST /api/orgs/:org/oidc/issuers/:id/regenerate-thumbprints': {
    operationId: 'regenerateThumbprints',
    tag: 'Issuers',
    summary: 'Take over the certificate that the issuer shows now',
    answers: { 200: 'Issuer' },
    refusals: [400, 409],
  },
  'GET /api/orgs/:org/auth/policies/oidcissuers/:issuerId': {
    operationId: 'getPolicies',
    tag: 'Policies',
    summary: 'Get the policies of an issuer',
    versioned: true,
    answers: { 200: 'PolicyList' },
  },
  'PATCH /api/orgs/:org/auth/policies/:policyId': {
    operationId: 'replacePolicies',
    tag: 'Policies',
    summary: 'Replace the policies of an issuer, all of them',
    description:
      'What lets in whom nobody meant is refused, with a token that would pass; `allowBroad` says that it was meant.',
    versioned: true,
    body: 'PoliciesUpdate',
    answers: { 200: 'PolicyList' },
    refusals: [409, 412],
  },
};
