import { describe, expect, it } from 'vitest';
import type { Principal, Result } from '@countersign/core';
import type { Caller } from '../caller/caller.ts';
import type { Snapshot } from '../snapshot/model.ts';
import { compileWorld } from '../snapshot/world.ts';
import { configOf } from '../snapshot/testing/from-file.ts';
import type { TeamDocument } from '../snapshot/stored-objects.ts';
import { NEVER_EXPIRES, type TokenRecord } from '../tokens/model.ts';
import { RECORD } from '../tokens/testing/fixture.ts';
import type { MadeTokenOrder } from './made-token.ts';
import type { Refused } from './model.ts';
import { orderToken, type TokenWish } from './token-orders.ts';

/** `ada` administers acme, `bob` and `eve` are members; `bob` looks after the team `platform`. */
const SNAPSHOT = snapshotWith({
  displayName: '',
  description: '',
  members: [
    { login: 'bob', role: 'admin' },
    { login: 'eve', role: 'member' },
  ],
});

function snapshotWith(team: TeamDocument): Snapshot {
  const members = [{ login: 'ada', role: 'admin' }, { login: 'bob' }, { login: 'eve' }];
  const issuers = [{ name: 'ci', url: 'https://ci.example/' }];
  const file = configOf({
    organizations: [
      { name: 'acme', members, issuers },
      { name: 'globex', issuers },
    ],
  });
  const mark = { version: 1, created: 1, modified: 1 };
  const object = { organization: 'acme', kind: 'team', key: 'platform', document: team, ...mark } as const;
  const account = (key: string, disabled: boolean) => {
    const document = { description: '', claims: { tier: 1 }, disabled };
    return { organization: 'acme', kind: 'service_account', key, document, ...mark } as const;
  };
  const objects = [object, account('backup', false), account('off', true)];
  const world = compileWorld(file, { objects, version: 1 }, undefined);
  if (!world.ok) throw new Error(JSON.stringify(world.error));
  return world.value.snapshot;
}

const NOW = 1_790_000_000;
const HOUR = 3600;
const YEAR = 365 * 86_400;
const vouchedBy = { kind: 'organization', organization: 'acme' } as const;

/** A person, with the token of an hour that an exchange gave them. */
function person(login: string, over: Partial<TokenRecord> = {}): Caller {
  const user = SNAPSHOT.organizations.get('acme')?.directory.members.get(login)?.user ?? '';
  return holder({ kind: 'user', user, login, groups: [], vouchedBy }, { prefix: 'csp', ...over });
}

function holder(principal: Principal, over: Partial<TokenRecord> = {}): Caller {
  const token = { ...RECORD, principal, issuedAt: NOW - 60, expiresAt: NOW + HOUR, ...over };
  return { principal, token };
}

const SITE: Caller = { principal: { kind: 'administrator', vouchedBy: { kind: 'server' } } };
const MACHINE = { kind: 'organization', organization: 'acme', vouchedBy } as const;
const OPS = holder({ ...MACHINE, admin: true });

const ORGANIZATION = { type: 'organization', admin: false } as const;
const TEAM = { type: 'team', team: 'platform' } as const;
const personal = (login: string) => ({ type: 'personal', login }) as const;

const order = (maker: Caller, target: TokenWish['target'], wish: Partial<TokenWish> = {}) =>
  orderToken(SNAPSHOT, maker, { organization: 'acme', target, name: 'n', ...wish }, NOW * 1000);

const outcome = (made: Result<MadeTokenOrder, Refused>): string => (made.ok ? 'made' : made.error.kind);

describe('who may make a token', () => {
  const BOUNDED = { expires: NOW + HOUR };
  it.each<readonly [string, Caller, readonly string[]]>([
    ['the site administrator', SITE, ['organization', 'admin', 'team', 'service']],
    ['an organization token with admin', OPS, ['organization', 'admin', 'team', 'service']],
    ['an admin', person('ada'), ['organization', 'admin', 'team', 'ada', 'service']],
    ['an admin of the team', person('bob'), ['team', 'bob']],
    ['a member of the team', person('eve'), ['eve']],
    ['an organization token', holder({ ...MACHINE, admin: false }), []],
    ['a team', holder({ kind: 'team', organization: 'acme', team: 'platform', vouchedBy }), []],
  ])('is told by whom it would speak as: %s', (_, maker, may) => {
    const targets = {
      organization: ORGANIZATION,
      admin: { type: 'organization', admin: true },
      team: TEAM,
      ada: personal('ada'),
      bob: personal('bob'),
      eve: personal('eve'),
      service: { type: 'service', service: 'backup' },
    } as const;
    const made = Object.entries(targets).filter(([, target]) => order(maker, target, BOUNDED).ok);
    expect(made.map(([name]) => name)).toEqual(may);
  });

  it('is nobody whom another organization vouches for', () => {
    const organization = 'globex';
    for (const maker of [person('ada'), OPS])
      expect(outcome(order(maker, ORGANIZATION, { organization }))).toBe('forbidden');
    expect(outcome(order(SITE, ORGANIZATION, { organization: 'nowhere' }))).toBe('absent');
    expect(outcome(order(SITE, { type: 'team', team: 'nowhere' }))).toBe('absent');
  });
});

describe('a token of a service account', () => {
  const of = (service: string) => order(SITE, { type: 'service', service });

  it('speaks as the account and says what the account was made with', () => {
    expect(of('backup')).toMatchObject({
      ok: true,
      value: { prefix: 'csv', principal: { kind: 'service', service: 'backup' }, claims: { tier: 1 } },
    });
  });

  it('is not made where the account is disabled, or where there is none', () => {
    expect(outcome(of('off'))).toBe('invalid');
    expect(outcome(of('none'))).toBe('absent');
  });
});

describe('what is made', () => {
  it('speaks as whom it is for, and says who made it', () => {
    expect(order(person('ada'), { type: 'organization', admin: true }, { description: 'd' })).toMatchObject({
      ok: true,
      value: {
        prefix: 'cso',
        principal: { kind: 'organization', admin: true },
        name: 'n',
        description: 'd',
        createdBy: expect.stringMatching(/^usr_/),
        now: NOW * 1000,
      },
    });
    expect(order(SITE, TEAM)).toMatchObject({ value: { prefix: 'cst', createdBy: 'administrator' } });
    expect(order(person('ada'), personal('ada'))).toMatchObject({
      value: { prefix: 'csp', principal: { kind: 'user', login: 'ada' } },
    });
  });

  it.each([undefined, null, 0])('never expires when `expires` is %s', (expires) => {
    expect(order(SITE, ORGANIZATION, { expires })).toMatchObject({ value: { expiresAt: NEVER_EXPIRES } });
  });

  it('expires in the future, and at most two years ahead', () => {
    const at = (expires: number) => order(SITE, ORGANIZATION, { expires });
    expect(outcome(at(NOW))).toBe('invalid');
    expect(at(NOW + 1)).toMatchObject({ value: { expiresAt: NOW + 1 } });
    expect(outcome(at(NOW + 731 * 86_400))).toBe('made');
    expect(outcome(at(NOW + 731 * 86_400 + 1))).toBe('invalid');
  });
});

describe('a token that is made with one that ends', () => {
  it.each([
    ['a person', person('eve'), personal('eve')],
    ['an admin of a team', person('bob'), TEAM],
  ] as const)('ends with it at the latest: %s', (_, maker, target) => {
    expect(order(maker, target, { expires: NOW + HOUR })).toMatchObject({ value: { expiresAt: NOW + HOUR } });
    for (const expires of [undefined, 0, NOW + HOUR + 1, NOW + YEAR]) {
      const made = order(maker, target, { expires });
      expect(made).toMatchObject({ ok: false, error: { kind: 'invalid' } });
      expect(!made.ok && made.error.message).toContain(`${NOW + HOUR} (2026-09-21T15:13:20Z)`);
    }
  });

  it('is ended by all that ends it: issuer, subject, policies, and by when it was issued', () => {
    const { issuer, subject, claims, policies } = RECORD;
    const made = order(person('bob'), TEAM, { expires: NOW + 1 });
    expect(made.ok && made.value.inherited).toEqual({
      issuer,
      subject,
      claims,
      policies,
      issuedAt: NOW - 60,
    });
  });

  it('has a life of its own when who makes it administers the organization, or has signed in', () => {
    const ways = [
      [person('ada'), personal('ada')],
      [OPS, ORGANIZATION],
      [person('eve', { prefix: 'css' }), personal('eve')],
    ] as const;
    for (const [maker, target] of ways) {
      const made = order(maker, target);
      expect(made).toMatchObject({ value: { expiresAt: NEVER_EXPIRES } });
      expect(made.ok && made.value.inherited).toBeUndefined();
    }
  });

  it('ends with one that was made over the API, too, and never where that one never does', () => {
    const made = { issuer: 'api', subject: '', claims: {}, policies: [] };
    expect(outcome(order(person('eve', made), personal('eve')))).toBe('invalid');
    const endless = person('eve', { ...made, expiresAt: NEVER_EXPIRES });
    expect(order(endless, personal('eve'))).toMatchObject({
      value: { expiresAt: NEVER_EXPIRES, inherited: { issuer: 'api' } },
    });
  });
});
