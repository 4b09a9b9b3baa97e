import { describe, expect, it } from 'vitest';
import { concerns, createMassRevocations } from './mass-revocations.ts';
import { EVERYWHERE, type MassRevocation, type TokenRecord } from './model.ts';
import { RECORD } from './testing/fixture.ts';

const TOKEN: TokenRecord = { ...RECORD, policies: ['pol_1', 'pol_2'], issuedAt: 1000 };

const BY: readonly (readonly [MassRevocation['by'], string])[] = [
  ['issuer', 'iss_1'],
  ['policy', 'pol_2'],
  ['subject', 'repo:acme/app'],
  ['principal', 'org:acme'],
];

describe.each(BY)('a mass revocation by %s', (by, value) => {
  const revocation = { organization: 'acme', by, value, before: 1000 };

  it('covers what was issued before, in that very second included, and nothing later', () => {
    const revocations = createMassRevocations();
    revocations.add(revocation);
    expect(revocations.covers(TOKEN)).toBe(true);
    expect(revocations.covers({ ...TOKEN, issuedAt: 999 })).toBe(true);
    expect(revocations.covers({ ...TOKEN, issuedAt: 1001 })).toBe(false);
  });

  it('covers nothing of another organization, and no session of a person', () => {
    const revocations = createMassRevocations();
    revocations.add({ ...revocation, organization: 'other' });
    expect(revocations.covers(TOKEN)).toBe(false);
    revocations.add(revocation);
    const { organization: _none, ...session } = TOKEN;
    expect(revocations.covers(session)).toBe(false);
  });

  it('covers nobody else', () => {
    const revocations = createMassRevocations();
    revocations.add({ ...revocation, value: `${value}0` });
    expect(revocations.covers(TOKEN)).toBe(false);
    expect(concerns({ ...revocation, value: `${value}0` }, TOKEN)).toBe(false);
    expect(concerns({ ...revocation, organization: 'other' }, TOKEN)).toBe(false);
    expect(concerns(revocation, TOKEN)).toBe(true);
  });
});

describe('mass revocations', () => {
  const bySubject = (at: number, before = 1000): MassRevocation => ({
    organization: 'acme',
    by: 'subject',
    value: `subject-${at}`,
    before,
  });

  it('are one of two about the same, the later, in whatever order they are heard', () => {
    for (const times of [
      [900, 1000],
      [1000, 900],
    ]) {
      const revocations = createMassRevocations();
      for (const before of times) revocations.add(bySubject(1, before));
      expect(revocations.size).toBe(1);
      expect(revocations.endedUntil({ ...TOKEN, subject: 'subject-1' })).toBe(1000);
    }
  });

  it('end a whole organization up to then where there is no room for another, and no other organization', () => {
    const revocations = createMassRevocations(2);
    for (const at of [1, 2]) revocations.add(bySubject(at));
    expect(revocations.covers(TOKEN)).toBe(false);
    revocations.add(bySubject(3));
    expect(revocations.size).toBe(2);
    expect(revocations.covers(TOKEN)).toBe(true);
    expect(revocations.covers({ ...TOKEN, issuedAt: 1001 })).toBe(false);
    expect(revocations.covers({ ...TOKEN, organization: 'other' })).toBe(false);
    // What is known already needs no room.
    revocations.add(bySubject(2, 1001));
    expect(revocations.covers({ ...TOKEN, issuedAt: 1001 })).toBe(false);
    expect(revocations.covers({ ...TOKEN, subject: 'subject-2', issuedAt: 1001 })).toBe(true);
  });

  it('cover nothing while there are none', () => {
    expect(createMassRevocations().covers(TOKEN)).toBe(false);
    expect(createMassRevocations().endedUntil(TOKEN)).toBe(-Infinity);
  });
});

describe('sessions of people', () => {
  const membership = { organization: 'acme', user: 'usr_ada', login: 'ada', identity: 'idn_1' };
  const session = (organizations: readonly string[], organization?: string): TokenRecord => {
    const { organization: _none, ...rest } = TOKEN;
    const vouchedBy = { kind: 'identity_provider', provider: 'corp', organizations } as const;
    return {
      ...rest,
      prefix: 'css',
      principal: {
        kind: 'user',
        user: organization === undefined ? 'corp/1' : 'usr_ada',
        groups: [],
        vouchedBy,
        memberships: [membership],
      },
      issuer: 'idp_1',
      subject: '1',
      policies: [],
      ...(organization === undefined ? {} : { organization }),
    };
  };
  const ofAcme = session(['acme'], 'acme');
  const shared = session(['acme', 'globex']);
  const ended = (organization: string, by: MassRevocation['by'], value: string) => {
    const revocations = createMassRevocations();
    revocations.add({ organization, by, value, before: 1000 });
    return revocations;
  };

  it.each([
    ['principal', 'usr_ada'],
    ['principal', 'idn_1'],
    ['subject', '1'],
    ['issuer', 'idp_1'],
    ['organization', 'acme'],
  ] as const)('of one organization end with it by %s %s', (by, value) => {
    const revocations = ended('acme', by, value);
    expect(revocations.covers(ofAcme)).toBe(true);
    expect(revocations.covers({ ...ofAcme, issuedAt: 1001 })).toBe(false);
    expect(concerns({ organization: 'acme', by, value, before: 1000 }, ofAcme)).toBe(true);
    expect(ended('globex', by, value).covers(ofAcme)).toBe(false);
  });

  it.each([
    ['principal', 'usr_ada'],
    ['principal', 'idn_1'],
    ['issuer', 'idp_1'],
    ['organization', 'acme'],
  ] as const)('of several end in the one that ends them by %s %s', (by, value) => {
    const revocations = ended('acme', by, value);
    expect(revocations.covers(shared)).toBe(false);
    expect([revocations.endedIn('acme', shared), revocations.endedIn('globex', shared)]).toEqual([
      1000,
      -Infinity,
    ]);
    // Whoever signs in now must not be told yes for a session that is over already.
    expect(revocations.endedUntil(shared)).toBe(1000);
  });

  it('are to one organization not whom another knows them as', () => {
    const revocations = ended('globex', 'principal', 'usr_ada');
    expect(revocations.endedIn('globex', shared)).toBe(-Infinity);
    expect(ended('globex', 'principal', 'corp/1').endedIn('globex', shared)).toBe(1000);
  });

  it.each([
    ['principal', 'corp/1'],
    ['issuer', 'idp_1'],
  ] as const)('end wherever they count by %s %s, and no other token does', (by, value) => {
    const revocations = ended(EVERYWHERE, by, value);
    expect([ofAcme, shared].map((token) => revocations.covers(token))).toEqual([true, true]);
    expect(concerns({ organization: EVERYWHERE, by, value, before: 1000 }, ofAcme)).toBe(true);
    const own = { ...TOKEN, issuer: 'idp_1', subject: '1' };
    expect(revocations.covers(own)).toBe(false);
    expect(concerns({ organization: EVERYWHERE, by, value, before: 1000 }, own)).toBe(false);
    expect(revocations.covers({ ...shared, issuer: 'idp_2', subject: '2' })).toBe(false);
  });
});
