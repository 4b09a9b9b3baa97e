import { post, type Reply } from '../support/request.ts';
import type { House } from './house.ts';

/** Raw exchanges against the house: every parameter can be replaced, taken out (`null`) or doubled (an array). */
export type Overrides = Readonly<Record<string, unknown>>;

/** Claims of a job on the main branch, as `ci` signs them. */
export const MAIN = {
  aud: 'urn:pulumi:org:acme',
  sub: 'repo:acme/shop:ref:refs/heads/main',
  repository: 'acme/shop',
};

export function typeOf(type: string): string {
  return `urn:pulumi:token-type:access_token:${type}`;
}

/** The parameters of an exchange that succeeds, but for what is overridden. */
export async function parametersOf(
  house: House,
  overrides: Overrides = {},
): Promise<Record<string, unknown>> {
  return {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: 'urn:pulumi:org:acme',
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    requested_token_type: typeOf('organization'),
    subject_token: overrides['subject_token'] ?? (await house.ci.mint(MAIN)),
    ...overrides,
  };
}

export async function exchangeWith(house: House, overrides: Overrides = {}): Promise<Reply> {
  return post(house.server.port, '/api/oauth/token', await parametersOf(house, overrides));
}
