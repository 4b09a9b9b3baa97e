import type { Membership, UserPrincipal } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import type { MassRevocations } from '../tokens/mass-revocations.ts';
import type { TokenRecord } from '../tokens/model.ts';
import type { Snapshot } from './model.ts';
import { sessionStanding } from './session-standing.ts';

const organization = (...members: readonly (readonly [login: string, user: string])[]) => ({
  directory: { members: new Map(members.map(([login, user]) => [login, { login, user }])) },
});
const snapshotOf = (acme: ReturnType<typeof organization>, listed = ['acme', 'globex']) =>
  ({
    organizations: new Map([
      ['acme', acme],
      ['globex', organization()],
    ]),
    identityProvidersById: new Map([['idp_1', { organizations: listed }]]),
  }) as unknown as Snapshot;
const ADA: Membership = { organization: 'acme', user: 'usr_ada', login: 'ada', identity: 'idn_1' };
const NONE: Pick<MassRevocations, 'endedIn'> = { endedIn: () => -Infinity };

const session = (organizations: readonly string[], more: Partial<TokenRecord> = {}) => {
  const vouchedBy = { kind: 'identity_provider', provider: 'corp', organizations } as const;
  const principal: UserPrincipal = {
    kind: 'user',
    user: 'corp/1',
    groups: [],
    vouchedBy,
    memberships: [ADA],
  };
  return { principal, issuer: 'idp_1', issuedAt: 1000, ...more } as unknown as TokenRecord;
};
const here = organization(['ada', 'usr_ada']);
const countsIn = (snapshot: Snapshot, token = session(['acme', 'globex']), revocations = NONE) => {
  const standing = sessionStanding(snapshot, token, revocations);
  if (standing?.state !== 'live') return 'nowhere';
  const { vouchedBy } = standing.token.principal;
  return vouchedBy.kind === 'identity_provider' ? vouchedBy.organizations : [];
};

describe('a session of a person', () => {
  it('counts where it did, as long as nothing has changed', () => {
    const token = session(['acme', 'globex']);
    expect(sessionStanding(snapshotOf(here), token, NONE)).toEqual({ state: 'live', token });
  });

  it.each([
    ['has left', organization()],
    ['is another of that login', organization(['ada', 'usr_else'])],
  ])('ends where the member that they were %s, and nowhere else', (_name, acme) => {
    expect(countsIn(snapshotOf(acme))).toEqual(['globex']);
    expect(countsIn(snapshotOf(acme), session(['acme'], { organization: 'acme' }))).toBe('nowhere');
  });

  it('ends where it was revoked, in that very second included, and nowhere else', () => {
    const endedIn = (at: number) => ({ endedIn: (name: string) => (name === 'globex' ? at : -Infinity) });
    expect(countsIn(snapshotOf(here), undefined, endedIn(1000))).toEqual(['acme']);
    expect(countsIn(snapshotOf(here), undefined, endedIn(999))).toEqual(['acme', 'globex']);
    expect(countsIn(snapshotOf(here), undefined, { endedIn: () => 1000 })).toBe('nowhere');
  });

  it('ends when its provider speaks for fewer organizations, and when there is none', () => {
    expect(countsIn(snapshotOf(here, ['acme']))).toBe('nowhere');
    expect(countsIn(snapshotOf(here), session(['acme'], { issuer: 'idp_gone' }))).toBe('nowhere');
  });
});
