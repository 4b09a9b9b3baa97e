import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { house, START } from '../programmatic/testing/people.ts';
import { HAND_OVER_LIFE, hashNonce } from './hand-over.ts';
import type { LiveSession, OpenedSession } from './model.ts';
import { DEVICE, handOverTo, NONCE, startBrowsers, type Browsers } from './testing/house.ts';

let browsers: Browsers;
let opened: OpenedSession;
let live: LiveSession;

beforeAll(async () => {
  browsers = await startBrowsers();
});

afterAll(() => browsers.people.close());

beforeEach(async () => {
  browsers.people.time.now = START * 1000;
  opened = await browsers.open();
  live = await browsers.live(opened);
});

async function redeemed(code: string, over: Partial<{ host: string; nonce: string }> = {}, at = browsers) {
  const { host = 'app.example', nonce = NONCE } = over;
  const by = { host, nonces: nonce === '' ? [] : [nonce], device: DEVICE };
  const handed = await at.sessions.redeem(code, by);
  return handed.ok ? 'handed over' : handed.error.code;
}

const codeOf = (host?: string): string => browsers.sessions.handOver(live, handOverTo(host));

describe('a hand-over code', () => {
  it('gives the route host a token that opens it alone, until the session ends, and says where to go on', async () => {
    const by = { host: 'app.example', nonces: ['of-another-tab', NONCE], device: DEVICE };
    const handed = await browsers.sessions.redeem(codeOf(), by);
    if (!handed.ok) throw new Error(handed.error.code);
    expect(handed.value).toMatchObject({
      returnTo: 'https://app.example/page?q=1',
      expiresAt: opened.expiresAt,
      nonce: NONCE,
    });
    expect(handed.value.value).not.toBe(opened.value);
    const presented = await browsers.process.present(handed.value.value);
    expect(presented).toMatchObject({
      state: 'live',
      token: { resources: ['host:app.example'], subject: '1001', issuedAt: live.token.issuedAt },
    });
    expect(await browsers.people.whatBroke()).toBeUndefined();
  });

  it('is good once, and what it gave stays good', async () => {
    const code = codeOf();
    const first = await browsers.sessions.redeem(code, {
      host: 'app.example',
      nonces: [NONCE],
      device: DEVICE,
    });
    expect(await redeemed(code)).toBe('sign_in.expired');
    expect(first.ok && (await browsers.stateOf(first.value.value))).toBe('live');
  });

  it('is good once for all who show it at the same time, in two processes', async () => {
    const other = await startBrowsers(house(), browsers.people);
    const code = codeOf();
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, at) => redeemed(code, {}, at % 2 === 0 ? browsers : other)),
    );
    expect(all.filter((one) => one === 'handed over')).toHaveLength(1);
    expect(all.filter((one) => one === 'sign_in.expired')).toHaveLength(11);
  });

  it('is good for seconds', async () => {
    const code = codeOf();
    browsers.people.time.now += (HAND_OVER_LIFE + 6) * 1000;
    expect(await redeemed(code)).toBe('sign_in.expired');
    browsers.people.time.now -= 1000;
    expect(await redeemed(code)).toBe('handed over');
  });

  it('is nothing at another host, though both are ours', async () => {
    expect(await redeemed(codeOf('app.example'), { host: 'other.example' })).toBe('sign_in.browser');
  });

  it('is nothing in a browser that does not hold the nonce, and is not used up by it', async () => {
    const code = codeOf();
    for (const nonce of ['', 'another', hashNonce(NONCE)])
      expect(await redeemed(code, { nonce }), nonce).toBe('sign_in.browser');
    expect(await redeemed(code)).toBe('handed over');
  });

  it('is nothing once the session has ended', async () => {
    const code = codeOf();
    await browsers.sessions.end(opened.id, live);
    expect(await redeemed(code)).toBe('sign_in.expired');
  });

  it('is nothing once somebody has revoked the sessions of the person', async () => {
    const code = codeOf();
    const revocation = { organization: '', by: 'principal', value: 'corp/1001', before: START } as const;
    browsers.process.massRevocations.add(revocation);
    expect(await redeemed(code)).toBe('sign_in.expired');
    const later = await startBrowsers(house(), browsers.people);
    expect(await redeemed(code, {}, later)).toBe('handed over');
  });

  it('is nothing that was not sealed here for that', async () => {
    const { redirect } = browsers.deps.keys.sealing;
    const content = JSON.stringify({ ...handOverTo(), session: opened.id, issuedAt: START });
    expect(await redeemed(redirect.seal('sign-in-request', content))).toBe('sign_in.expired');
    expect(await redeemed(browsers.deps.keys.sealing.cookie.seal('hand-over', content))).toBe(
      'sign_in.expired',
    );
    expect(await redeemed(redirect.seal('hand-over', content))).toBe('handed over');
    await fc.assert(
      fc.asyncProperty(fc.string(), async (made) => {
        expect(await redeemed(made)).toBe('sign_in.expired');
      }),
      { numRuns: 50 },
    );
  });

  it('is refused with a decision that can be found', async () => {
    // Of a flood not every refusal is kept.
    browsers.people.time.now += 100_000;
    const refused = await browsers.sessions.redeem('x', { host: 'a', nonces: ['b'], device: DEVICE });
    if (refused.ok) throw new Error('it was accepted');
    const found = await browsers.deps.decisions.find(refused.error.decisionId);
    expect(found).toMatchObject({
      ok: true,
      value: { record: { code: 'sign_in.expired', remoteAddress: DEVICE.remoteAddress } },
    });
  });
});

describe('whatever the order of hosts, nonces and times', () => {
  it('a code opens a session exactly where and when it may', async () => {
    const hosts = fc.constantFrom('app.example', 'other.example', 'app.example.evil', '');
    const nonces = fc.constantFrom(NONCE, 'another', '');
    const asked = fc.record({
      to: hosts,
      at: hosts,
      nonce: nonces,
      later: fc.integer({ min: -60, max: 120 }),
    });
    await fc.assert(
      fc.asyncProperty(asked, async ({ to, at, nonce, later }) => {
        browsers.people.time.now = START * 1000;
        const code = codeOf(to);
        browsers.people.time.now += later * 1000;
        const may = to === at && nonce === NONCE && later <= HAND_OVER_LIFE + 5 && later >= -5;
        expect(await redeemed(code, { host: at, nonce })).toBe(
          may
            ? 'handed over'
            : later > HAND_OVER_LIFE + 5 || later < -5
              ? 'sign_in.expired'
              : 'sign_in.browser',
        );
        expect(await redeemed(code, { host: at, nonce })).not.toBe('handed over');
      }),
      { numRuns: 60 },
    );
  });
});
