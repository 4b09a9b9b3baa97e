import { err, ok, type Claims } from '@countersign/core';
import { afterEach, describe, expect, it } from 'vitest';
import { QUIET } from '../audit/testing/trail.ts';
import { house } from '../programmatic/testing/people.ts';
import type { Database, Statement, Unit } from '../storage/port.ts';
import { tokensOfSession } from '../storage/repositories/browser-sessions.ts';
import type { RefreshDeps } from './refresh-model.ts';
import { LEASE } from './refresh-session.ts';
import { ADA, startBrowsers, type Browsers } from './testing/house.ts';
import {
  dueIn,
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
const principalOf = (value: string) => principalIn(browsers, value);

describe('of two processes', () => {
  it('one asks the provider, since a refresh token is good once', async () => {
    browsers = await startBrowsers();
    const session = await due();
    const other = await startBrowsers(house(), browsers.people);
    let answer: (said: Said) => void = () => undefined;
    const slow = saying(() => new Promise<Said>((resolve) => (answer = resolve)));
    const first = refresh(session.id, { providerClient: slow.providerClient });
    await expect.poll(() => slow.asked).toEqual(['first']);
    const second = saying(yes());
    expect(await refreshIn(other, session.id, { providerClient: second.providerClient })).toBe('elsewhere');
    answer(yes());
    expect(await first).toBe('refreshed');
    expect(second.asked).toEqual([]);
  });

  it('the next one asks when the first has died', async () => {
    browsers = await startBrowsers();
    const session = await due();
    const dies = saying(() => Promise.reject(new Error('the process is gone')));
    await expect(refresh(session.id, { providerClient: dies.providerClient })).rejects.toThrow('gone');
    browsers.people.time.now += (LEASE - 1) * 1000;
    const next = saying(yes());
    expect(await refresh(session.id, { providerClient: next.providerClient })).toBe('elsewhere');
    browsers.people.time.now += 1000;
    expect(await refresh(session.id, { providerClient: next.providerClient })).toBe('refreshed');
    expect(next.asked).toEqual(['first']);
  });

  it('whoever has lost the lease writes nothing over what the other has stored', async () => {
    browsers = await startBrowsers();
    const session = await due({ ...ADA, groups: ['staff'] });
    let answer: (said: Said) => void = () => undefined;
    const slow = saying(() => new Promise<Said>((resolve) => (answer = resolve)));
    const first = refresh(session.id, { providerClient: slow.providerClient });
    await expect.poll(() => slow.asked).toHaveLength(1);
    browsers.people.time.now += LEASE * 1000;
    await refresh(session.id, { providerClient: saying(yes({ ...ADA, groups: ['now'] })).providerClient });
    answer(yes({ ...ADA, groups: ['late'] }, { refreshToken: 'late' }));
    expect(await first).toBe('elsewhere');
    expect(await principalOf(session.value)).toMatchObject({ groups: ['now'] });
  });
});

describe('while the provider is asked', () => {
  it('a session that ends stays ended', async () => {
    browsers = await startBrowsers();
    const session = await due();
    const live = await browsers.live(session);
    const { providerClient } = saying(async () => {
      await browsers.sessions.end(session.id, live);
      return yes();
    });
    expect(await refresh(session.id, { providerClient })).toBe('elsewhere');
    expect(await browsers.stateOf(session.value)).toBe('revoked');
    expect(await row(session.id)).toBeUndefined();
  });

  it('a token that is made for it follows what was learnt', async () => {
    browsers = await startBrowsers();
    const session = await due({ ...ADA, groups: ['admins'] });
    let route = '';
    const { database } = browsers.people;
    // Between the look at its tokens and the commit.
    const read = async (statement: Statement): ReturnType<Database['read']> => {
      const rows = await database.read(statement);
      if (route === '' && statement.sql === tokensOfSession('', 0, 1).sql)
        route = await browsers.handOver(session);
      return rows;
    };
    const { asked, providerClient } = saying(yes({ ...ADA, groups: ['staff'] }));
    expect(await refresh(session.id, { providerClient, reader: { read } })).toBe('refreshed');
    expect(asked).toHaveLength(1);
    expect(await principalOf(route)).toMatchObject({ groups: ['staff'] });
    // Other processes hear of it too: one may have been shown it already.
    expect(await toldIn(browsers)).toHaveLength(2);
  });

  it('storage that fails for a while does not lose the new refresh token', async () => {
    browsers = await startBrowsers();
    const session = await due();
    let fails = 0;
    const { database } = browsers.people;
    const flaky = (unit: Unit): ReturnType<Database['write']> =>
      fails-- > 0 ? Promise.resolve(err('unavailable')) : database.write(unit);
    const { asked, providerClient } = saying(async () => {
      fails = 3;
      return ok({ refreshToken: 'second', refreshBy: now() + 600 });
    });
    const pauses: number[] = [];
    const pause = async (milliseconds: number) => void pauses.push(milliseconds);
    expect(await refresh(session.id, { writer: { write: flaky }, providerClient, pause })).toBe('refreshed');
    expect(pauses).toEqual([250, 500, 1000]);
    browsers.people.time.now += 600_000;
    await refresh(session.id, { providerClient });
    expect(asked).toEqual(['first', 'second']);
  });

  it('storage that is gone for good is an error in the log', async () => {
    browsers = await startBrowsers();
    const session = await due();
    let gone = false;
    const { database } = browsers.people;
    const write = (unit: Unit): ReturnType<Database['write']> =>
      gone ? Promise.resolve(err('unavailable')) : database.write(unit);
    const { providerClient } = saying(async () => {
      gone = true;
      return ok({ refreshToken: 'second' });
    });
    const lines: string[] = [];
    const logger = { ...QUIET, error: (message: string) => void lines.push(message) };
    expect(await refresh(session.id, { writer: { write }, providerClient, logger })).toBe('unavailable');
    expect(lines).toEqual(['what an identity provider gave for a session could not be stored']);
  });
});
