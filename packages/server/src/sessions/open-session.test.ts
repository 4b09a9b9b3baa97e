import { hash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { house, START } from '../programmatic/testing/people.ts';
import { findSession, parseSession } from '../storage/repositories/browser-sessions.ts';
import { idTokenPlace, refreshTokenPlace } from './places.ts';
import { ADA, DEVICE, startBrowsers, type Browsers } from './testing/house.ts';

let browsers: Browsers;

afterEach(() => browsers.people.close());

async function stored(id: string) {
  const rows = await browsers.people.database.read(findSession(id));
  const [row] = rows.ok ? rows.value : [];
  return row && parseSession(row);
}

describe('a session that is opened', () => {
  it('is found by its value, is the person, and opens the service host alone', async () => {
    browsers = await startBrowsers();
    const opened = await browsers.open();
    expect(opened.value).toMatch(/^css_/);
    expect(opened.expiresAt).toBe(START + 14 * 3600);
    const { id, token } = await browsers.live(opened);
    expect(id).toBe(opened.id);
    const { host } = browsers.deps.snapshot().service;
    expect(token).toMatchObject({
      subject: '1001',
      resources: [`host:${host}`],
      principal: { kind: 'user', login: 'ada' },
    });
    expect(await browsers.people.whatBroke()).toBeUndefined();
  });

  it('keeps what the provider gave sealed, each in its own place, and in no row of a token', async () => {
    browsers = await startBrowsers();
    const given = { refreshToken: 'refresh-me', refreshBy: START + 3600 };
    const { id } = await browsers.open({ ...ADA, sid: 'at-the-provider' }, given);
    const session = await stored(id);
    expect(session).toMatchObject({
      subject: '1001',
      providerSession: 'at-the-provider',
      address: DEVICE.remoteAddress,
      userAgent: DEVICE.userAgent,
      refreshAt: START + 3600 - 60,
    });
    const { vault } = browsers.deps;
    expect(vault.open(refreshTokenPlace(id), session?.refreshToken ?? '')).toBe('refresh-me');
    expect(vault.open(idTokenPlace(id), session?.idToken ?? '')).toBe('id.token.x');
    expect(vault.open(idTokenPlace(id), session?.refreshToken ?? '')).toBeUndefined();
    expect(vault.open(refreshTokenPlace('tok_other'), session?.refreshToken ?? '')).toBeUndefined();
    const rows = await browsers.people.database.read({
      sql: 'select * from "token" union all select * from "token"',
      parameters: [],
    });
    expect(JSON.stringify(rows)).not.toContain('refresh-me');
  });

  it('is not refreshed where the provider gave nothing to refresh with', async () => {
    browsers = await startBrowsers();
    expect(await stored((await browsers.open(ADA, { refreshBy: START + 3600 })).id)).not.toHaveProperty(
      'refreshAt',
    );
  });

  it('by another person with the email of a member is a conflict', async () => {
    browsers = await startBrowsers();
    await browsers.open();
    const [corp] = browsers.deps.snapshot().identityProvidersById.values();
    if (!corp) throw new Error('no provider');
    const eve = { ...ADA, sub: '666' };
    const refused = await browsers.sessions.open({ provider: corp, claims: eve, idToken: 'x' }, DEVICE);
    if (refused.ok) throw new Error('somebody else is a member');
    expect(refused.error.code).toBe('credential.identity_conflict');
    const found = await browsers.deps.decisions.find(refused.error.decisionId);
    expect(found).toMatchObject({ ok: true, value: { record: { subject: '666', effect: 'deny' } } });
    const rows = await browsers.people.database.read({
      sql: 'select count(*) as "rows" from "session"',
      parameters: [],
    });
    expect(rows).toMatchObject({ ok: true, value: [{ rows: 1 }] });
  });
});

describe('the session of an administrator', () => {
  const secret = 'administrator-token-of-this-very-test';
  const file = { ...house(), admin_token: secret };

  it('is opened without a provider, for an hour', async () => {
    browsers = await startBrowsers(file);
    const opened = await browsers.sessions.openAdministrator(DEVICE);
    if (!opened.ok) throw new Error(opened.error.code);
    expect(opened.value.expiresAt).toBe(START + 3600);
    const live = await browsers.live(opened.value);
    expect(live.token.principal).toEqual({ kind: 'administrator', vouchedBy: { kind: 'server' } });
    expect(live.token.subject).not.toBe(hash('sha256', secret, 'base64url'));
    expect(await browsers.people.whatBroke()).toBeUndefined();
  });

  it('is over when the configuration has another token, or none', async () => {
    browsers = await startBrowsers(file);
    const opened = await browsers.sessions.openAdministrator(DEVICE);
    if (!opened.ok) throw new Error(opened.error.code);
    for (const other of [{ ...file, admin_token: 'another-administrator-token-of-this-test' }, house()]) {
      const later = await startBrowsers(other, browsers.people);
      expect(await later.stateOf(opened.value.value)).toBe('invalid');
    }
    const same = await startBrowsers(file, browsers.people);
    expect(await same.stateOf(opened.value.value)).toBe('live');
  });

  it('is refused where there is no administrator token', async () => {
    browsers = await startBrowsers();
    expect(await browsers.sessions.openAdministrator(DEVICE)).toMatchObject({
      ok: false,
      error: { code: 'credential.invalid' },
    });
  });
});

describe('a value that is no session of the service host', () => {
  it.each([
    ['of a program', (at: Browsers) => at.process.session()],
    ['of a route host', async (at: Browsers) => at.handOver(await at.open())],
    ['made up', () => Promise.resolve(`css_${'a'.repeat(38)}`)],
    ['empty', () => Promise.resolve('')],
  ])('%s finds none', async (_which, valueOf) => {
    browsers = await startBrowsers();
    expect(await browsers.sessions.find(await valueOf(browsers))).toBe('none');
  });

  it('is told from storage that is silent', async () => {
    browsers = await startBrowsers();
    const opened = await browsers.open();
    const other = await startBrowsers(house(), browsers.people);
    await browsers.people.close();
    expect(await other.sessions.find(opened.value)).toBe('unavailable');
    browsers = await startBrowsers();
  });
});
