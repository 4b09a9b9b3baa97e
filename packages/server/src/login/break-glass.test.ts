import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { house } from '../programmatic/testing/people.ts';
import {
  ADMIN_TOKEN,
  locationOf,
  problemOf,
  startLogin,
  type LoginRig,
  type TestBrowser,
} from './testing/rig.ts';

let rig: LoginRig;
let browser: TestBrowser;
beforeEach(async () => {
  rig = await startLogin();
  browser = rig.browser();
});
afterEach(() => rig.close());

const SESSION = '__Host-_countersign';
const PATH = '/console/sign-in';

describe('the administrator', () => {
  it('signs in with the token of the configuration, without any provider', async () => {
    rig.idp.fails('unreachable', 'begin');
    expect((await browser.get(PATH)).body).toContain('Administrator token');
    const answer = await browser.post(PATH, { admin_token: ADMIN_TOKEN });
    expect([answer.status, locationOf(answer)]).toEqual([303, '/.pomerium/']);
    expect(answer.cookies?.[0]).toContain('Max-Age=3600;');
    const { body } = await browser.get('/.pomerium/');
    expect(body).toContain('administrator');
    expect(await rig.browsers.people.whatBroke()).toBeUndefined();
  });

  it.each([{}, { admin_token: '' }, { admin_token: `${ADMIN_TOKEN}x` }])(
    'is not whoever shows %j',
    async (form) => {
      const answer = await browser.post(PATH, form);
      expect(answer.status).toBe(403);
      expect(answer.body).toMatch(/not the administrator token.*dec_/s);
      expect(browser.cookies.has(SESSION)).toBe(false);
    },
  );

  it('is not guessed: failures are counted, and then not even the right one is looked at', async () => {
    for (let count = 0; count < 25; count += 1) await browser.post(PATH, { admin_token: 'wrong' });
    expect(problemOf(await browser.post(PATH, { admin_token: ADMIN_TOKEN }))).toBe('429 limit.rate');
  });

  it('is nobody where the configuration has no such token', async () => {
    await rig.close();
    rig = await startLogin({ ...house(), admin_token: undefined });
    browser = rig.browser();
    expect((await browser.get(PATH)).status).toBe(404);
    expect((await browser.post(PATH, { admin_token: ADMIN_TOKEN })).status).toBe(404);
  });
});
