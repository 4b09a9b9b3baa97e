import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { house, START } from '../programmatic/testing/people.ts';
import type { Reader } from '../storage/port.ts';
import { changesAfter, parseChange } from '../storage/repositories/changes.ts';
import { refreshSession } from '../storage/repositories/browser-sessions.ts';
import { endSession } from './end-session.ts';
import { issueFurther, MAX_TOKENS } from './further-token.ts';
import { ADA, DEVICE, startBrowsers, type Browsers } from './testing/house.ts';

let browsers: Browsers;

beforeEach(async () => {
  browsers = await startBrowsers();
});

afterEach(() => browsers.people.close());

const ENDING = { actor: 'server', reason: 'idle' } as const;

async function rows(sql: string): Promise<readonly unknown[]> {
  const read = await browsers.people.database.read({ sql, parameters: [] });
  return read.ok ? read.value : [];
}

describe('the end of a session', () => {
  it('ends every token of it and no other session, and gives what is left to do at the provider', async () => {
    const [one, other] = [await browsers.open(), await browsers.open()];
    const hosts = [await browsers.handOver(one), await browsers.handOver(one, 'b.example')];
    const ofOther = await browsers.handOver(other);
    const ended = await endSession(browsers.deps, one.id, ENDING);
    expect(ended).toMatchObject({ ok: true, value: { idToken: 'id.token.x', provider: { name: 'corp' } } });
    for (const value of [one.value, ...hosts]) expect(await browsers.stateOf(value)).toBe('revoked');
    for (const value of [other.value, ofOther]) expect(await browsers.stateOf(value)).toBe('live');
    expect(await browsers.people.whatBroke()).toBeUndefined();
  });

  it('leaves nothing behind of what the provider gave', async () => {
    const { id } = await browsers.open(ADA, { refreshToken: 'refresh-me', refreshBy: START + 3600 });
    await endSession(browsers.deps, id, ENDING);
    expect(await rows('select * from "session"')).toEqual([]);
  });

  it('is heard of by other processes, token by token', async () => {
    const session = await browsers.open();
    await browsers.handOver(session);
    await endSession(browsers.deps, session.id, ENDING);
    const changes = await browsers.people.database.read(changesAfter(0, 100));
    const kinds = changes.ok ? changes.value.map((row) => parseChange(row).kind) : [];
    expect(kinds.filter((kind) => kind === 'token.revoked')).toHaveLength(2);
  });

  it('happens once', async () => {
    const { id } = await browsers.open();
    const both = await Promise.all([
      endSession(browsers.deps, id, ENDING),
      endSession(browsers.deps, id, ENDING),
    ]);
    expect(both.filter((ended) => ended.ok && ended.value !== undefined)).toHaveLength(1);
    expect(await endSession(browsers.deps, id, ENDING)).toEqual({ ok: true, value: undefined });
    expect(await rows(`select 1 from "audit" where "event" = 'session.ended'`)).toHaveLength(1);
  });

  it('leaves no token that was made while it was under way', async () => {
    for (let round = 0; round < 10; round += 1) {
      const session = await browsers.open();
      const made = Promise.all(
        Array.from({ length: 4 }, (_, at) =>
          browsers.handOver(session, `h${at}.example`).catch(() => undefined),
        ),
      );
      const [values] = await Promise.all([made, endSession(browsers.deps, session.id, ENDING)]);
      for (const value of values.filter((one) => one !== undefined))
        expect(await browsers.stateOf(value)).toBe('revoked');
    }
    expect(await browsers.people.whatBroke()).toBeUndefined();
  });

  it('ends what was made after it had looked, by looking again', async () => {
    const session = await browsers.open();
    let late: string | undefined;
    const read: Reader['read'] = async (statement) => {
      const found = await browsers.deps.reader.read(statement);
      if (late === undefined && statement.sql.includes('"session" = ?'))
        late = await browsers.handOver(session);
      return found;
    };
    const ended = await endSession({ ...browsers.deps, reader: { read } }, session.id, ENDING);
    expect(ended.ok).toBe(true);
    expect(await browsers.stateOf(late ?? '')).toBe('revoked');
  });

  it('is unavailable where storage is', async () => {
    const { id } = await browsers.open();
    const other = await startBrowsers(house(), browsers.people);
    await browsers.people.close();
    expect(await endSession(other.deps, id, ENDING)).toEqual({ ok: false, error: 'unavailable' });
    browsers = await startBrowsers();
  });
});

describe('what a person may do with sessions', () => {
  it('sees their own, newest first, and ends one of them', async () => {
    const first = await browsers.open();
    browsers.people.time.now += 1000;
    const second = await browsers.open();
    await browsers.open({ sub: '2002', email: 'eve@else.example' });
    const live = await browsers.live(first);
    const listed = await browsers.sessions.list(live);
    if (!listed.ok) throw new Error(listed.error);
    expect(listed.value.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(listed.value[0]).toEqual({
      id: second.id,
      provider: 'corp',
      createdAt: START + 1,
      expiresAt: second.expiresAt,
      address: DEVICE.remoteAddress,
      userAgent: DEVICE.userAgent,
    });
    expect((await browsers.sessions.end(second.id, live)).ok).toBe(true);
    expect(await browsers.stateOf(second.value)).toBe('revoked');
  });

  it("cannot end another's, nor learn that it is there", async () => {
    const own = await browsers.open();
    const eve = await browsers.open({ sub: '2002', email: 'eve@else.example' });
    const live = await browsers.live(own);
    expect(await browsers.sessions.end(eve.id, live)).toEqual({ ok: false, error: 'unknown' });
    expect(await browsers.sessions.end('tok_none', live)).toEqual({ ok: false, error: 'unknown' });
    expect(await browsers.stateOf(eve.value)).toBe('live');
  });

  it('ends all of theirs at once, the one that asks with them', async () => {
    const all = [await browsers.open(), await browsers.open(), await browsers.open()];
    const eve = await browsers.open({ sub: '2002', email: 'eve@else.example' });
    const [own] = all;
    if (!own) throw new Error('no session');
    const ended = await browsers.sessions.endAll(await browsers.live(own));
    expect(ended).toMatchObject({ ok: true, value: { idToken: 'id.token.x' } });
    for (const { value } of all) expect(await browsers.stateOf(value)).toBe('revoked');
    expect(await browsers.stateOf(eve.value)).toBe('live');
  });
});

describe('what a program carries for a person', () => {
  const carried = async (session: Parameters<Browsers['live']>[0]) => {
    const live = await browsers.live(session);
    const made = await browsers.sessions.programToken(live, { host: 'app.example', device: DEVICE });
    if (!made.ok) throw new Error(made.error.code);
    return made.value;
  };

  it('is a signed value with a true end, for one host, that says nothing but who, where and until when', async () => {
    const session = await browsers.open();
    const { value, expiresAt } = await carried(session);
    expect(decodeProtectedHeader(value)).toMatchObject({ alg: 'ES256', typ: 'session+jwt' });
    expect(decodeJwt(value)).toEqual({
      iss: browsers.deps.snapshot().service.url,
      aud: 'app.example',
      sub: expect.stringMatching(/^usr_/),
      exp: expiresAt,
      iat: START,
      jti: expect.stringMatching(/^tok_/),
    });
    expect(expiresAt).toBe(session.expiresAt);
    expect(await browsers.process.present(value)).toMatchObject({
      state: 'live',
      token: { resources: ['host:app.example'] },
    });
  });

  it('ends with the session', async () => {
    const session = await browsers.open();
    const { value } = await carried(session);
    await endSession(browsers.deps, session.id, ENDING);
    expect(await browsers.stateOf(value)).toBe('revoked');
  });
});

describe('tokens of one session', () => {
  it('are bounded: the oldest ends for the newest, never its own', async () => {
    const session = await browsers.open();
    const first = await browsers.handOver(session);
    // Ids sort by the millisecond.
    browsers.people.time.now += 1;
    const second = await browsers.handOver(session);
    for (let at = 3; at < MAX_TOKENS; at += 1) await browsers.handOver(session);
    expect(await browsers.stateOf(first)).toBe('live');
    const newest = await browsers.handOver(session);
    expect(await Promise.all([session.value, first, second, newest].map(browsers.stateOf))).toEqual([
      'live',
      'revoked',
      'live',
      'live',
    ]);
    expect(await browsers.people.whatBroke()).toBeUndefined();
  });

  it('are whom the provider last said, each of them, and the trail answers for it', async () => {
    const session = await browsers.open();
    const host = await browsers.handOver(session);
    const { token } = await browsers.live(session);
    const claims = { ...ADA, groups: ['ops'] };
    const principal = { ...token.principal, groups: ['ops'] } as typeof token.principal;
    const event = {
      event: 'session.refreshed',
      time: START * 1000,
      token: session.id,
      actor: 'server',
    } as const;
    const unit = [refreshSession(session.id, { principal, claims, at: START })];
    expect(await browsers.deps.decisions.changed(event, unit)).toEqual({ ok: true, value: undefined });
    const later = await startBrowsers(house(), browsers.people);
    for (const value of [session.value, host])
      expect(await later.process.present(value)).toMatchObject({
        state: 'live',
        token: { claims, principal },
      });
    expect(await browsers.people.whatBroke()).toBeUndefined();
    const forged = JSON.stringify({ ...principal, groups: ['admins'] });
    await browsers.people.database.write([
      { sql: 'update "session" set "principal" = ?', parameters: [forged] },
    ]);
    expect(await browsers.people.whatBroke()).toContain('is not as it was refreshed');
  });

  it('speak as refreshed also where the refresh came while one was made', async () => {
    const session = await browsers.open();
    const { token } = await browsers.live(session);
    const claims = { ...ADA, groups: ['ops'] };
    let refreshed = false;
    const read: Reader['read'] = async (statement) => {
      const found = await browsers.deps.reader.read(statement);
      if (!refreshed) {
        refreshed = true;
        const refresh = refreshSession(session.id, { principal: token.principal, claims, at: START });
        await browsers.people.database.write([refresh]);
      }
      return found;
    };
    const order = { session: session.id, host: 'app.example', format: 'opaque', device: DEVICE } as const;
    const made = await issueFurther({ ...browsers.deps, reader: { read } }, order);
    if (!made.ok) throw new Error(made.error.code);
    expect(await browsers.process.present(made.value.value)).toMatchObject({ token: { claims } });
  });

  it('that somebody refreshed by hand are found, though no event tells of them', async () => {
    await browsers.open();
    await browsers.people.database.write([
      { sql: `update "session" set "claims" = '{}', "refreshed_at" = ${START}`, parameters: [] },
    ]);
    expect(await browsers.people.whatBroke()).toContain('no event refreshed the session');
  });
});
