import { RING_NAMES } from '../../keys/port.ts';
import type { Parameter } from './model.ts';

/** Parameters that several operations share: those of paths, and those of every list that has pages. */

export const PATH_PARAMETERS: Readonly<Record<string, Parameter>> = {
  org: { description: 'Name of the organization.', schema: { type: 'string' } },
  team: { description: 'Name of the team.', schema: { type: 'string' } },
  name: { description: 'Name of the service account.', schema: { type: 'string' } },
  login: { description: 'Login of the member.', schema: { type: 'string' } },
  id: { description: 'Id, as the list of them gives it.', schema: { type: 'string' } },
  issuerId: { description: 'Id of the issuer.', schema: { type: 'string' } },
  policyId: {
    description: 'Id of the list of policies: `id` of what getPolicies answers.',
    schema: { type: 'string' },
  },
  ring: {
    description: 'Name of the key ring.',
    schema: { type: 'string', enum: [...RING_NAMES] },
  },
  kid: { description: 'Id of the key.', schema: { type: 'string' } },
  code: { description: 'The code of a refusal, such as `policy.refused`.', schema: { type: 'string' } },
};

export const PAGES: Readonly<Record<string, Parameter>> = {
  maxResults: {
    description: 'Most items of one answer.',
    schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
  },
  continuationToken: {
    description: 'What the answer before this one gave, for the items after it.',
    schema: { type: 'string' },
  },
};

export const text = (description: string): Parameter => ({
  description,
  schema: { type: 'string', maxLength: 1024 },
});

export const choice = (description: string, ...values: readonly string[]): Parameter => ({
  description,
  schema: { type: 'string', enum: values },
});
