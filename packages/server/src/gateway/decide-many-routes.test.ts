import type { Route } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { ALICE, fixture, route } from './testing/fixture.ts';

/** What a decision costs among many routes and policies, by what it looks at and not by the clock. */

interface Looks {
  /** Members of routes that have been read. */
  count: number;
  /** Routes of which any was. */
  readonly routes: Set<string>;
}

/** A route that notes who looks at it, and at its policy. */
function watched(plain: Route, looks: Looks): Route {
  const noting = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name, receiver): unknown {
        looks.count += 1;
        looks.routes.add(plain.id);
        return Reflect.get(of, name, receiver);
      },
    });
  return noting({ ...plain, policy: noting(plain.policy) });
}

/** Looks of a second decision on a route: the first one compiles what all of them share. */
async function looksAmong(count: number, policies: number): Promise<Looks> {
  const looks: Looks = { count: 0, routes: new Set() };
  const documents = Array.from({ length: policies }, (_, index) => ({
    allow: { or: [{ user: 'usr_alice' }, { user: `usr_${index}` }] },
  }));
  const routes = Array.from({ length: count }, (_, index) =>
    watched(
      route({ id: `rte_${index}`, prefix: `/${index}` }, { policy: documents[index % policies] ?? {} }),
      looks,
    ),
  );
  const { deps } = fixture(routes);
  const ask = async () =>
    decide(deps, {
      head: {
        method: 'GET',
        target: '/7/list',
        headers: [['Authorization', `Bearer ${ALICE}`]],
        remoteAddress: '192.0.2.1',
      },
      host: 'app.example',
      port: undefined,
      websocket: false,
    });
  await ask();
  looks.count = 0;
  looks.routes.clear();
  expect(await ask()).toMatchObject({ kind: 'forward' });
  return looks;
}

describe('a decision among 10,000 routes and 1,000 policies', () => {
  it('looks at its own route alone, and as often as among ten', async () => {
    const [few, many] = [await looksAmong(10, 10), await looksAmong(10_000, 1_000)];
    expect([...many.routes]).toEqual(['rte_7']);
    expect(many.count).toBe(few.count);
    expect(many.count).toBeGreaterThan(0);
  });
});
