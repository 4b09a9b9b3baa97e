import { compileTrust } from '../../policy/dialect/trust.ts';
import type { TrustPolicy } from '../../policy/model.ts';
import type { Directory, ExchangeInput, Target } from '../model.ts';

/** An exchange at `acme` by its issuer `ci`, for the tests of what is granted and on which terms. */

export const directory: Directory = {
  organization: 'acme',
  members: new Map([
    ['ada', { user: 'usr_1', login: 'ada', email: 'ada@acme.example', name: 'Ada', role: 'admin' as const }],
    ['bob', { user: 'usr_2', login: 'bob', role: 'member' as const }],
  ]),
  teams: new Map([['platform', { name: 'platform', displayName: 'Platform', members: ['ada'] }]]),
  runners: new Set(['linux']),
  resources: new Set(['https://app.example', 'https://app.example/admin', 'https://wiki.example']),
};

export const main = { sub: 'repo:acme/x:ref:refs/heads/main' };

export function policy(changes: Partial<TrustPolicy>): TrustPolicy {
  return { decision: 'allow', tokenType: 'team', permissions: [], rules: main, match: {}, ...changes };
}

export function input(
  target: Target,
  policies: readonly TrustPolicy[],
  changes: Partial<ExchangeInput> = {},
): ExchangeInput {
  const trust = compileTrust(policies);
  if (!trust.ok) throw new Error(JSON.stringify(trust.error));
  return {
    request: { organization: 'acme', target, resources: [] },
    issuer: { id: 'iss_1', name: 'ci', organization: 'acme', maxExpiration: 90_000, trust: trust.value },
    claims: { iss: 'https://ci.example', ...main },
    directory,
    now: 1000,
    ...changes,
  };
}

export const team: Target = { type: 'team', team: 'platform' };
