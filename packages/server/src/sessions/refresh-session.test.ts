import { err, ok, type Claims } from '@countersign/core';
import { afterEach, describe, expect, it } from 'vitest';
import { house, member, provider } from '../programmatic/testing/people.ts';
import type { RefreshDeps } from './refresh-model.ts';
import { ADA, startBrowsers, type Browsers } from './testing/house.ts';
import {
  dueIn,
  eventsIn,
  GIVEN,
  nowIn,
  principalIn,
  refreshIn,
  rowIn,
  saying,
  toldIn,
  yesIn,
  type Said,
} from './testing/refreshing.ts';

let browsers: Browsers;
afterEach(() => browsers.people.close());

const now = () => nowIn(browsers);
const yes = (...said: Parameters<ReturnType<typeof yesIn>>) => yesIn(browsers)(...said);
const refresh = (id: string, over: Partial<RefreshDeps> = {}) => refreshIn(browsers, id, over);
const due = (claims?: Claims) => dueIn(browsers, claims);
const row = (id: string) => rowIn(browsers, id);
const events = (event: string) => eventsIn(browsers, event);
const principalOf = (value: string) => principalIn(browsers, value);

describe('a session whose provider says yes', () => {
  it('has the groups of now, here and at every route host', async () => {
    browsers = await startBrowsers();
    const session = await due({ ...ADA, groups: ['admins'] });
    const route = await browsers.handOver(session);
    expect(await principalOf(route)).toMatchObject({ groups: ['admins'] });
    const { asked, providerClient } = saying(yes({ ...ADA, groups: ['staff'] }));
    expect(await refresh(session.id, { providerClient })).toBe('refreshed');
    expect(asked).toEqual(['first']);
    for (const value of [session.value, route])
      expect(await principalOf(value)).toMatchObject({ groups: ['staff'], login: 'ada' });
    expect(await events('session.refreshed')).toHaveLength(1);
    expect(await browsers.people.whatBroke()).toBeUndefined();
  });

  it('loses what the provider no longer says, and keeps how it was signed in to', async () => {
    browsers = await startBrowsers();
    const session = await due({ ...ADA, groups: ['admins'], amr: ['mfa'], department: 'a' });
    const { providerClient } = saying(yes(ADA));
    await refresh(session.id, { providerClient });
    const presented = await browsers.deps.present(session.value);
    const claims = presented.state === 'live' ? presented.token.claims : {};
    expect(claims).toEqual({ ...ADA, amr: ['mfa'] });
    expect(await principalOf(session.value)).toMatchObject({ groups: [] });
  });

  it('is asked with the new refresh token the next time, before what it gave ends', async () => {
    browsers = await startBrowsers();
    const session = await due();
    const { asked, providerClient } = saying(yes(), yes(ADA, { refreshToken: 'third' }));
    await refresh(session.id, { providerClient });
    expect(await row(session.id)).toMatchObject({
      refresh_at: now() + 3540,
      failures: 0,
      lease: null,
      lease_until: null,
    });
    expect(await refresh(session.id, { providerClient })).toBe('elsewhere');
    browsers.people.time.now += 3540 * 1000;
    expect(await refresh(session.id, { providerClient })).toBe('refreshed');
    expect(asked).toEqual(['first', 'second']);
  });

  it('keeps the old refresh token where there is no new one, and is asked again in an hour where nothing says when', async () => {
    browsers = await startBrowsers();
    const session = await due();
    const answer: Said = ok({ claims: ADA });
    const { asked, providerClient } = saying(answer);
    await refresh(session.id, { providerClient });
    expect(await row(session.id)).toMatchObject({ refresh_at: now() + 3600 });
    browsers.people.time.now += 3600 * 1000;
    await refresh(session.id, { providerClient });
    expect(asked).toEqual(['first', 'first']);
  });

  it('keeps the new refresh token when nothing could be learnt about the person', async () => {
    browsers = await startBrowsers();
    const session = await due({ ...ADA, groups: ['staff'] });
    const { asked, providerClient } = saying(ok({ refreshToken: 'second', refreshBy: now() + 600 }));
    expect(await refresh(session.id, { providerClient })).toBe('refreshed');
    expect(await principalOf(session.value)).toMatchObject({ groups: ['staff'] });
    browsers.people.time.now += 600 * 1000;
    await refresh(session.id, { providerClient });
    expect(asked).toEqual(['first', 'second']);
  });

  it('leaves one event for what changed, and none for the same again', async () => {
    browsers = await startBrowsers();
    const session = await due();
    const { providerClient } = saying(yes({ ...ADA, iat: 1, exp: 2, nonce: 'a' }), yes({ ...ADA, iat: 3 }));
    await refresh(session.id, { providerClient });
    const before = await events('session.refreshed');
    browsers.people.time.now += 3600 * 1000;
    expect(await refresh(session.id, { providerClient })).toBe('refreshed');
    expect(await events('session.refreshed')).toEqual(before);
  });

  it('keeps what the provider gives sealed', async () => {
    browsers = await startBrowsers();
    const session = await due();
    await refresh(session.id, { providerClient: saying(yes()).providerClient });
    expect(JSON.stringify(await row(session.id))).not.toMatch(/second|id\.token/);
  });

  it('tells other processes which tokens to forget', async () => {
    browsers = await startBrowsers();
    const session = await due({ ...ADA, groups: ['admins'] });
    await browsers.handOver(session);
    await refresh(session.id, { providerClient: saying(yes()).providerClient });
    expect(await toldIn(browsers)).toEqual([
      expect.stringMatching(/^[\w-]{43}$/),
      expect.stringMatching(/^[\w-]{43}$/),
    ]);
  });

  it('binds a person whom an organization has come to know since', async () => {
    browsers = await startBrowsers(
      house([provider()], [member('ada', 'ada@acme.example'), member('eve', 'eve@acme.example')]),
    );
    const session = await due({ sub: '7', email: 'new@acme.example', email_verified: true });
    expect(await principalOf(session.value)).not.toHaveProperty('login');
    const { providerClient } = saying(yes({ sub: '7', email: 'eve@acme.example', email_verified: true }));
    await refresh(session.id, { providerClient });
    expect(await principalOf(session.value)).toMatchObject({ login: 'eve' });
    expect(await events('session.refreshed')).toEqual([
      { bound: [expect.objectContaining({ organization: 'acme', login: 'eve' })] },
    ]);
    expect(await browsers.people.whatBroke()).toBeUndefined();
  });
});

describe('a session whose provider says no', () => {
  it.each(['refused', 'denied'] as const)('ends everywhere (%s)', async (fault) => {
    browsers = await startBrowsers();
    const session = await due();
    const route = await browsers.handOver(session);
    expect(await refresh(session.id, { providerClient: saying(err(fault)).providerClient })).toBe('ended');
    expect(await browsers.stateOf(session.value)).toBe('revoked');
    expect(await browsers.stateOf(route)).toBe('revoked');
    expect(await row(session.id)).toBeUndefined();
    expect(await events('session.ended')).toMatchObject([{ reason: 'provider_refused' }]);
  });

  it('ends when the provider still knows the person and no organization does: what they say now is somebody else', async () => {
    browsers = await startBrowsers();
    await browsers.open(ADA);
    const session = await due({ sub: '7', email: 'eve@acme.example', email_verified: true });
    const { providerClient } = saying(yes({ ...ADA, sub: '7' }));
    expect(await refresh(session.id, { providerClient })).toBe('ended');
    expect(await events('session.ended')).toMatchObject([{ reason: 'not_recognised' }]);
    expect(await browsers.stateOf(session.value)).toBe('revoked');
  });

  it('ends when no encryption key opens its refresh token any more', async () => {
    browsers = await startBrowsers();
    const session = await due();
    const vault = { ...browsers.deps.vault, open: () => undefined };
    const { asked, providerClient } = saying(yes());
    expect(await refresh(session.id, { vault, providerClient })).toBe('ended');
    expect(asked).toEqual([]);
    expect(await events('session.ended')).toMatchObject([{ reason: 'lost_grant' }]);
  });
});

describe('a session whose provider does not answer', () => {
  it.each(['unreachable', 'malformed'] as const)(
    'stays, and is asked less and less often (%s)',
    async (fault) => {
      browsers = await startBrowsers();
      const session = await due();
      const { asked, providerClient } = saying(err(fault));
      for (const [index, wait] of [30, 60, 120, 240, 480, 600, 600].entries()) {
        expect(await refresh(session.id, { providerClient })).toBe('away');
        expect(await row(session.id)).toMatchObject({
          refresh_at: now() + wait,
          failures: index + 1,
          lease: null,
        });
        browsers.people.time.now += wait * 1000;
      }
      expect(asked).toEqual(Array.from({ length: 7 }, () => 'first'));
      expect(await browsers.stateOf(session.value)).toBe('live');
    },
  );

  it('is as if nothing had been once it answers', async () => {
    browsers = await startBrowsers();
    const session = await due();
    const { providerClient } = saying(err('unreachable'), yes());
    await refresh(session.id, { providerClient });
    browsers.people.time.now += 30_000;
    expect(await refresh(session.id, { providerClient })).toBe('refreshed');
    expect(await row(session.id)).toMatchObject({ failures: 0 });
  });
});

describe('a session that does not stand now', () => {
  it('is not refreshed, and asked about again before long', async () => {
    browsers = await startBrowsers();
    const session = await due();
    const { asked, providerClient } = saying(yes());
    const standingOf = () => ({ state: 'invalid' as const });
    expect(await refresh(session.id, { providerClient, standingOf })).toBe('suspended');
    expect(asked).toEqual([]);
    expect(await row(session.id)).toMatchObject({ refresh_at: now() + 60, lease: null });
  });

  it('is not refreshed while its provider is not configured', async () => {
    browsers = await startBrowsers();
    const session = await due();
    const other = await startBrowsers(house([provider({ name: 'another' })]), browsers.people);
    const { asked, providerClient } = saying(yes());
    expect(await refreshIn(other, session.id, { providerClient })).toBe('suspended');
    expect(asked).toEqual([]);
  });

  it('is not refreshed before it is due', async () => {
    browsers = await startBrowsers();
    const session = await browsers.open(ADA, GIVEN);
    const { asked, providerClient } = saying(yes());
    expect(await refresh(session.id, { providerClient })).toBe('elsewhere');
    expect(asked).toEqual([]);
  });
});
