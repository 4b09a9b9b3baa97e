import type { Description } from '../model.ts';
import { choice, PAGES, text } from '../parameters.ts';

/** Decisions and keys: what has happened, and what signs. */
export const DECISIONS: Readonly<Record<string, Description>> = {
  'GET /api/orgs/:org/decisions': {
    operationId: 'listDecisions',
    tag: 'Decisions',
    summary: 'List the stored decisions, newest first',
    query: {
      kind: choice('Where it was decided.', 'exchange', 'gateway'),
      effect: choice('How.', 'allow', 'deny'),
      code: text('Of a refusal.'),
      issuer: text('Id or ORG/NAME of the issuer.'),
      subject: text('`sub` of who asked.'),
      policy: text('Hash of the policy document that decided.'),
      route: text('Name of the route.'),
      principal: text('Such as `team:acme/web`.'),
      since: text('RFC 3339, or epoch seconds.'),
      until: text('RFC 3339, or epoch seconds.'),
      ...PAGES,
    },
    answers: { 200: 'DecisionList' },
  },
  'GET /api/orgs/:org/decisions/:id': {
    operationId: 'getOrganizationDecision',
    tag: 'Decisions',
    summary: 'Explain a decision of the organization',
    answers: { 200: 'Decision' },
  },
  'GET /api/decisions/:id': {
    operationId: 'getDecision',
    tag: 'Decisions',
    summary: 'Explain any decision, also where no organization is known',
    answers: { 200: 'Decision' },
    refusals: [404],
  },
  'POST /api/orgs/:org/explain': {
    operationId: 'explainClaims',
    tag: 'Decisions',
    summary: 'Ask what the policies would say of a token with these claims',
    description: 'Nothing is verified, issued or recorded.',
    body: 'ExplainQuestion',
    answers: { 200: 'ExplainAnswer' },
  },
  'GET /api/keys': {
    operationId: 'listKeyRings',
    tag: 'Keys',
    summary: 'List the key rings',
    answers: { 200: 'KeyRingList' },
  },
  'POST /api/keys/:ring/rotate': {
    operationId: 'rotateKeys',
    tag: 'Keys',
    summary: 'Let the next key of a ring sign',
    description: '409 while the next key has been published for less than a day.',
    body: 'KeyRotation',
    bodyOptional: true,
    answers: { 200: 'KeyRing' },
    refusals: [404, 409],
  },
  'POST /api/keys/:ring/:kid/revoke': {
    operationId: 'revokeKey',
    tag: 'Keys',
    summary: 'Take a key away at once',
    description: 'What it has signed is ours no longer.',
    answers: { 204: null },
    refusals: [404],
  },
};
