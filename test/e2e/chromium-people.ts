import type { Browser, BrowserContext, Page as Tab } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { startLiveService, type LiveService } from '../support/live-service.ts';
import { startPeopleHouse, type PeopleHouse } from '../support/people-house.ts';
import { press, signInAt, startVisitor, violationsOn, type Visitor } from '../support/visitor.ts';

/** Chromium in front of a house of people: a visitor for each test, of whose pages nothing may have complained. */
export interface ChromiumPeople {
  readonly house: PeopleHouse;
  /** Behind the routes `live` and `pages`. */
  readonly live: LiveService;
  readonly visitor: Visitor;
  readonly tab: Tab;
  /** Somebody else, with cookies of their own. */
  another(): Promise<Visitor>;
  /** Goes on in a browser that is set up otherwise. */
  moveTo(context: BrowserContext): Promise<void>;
  text(): Promise<string>;
  /** The code that a page of ours names. */
  code(): Promise<string>;
  /** Opens a page as somebody who is not signed in yet. */
  signIn(login: string, url?: string): Promise<void>;
  signOut(): Promise<void>;
}

/** For the `describe` that calls it. */
export function chromiumPeople(): ChromiumPeople {
  let browser: Browser;
  let house: PeopleHouse;
  let live: LiveService;
  let visitor: Visitor;

  beforeAll(async () => {
    live = await startLiveService();
    const open = { to: live.url, organizations: ['acme'], allow_any_authenticated_user: true };
    house = await startPeopleHouse({
      routes: (from) =>
        ['live', 'pages'].map((name) => ({ name, from: from(name), allow_websockets: true, ...open })),
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await house?.dispose();
    await live?.close();
  });
  beforeEach(async () => {
    visitor = await another();
  });
  afterEach(async () => {
    // Whatever was shown on the way: no script was stopped, no policy broken, no other machine asked.
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });

  const isOurs = (host: string): boolean => host.endsWith(`localhost:${house.port}`);
  const another = async (): Promise<Visitor> => startVisitor(await browser.newContext(), isOurs);
  return {
    get house() {
      return house;
    },
    get live() {
      return live;
    },
    get visitor() {
      return visitor;
    },
    get tab() {
      return visitor.tab;
    },
    another,
    async moveTo(context) {
      await visitor.close();
      visitor = await startVisitor(context, isOurs);
    },
    text: () => visitor.tab.locator('body').innerText(),
    code: () => visitor.tab.locator('code').first().innerText(),
    async signIn(login, url = house.at('orders')) {
      await visitor.tab.goto(url);
      await signInAt(visitor.tab, house.corp.url, login);
      expect(visitor.tab.url()).toBe(url);
    },
    async signOut() {
      const { tab } = visitor;
      await tab.goto(house.at('orders', '/.pomerium/sign_out'));
      expect(await violationsOn(tab)).toEqual([]);
      await press(tab, 'form button');
      expect(new URL(tab.url()).origin).toBe(house.corp.url);
      await press(tab, 'button[name=logout]');
      expect(new URL(tab.url()).pathname).toBe('/.pomerium/signed_out');
    },
  };
}
