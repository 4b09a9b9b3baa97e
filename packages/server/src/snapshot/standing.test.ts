import { describe, expect, it } from 'vitest';
import type { Principal } from '@countersign/core';
import { MADE_BY_API, type TokenRecord } from '../tokens/model.ts';
import type { Snapshot } from './model.ts';
import { standing } from './standing.ts';

const snapshot = {
  organizations: new Map([
    [
      'acme',
      {
        issuersById: new Map([
          ['iss_on', { disabled: false, policyIds: ['pol_1', 'pol_2'] }],
          ['iss_off', { disabled: true, policyIds: ['pol_1'] }],
        ]),
        directory: {
          members: new Map([['ada', {}]]),
          teams: new Map([['platform', {}]]),
          runners: new Set(['linux']),
          serviceAccounts: new Map([
            ['backup', { disabled: false }],
            ['off', { disabled: true }],
          ]),
        },
      },
    ],
  ]),
  identityProvidersById: new Map([['idp_1', { organizations: ['acme'] }]]),
} as unknown as Snapshot;

/** No mass revocation. */
const NONE = { endedIn: () => -Infinity };

const vouchedBy = { kind: 'organization', organization: 'acme' } as const;
const organization: Principal = { kind: 'organization', organization: 'acme', admin: false, vouchedBy };
const team = (name: string): Principal => ({ kind: 'team', organization: 'acme', team: name, vouchedBy });
const runner = (name: string): Principal => ({
  kind: 'runner',
  organization: 'acme',
  runner: name,
  vouchedBy,
});
const service = (name: string): Principal => ({
  kind: 'service',
  organization: 'acme',
  service: name,
  vouchedBy,
});
const member = (login: string): Principal => ({ kind: 'user', user: 'usr_1', login, groups: [], vouchedBy });
const person = (...organizations: string[]): Principal => ({
  kind: 'user',
  user: 'corp/1',
  groups: [],
  vouchedBy: { kind: 'identity_provider', provider: 'corp', organizations },
});
const token = (
  principal: Principal,
  issuer = 'iss_on',
  owner: string | undefined = 'acme',
  policies: readonly string[] = [],
) => ({ principal, issuer, policies, ...(owner === '' ? {} : { organization: owner }) }) as TokenRecord;
const under = (...policies: readonly string[]) => token(organization, 'iss_on', 'acme', policies);
const state = (record: TokenRecord) => standing(snapshot, { state: 'live', token: record }, NONE).state;

describe('a live token', () => {
  it.each([
    ['of an organization', token(organization)],
    ['of a team', token(team('platform'))],
    ['of a runner', token(runner('linux'))],
    ['of a member', token(member('ada'))],
    ['of a person', token(person('acme'), 'idp_1', '')],
    ['of a policy', under('pol_1')],
    ['of two policies', under('pol_1', 'pol_2')],
    ['of no policy', under()],
    ['that the API made for its organization', token(organization, MADE_BY_API)],
    ['that the API made for a team', token(team('platform'), MADE_BY_API)],
    ['that the API made for a runner', token(runner('linux'), MADE_BY_API)],
    ['that the API made for a member', token(member('ada'), MADE_BY_API)],
    ['of a service account', token(service('backup'), MADE_BY_API)],
  ])('%s stands while everything it hangs on does', (_name, record) => {
    expect(state(record)).toBe('live');
  });

  it.each([
    ['whose organization is gone', token(organization, 'iss_on', 'globex')],
    ['whose issuer is gone', token(organization, 'iss_gone')],
    ['whose issuer is disabled', token(organization, 'iss_off')],
    ['whose every policy is gone', under('pol_gone', 'pol_past')],
    ['one of whose policies is gone', under('pol_gone', 'pol_2')],
    ['whose policy is of another issuer', token(organization, 'iss_off', 'acme', ['pol_2'])],
    ['that the API made for an organization that is gone', token(organization, MADE_BY_API, 'globex')],
    ['that the API made for a team that is gone', token(team('gone'), MADE_BY_API)],
    ['that the API made for a runner that is gone', token(runner('gone'), MADE_BY_API)],
    ['that the API made for a member who is gone', token(member('gone'), MADE_BY_API)],
    ['whose service account is gone', token(service('gone'), MADE_BY_API)],
    ['whose service account is disabled', token(service('off'), MADE_BY_API)],
    ['that the API made for no organization', token(organization, MADE_BY_API, '')],
    ['whose team is gone', token(team('gone'))],
    ['whose runner is gone', token(runner('gone'))],
    ['whose member is gone', token(member('gone'))],
    ['whose provider is gone', token(person('acme'), 'idp_gone', '')],
    ['whose provider speaks for fewer organizations', token(person('acme', 'globex'), 'idp_1', '')],
  ])('%s is suspended', (_name, record) => {
    expect(state(record)).toBe('invalid');
  });

  it('is never made of what was not live', () => {
    for (const dead of ['invalid', 'expired', 'revoked', 'unavailable'] as const) {
      expect(standing(snapshot, { state: dead }, NONE).state).toBe(dead);
    }
  });
});
