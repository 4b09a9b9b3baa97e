import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endSession } from '../sessions/end-session.ts';
import type { LiveSession, OpenedSession } from '../sessions/model.ts';
import { startBrowsers, type Browsers } from '../sessions/testing/house.ts';
import { findDeviceGrant, insertDeviceGrant } from '../storage/repositories/device-grants.ts';
import { beginDevice, MAX_WAITING, MAX_WAITING_OF_ADDRESS, type BegunDevice } from './begin-device.ts';
import { decideDevice, findDevice } from './decide-device.ts';
import { createGuesses, MAX_OF_SESSION } from './guesses.ts';
import { DEVICE_LIFE, type DeviceDeps } from './model.ts';
import { createPace } from './pace.ts';
import { redeemDevice } from './redeem-device.ts';

let browsers: Browsers;
let deps: DeviceDeps;
let opened: OpenedSession;
let session: LiveSession;

beforeEach(async () => {
  browsers = await startBrowsers();
  const now = (): number => browsers.people.time.now;
  deps = {
    ...browsers.deps,
    database: browsers.people.database,
    pace: createPace(now),
    guesses: createGuesses(now),
  };
  opened = await browsers.open();
  session = await browsers.live(opened);
});

afterEach(() => browsers.people.close());

const ORIGIN = { remoteAddress: '192.0.2.7' };

async function begun(client = 'tool'): Promise<BegunDevice> {
  const made = await beginDevice(deps, client, ORIGIN);
  if (!made.ok) throw new Error(made.error);
  return made.value;
}

async function decide(userCode: string, state: 'approved' | 'denied' = 'approved'): Promise<string> {
  const found = await findDevice(deps, userCode, session);
  if (!found.ok) return found.error;
  const decided = await decideDevice(deps, found.value, { session, state });
  return decided.ok ? state : decided.error;
}

/** What the program is told; six seconds after it has last asked. */
async function poll(deviceCode: string, client = 'tool', wait = 6): Promise<string> {
  browsers.people.time.now += wait * 1000;
  const issued = await redeemDevice(deps, { ...ORIGIN, deviceCode, client });
  return issued.ok ? issued.value.value : issued.error.code;
}

describe('a program without a browser', () => {
  it('waits until its person has let it in, and then has a token of theirs, once', async () => {
    const { deviceCode, userCode } = await begun();
    expect(await poll(deviceCode)).toBe('device.pending');
    expect(await decide(userCode)).toBe('approved');
    const value = await poll(deviceCode);
    expect(value).toMatch(/^css_/);
    expect(await browsers.process.present(value)).toMatchObject({
      state: 'live',
      token: { subject: '1001', resources: [], expiresAt: opened.expiresAt },
    });
    expect(await poll(deviceCode)).toBe('device.code');
    expect(await browsers.people.whatBroke()).toBeUndefined();
  });

  it('has one token, however many ask at once', async () => {
    const { deviceCode, userCode } = await begun();
    await decide(userCode);
    const all = await Promise.all(
      Array.from({ length: 6 }, () => {
        deps.pace.forget('');
        const alone = { ...deps, pace: { tooSoon: () => false, forget: () => undefined } };
        return redeemDevice(alone, { ...ORIGIN, deviceCode, client: 'tool' });
      }),
    );
    expect(all.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('ends with the session that let it in', async () => {
    const { deviceCode, userCode } = await begun();
    await decide(userCode);
    const value = await poll(deviceCode);
    await endSession(deps, session.id, { actor: 'server', reason: 'signed_out' });
    expect(await browsers.stateOf(value)).toBe('revoked');
  });

  it('gets nothing once that session is over', async () => {
    const { deviceCode, userCode } = await begun();
    await decide(userCode);
    await endSession(deps, session.id, { actor: 'server', reason: 'signed_out' });
    expect(await poll(deviceCode)).toBe('device.code');
  });

  it('is told when it is denied, when it is too late, and when it asks too often', async () => {
    const denied = await begun();
    expect(await decide(denied.userCode, 'denied')).toBe('denied');
    expect(await poll(denied.deviceCode)).toBe('device.denied');
    const late = await begun();
    expect(await poll(late.deviceCode)).toBe('device.pending');
    expect(await poll(late.deviceCode, 'tool', 1)).toBe('device.slow_down');
    expect(await poll(late.deviceCode, 'tool', DEVICE_LIFE)).toBe('device.expired');
  });

  it('is nobody under another name, or with a code that was never given', async () => {
    const { deviceCode, userCode } = await begun();
    await decide(userCode);
    expect(await poll(deviceCode, 'another')).toBe('device.code');
    expect(await poll('x')).toBe('device.code');
    expect(await poll(deviceCode)).toMatch(/^css_/);
  });

  it('waits together with few others of its address', async () => {
    for (let each = 0; each < MAX_WAITING_OF_ADDRESS; each += 1) await begun();
    expect(await beginDevice(deps, 'tool', ORIGIN)).toEqual({ ok: false, error: 'limited' });
    expect((await beginDevice(deps, 'tool', { remoteAddress: '192.0.2.8' })).ok).toBe(true);
    browsers.people.time.now += DEVICE_LIFE * 1000;
    expect((await beginDevice(deps, 'tool', ORIGIN)).ok).toBe(true);
  });
});

describe('what is kept of a program', () => {
  it('has a code that nobody guesses, of which storage knows a hash', async () => {
    const { deviceCode } = await begun();
    expect(Buffer.from(deviceCode, 'base64url')).toHaveLength(32);
    const hash = createHash('sha256').update(deviceCode).digest('base64url');
    const rows = async (by: string) => {
      const found = await deps.reader.read(findDeviceGrant(by));
      return found.ok ? found.value : [];
    };
    expect(await rows(hash)).toHaveLength(1);
    expect(JSON.stringify(await rows(hash))).not.toContain(deviceCode);
    expect((await begun()).deviceCode).not.toBe(deviceCode);
  });

  it('waits together with so many and no more, wherever they come from', async () => {
    const createdAt = Math.floor(browsers.people.time.now / 1000);
    const waiting = Array.from({ length: MAX_WAITING - 1 }, (_each, index) =>
      insertDeviceGrant({
        hash: `${index}`,
        userCode: `${index}`,
        client: 'tool',
        address: `198.51.100.${index % 250}`,
        createdAt,
        expiresAt: createdAt + DEVICE_LIFE,
      }),
    );
    expect((await deps.database.write(waiting)).ok).toBe(true);
    expect((await beginDevice(deps, 'tool', ORIGIN)).ok).toBe(true);
    expect(await beginDevice(deps, 'tool', ORIGIN)).toEqual({ ok: false, error: 'limited' });
  });
});

describe('a person who is shown a code', () => {
  it('decides once', async () => {
    const { userCode } = await begun();
    const found = await findDevice(deps, userCode, session);
    if (!found.ok) throw new Error(found.error);
    expect(await decide(userCode)).toBe('approved');
    expect(await decideDevice(deps, found.value, { session, state: 'denied' })).toEqual({
      ok: false,
      error: 'unknown',
    });
    expect(await decide(userCode)).toBe('unknown');
  });

  it('learns nothing of codes that are over', async () => {
    const { userCode } = await begun();
    browsers.people.time.now += DEVICE_LIFE * 1000;
    for (const code of [userCode, 'BBBB-BBBB'])
      expect(await findDevice(deps, code, session)).toEqual({ ok: false, error: 'unknown' });
  });

  it('may guess a few times, and is not asked again for a while, though the next were right', async () => {
    const { userCode } = await begun();
    for (let each = 0; each < MAX_OF_SESSION; each += 1) expect(await decide('BBBB-BBBB')).toBe('unknown');
    expect(await decide(userCode)).toBe('limited');
  });
});
