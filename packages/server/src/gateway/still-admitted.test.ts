import type { Principal, Route, UserPrincipal } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../snapshot/model.ts';
import type { Presented, TokenRecord } from '../tokens/model.ts';
import { stillAdmitted } from './still-admitted.ts';
import { ANYBODY, fixture, route, token } from './testing/fixture.ts';

const vouchedBy = (...organizations: readonly string[]) =>
  ({ kind: 'identity_provider', provider: 'corp', organizations }) as const;
const person: UserPrincipal = {
  kind: 'user',
  user: 'corp/1',
  groups: ['finance'],
  vouchedBy: vouchedBy('acme', 'globex'),
  memberships: [{ organization: 'acme', user: 'usr_ada', login: 'ada', identity: 'idn_1' }],
};
const ada: UserPrincipal = { ...person, user: 'usr_ada', login: 'ada' };
const FINANCE = { policy: { allow: { and: [{ groups: { has: 'finance' } }] } } };
const request = {
  head: { method: 'GET', target: '/live', headers: [], remoteAddress: '192.0.2.1' },
  host: 'app.example',
  port: undefined,
  websocket: true,
};
const live = (principal: Principal = person, over: Partial<TokenRecord> = {}): Presented => {
  const { organization: _, ...record } = token({ principal, ...over });
  return { state: 'live', token: record };
};

/** Somebody whom a route has let in, and then other routes are in force. */
function connected(routes: readonly Route[]) {
  const { deps, time } = fixture(routes);
  let snapshot = deps.snapshot();
  let presented = live();
  const again = stillAdmitted(
    { ...deps, snapshot: () => snapshot },
    request,
    token({ principal: ada }),
    () => presented,
  );
  return {
    time,
    reload: (others: readonly Route[]) => void (snapshot = { ...snapshot, routes: others } as Snapshot),
    present: (next: Presented) => void (presented = next),
    state: async () => (await again()).state,
  };
}

describe('who stays connected', () => {
  it('goes on while everything is as it was', async () => {
    expect(await connected([route({}, FINANCE)]).state()).toBe('live');
  });

  it('is over when the policy would refuse them now', async () => {
    const one = connected([route({}, ANYBODY)]);
    one.reload([route({}, FINANCE)]);
    expect(await one.state()).toBe('live');
    one.reload([route({}, { policy: { deny: { and: [{ accept: true }] } }, ...ANYBODY })]);
    expect(await one.state()).toBe('invalid');
  });

  it('is over when their provider says another group, whatever else still lets them in', async () => {
    const one = connected([route({}, FINANCE)]);
    one.present(live({ ...person, groups: ['staff'] }));
    expect(await one.state()).toBe('invalid');
  });

  it('is over when the hours of the policy are', async () => {
    const hours = { policy: { allow: { and: [{ date: { before: '1970-01-01T01:00:00Z' } }] } } };
    const one = connected([route({}, hours)]);
    expect(await one.state()).toBe('live');
    one.time.now = 3_700_000;
    expect(await one.state()).toBe('invalid');
  });

  it('is over when nothing leads there any more, and goes on when another route of the same does', async () => {
    const one = connected([route({}, ANYBODY)]);
    one.reload([route({ id: 'rte_live', name: 'live', prefix: '/live' }, ANYBODY)]);
    expect(await one.state()).toBe('live');
    one.reload([route({ prefix: '/other' }, ANYBODY)]);
    expect(await one.state()).toBe('invalid');
  });

  it('is over where the organization of the route does not know them any more, though another may', async () => {
    const one = connected([route({}, ANYBODY)]);
    one.present(live({ ...person, vouchedBy: vouchedBy('globex') }));
    expect(await one.state()).toBe('invalid');
  });

  it('is over when they are somebody else there', async () => {
    const { memberships: _, ...stranger } = person;
    const one = connected([route({}, ANYBODY)]);
    one.present(live(stranger));
    expect(await one.state()).toBe('invalid');
  });

  it('is over where the token is not for that route any more', async () => {
    const one = connected([route({}, ANYBODY)]);
    one.present(live(person, { resources: ['host:other.example'] }));
    expect(await one.state()).toBe('invalid');
  });

  it('is what their token is otherwise', async () => {
    const one = connected([route({}, ANYBODY)]);
    for (const state of ['expired', 'revoked', 'invalid', 'unavailable'] as const) {
      one.present({ state });
      expect(await one.state()).toBe(state);
    }
  });
});
