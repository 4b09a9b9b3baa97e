import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeopleHouse, type PeopleHouse } from '../support/people-house.ts';
import { startSurfing } from '../support/surfer.ts';

/** The list of what a person can reach, where it is too long to look at: on the service host and on those of routes. */
let house: PeopleHouse;

/** More than a page shows. */
const MANY = 205;

beforeAll(async () => {
  house = await startPeopleHouse({
    routes: (from) => [
      ...Array.from({ length: MANY }, (_each, at) => many(from(`many-${at}`), `many-${at}`)),
      many(from('closed'), 'closed-7', 'nobody@acme.example'),
    ],
  });
});
afterAll(() => house.dispose());

const many = (from: string, name: string, email = 'ada@acme.example') => ({
  name,
  from,
  response: { status: 200, body: name },
  organizations: ['acme'],
  description: `Service of team ${name.endsWith('7') ? 'seven' : 'other'}.`,
  policy: { allow: { or: [{ email }] } },
});

const count = (text: string): number => text.split('<h2>').length - 1;

describe('a person with many services', () => {
  it.each([
    ['the service host', () => house.service],
    ['a route host', () => house.at('orders', '')],
  ])('finds one of them on %s, also one that the page has no room for', async (_where, host) => {
    const browser = startSurfing();
    const all = await house.signIn(browser, `${host()}/.pomerium/routes`, 'ada');
    expect([all.status, count(all.text)]).toEqual([200, 200]);
    expect(all.text).toContain('more are not shown.');
    expect(all.text).toContain('<form method="get" role="search" action="/.pomerium/routes">');
    expect(all.text).not.toContain(house.at('many-204', ''));
    const one = await browser.open(`${host()}/.pomerium/routes?q=MANY-204`);
    expect(count(one.text)).toBe(1);
    expect(one.text).toContain(`href="${house.at('many-204', '')}"`);
    expect(one.text).toContain('value="MANY-204"');
  });

  it('finds nothing that is closed to them, by whatever words', async () => {
    const browser = startSurfing();
    const seven = await house.signIn(browser, `${house.service}/.pomerium/routes?q=seven`, 'ada');
    // Whoever signs in first comes back to what they looked for.
    expect(seven.url.search).toBe('?q=seven');
    expect(count(seven.text)).toBe(20);
    expect(seven.text).not.toContain('closed');
    const closed = await browser.open(`${house.service}/.pomerium/routes?q=closed`);
    expect(closed.text).toContain('No service that you can reach has all of these words.');
  });
});
