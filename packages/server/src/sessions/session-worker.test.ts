import { err, ok } from '@countersign/core';
import { afterEach, describe, expect, it } from 'vitest';
import { QUIET } from '../audit/testing/trail.ts';
import { house, provider, START } from '../programmatic/testing/people.ts';
import type { ProviderClient } from './provider-client.ts';
import { AT_ONCE, PAGE, refreshDue, startSessionWorker } from './session-worker.ts';
import type { RefreshDeps } from './refresh-model.ts';
import { ADA, startBrowsers, type Browsers } from './testing/house.ts';

let browsers: Browsers;
afterEach(() => browsers.people.close());

const GIVEN = { refreshToken: 'first', refreshBy: START + 3600 };
const never = (): boolean => false;

const depsOf = (refresh: ProviderClient['refresh'], over: Partial<RefreshDeps> = {}): RefreshDeps => ({
  ...browsers.deps,
  writer: browsers.people.database,
  providerClient: { refresh },
  pause: async () => undefined,
  ...over,
});

/** Sessions of as many people, whose providers are to be asked now. */
async function due(count: number, more: object = {}): Promise<void> {
  for (let index = 0; index < count; index += 1)
    await browsers.open({ ...ADA, sub: `s${index}`, email: `p${index}@acme.example` }, { ...GIVEN, ...more });
  browsers.people.time.now = (START + 3600) * 1000;
}

const yes = () =>
  ok({ refreshToken: 'second', refreshBy: Math.floor(browsers.people.time.now / 1000) + 3600 });

describe('a look at what is due', () => {
  it('asks about all of it, more than one page, a few at once', async () => {
    browsers = await startBrowsers();
    await due(PAGE + 3);
    let asking = 0;
    let most = 0;
    let asked = 0;
    await refreshDue(
      depsOf(async () => {
        asked += 1;
        most = Math.max(most, ++asking);
        await new Promise((resolve) => void setImmediate(resolve));
        asking -= 1;
        return yes();
      }),
      never,
    );
    expect(asked).toBe(PAGE + 3);
    expect(most).toBeLessThanOrEqual(AT_ONCE);
    expect(most).toBeGreaterThan(1);
  });

  it('does not have the sessions of a provider that is away stand before those of another', async () => {
    browsers = await startBrowsers(house([provider(), provider({ name: 'other', client_id: 'other' })]));
    await due(PAGE + 20);
    const other = browsers.deps.snapshot().identityProvidersById;
    const second = [...other.values()].find(({ name }) => name === 'other');
    if (!second) throw new Error('there is no other provider');
    browsers.people.time.now = START * 1000;
    const late = { ...GIVEN, refreshBy: START + 3630, provider: second };
    const { id } = await browsers.open(ADA, late);
    browsers.people.time.now = (START + 3600) * 1000;
    const asked: string[] = [];
    await refreshDue(
      depsOf(async ({ name }) => {
        asked.push(name);
        return name === 'other' ? yes() : err('unreachable');
      }),
      never,
    );
    expect(asked.filter((name) => name === 'other')).toHaveLength(1);
    expect(asked.filter((name) => name === 'corp').length).toBeLessThanOrEqual(AT_ONCE);
    expect(
      await browsers.people.database.read({
        sql: 'select "id" from "session" where "refresh_at" > ? and "id" = ?',
        parameters: [START + 3700, id],
      }),
    ).toMatchObject({ value: [{ id }] });
  });

  it('goes on with the others when one meets a fault of ours, which is in the log', async () => {
    browsers = await startBrowsers();
    await due(3);
    const lines: unknown[] = [];
    const logger = { ...QUIET, error: (...line: unknown[]) => void lines.push(line) };
    let asked = 0;
    await refreshDue(
      depsOf(
        async () => {
          asked += 1;
          if (asked === 2) throw new Error('a fault');
          return yes();
        },
        { logger },
      ),
      never,
    );
    expect(asked).toBe(3);
    expect(lines).toEqual([
      ['sessions could not be looked after', { token: expect.stringMatching(/^tok_/), reason: 'a fault' }],
    ]);
  });

  it('stops where storage is silent', async () => {
    browsers = await startBrowsers();
    await due(3);
    let asked = 0;
    const refresh = async () => {
      asked += 1;
      return yes();
    };
    await refreshDue(depsOf(refresh, { writer: { write: async () => err('unavailable') } }), never);
    expect(asked).toBe(0);
  });

  it('begins with nobody once it is told to stop', async () => {
    browsers = await startBrowsers();
    await due(1);
    let asked = 0;
    const refresh = async () => {
      asked += 1;
      return yes();
    };
    await refreshDue(depsOf(refresh), () => true);
    expect(asked).toBe(0);
  });
});

describe('the worker', () => {
  it('looks again after a fault of ours', async () => {
    browsers = await startBrowsers();
    let looks = 0;
    let rounds = 0;
    const read = () => {
      looks += 1;
      throw new Error('a fault');
    };
    const worker = startSessionWorker({
      ...depsOf(async () => yes(), { reader: { read } }),
      pause: (milliseconds, signal) =>
        milliseconds === 5_000 && (rounds += 1) <= 3
          ? Promise.resolve()
          : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
    });
    await expect.poll(() => looks).toBe(3);
    await worker.close();
  });

  it('looks again and again, and finishes what it has begun before it closes', async () => {
    browsers = await startBrowsers();
    await due(1);
    const answers: (() => void)[] = [];
    const waits: number[] = [];
    const worker = startSessionWorker({
      ...depsOf(async () => {
        await new Promise<void>((resolve) => answers.push(resolve));
        return yes();
      }),
      pause: (milliseconds, signal) => {
        waits.push(milliseconds);
        if (waits.filter((wait) => wait === 5_000).length === 1 && milliseconds === 5_000)
          return Promise.resolve();
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      },
    });
    await expect.poll(() => answers.length).toBe(1);
    let closed = false;
    const closing = worker.close().then(() => (closed = true));
    await new Promise((resolve) => void setImmediate(resolve));
    expect(closed).toBe(false);
    answers[0]?.();
    await closing;
    const stored = await browsers.people.database.read({
      sql: 'select "refresh_at" from "session"',
      parameters: [],
    });
    expect(stored).toMatchObject({ value: [{ refresh_at: START + 3600 + 3540 }] });
    expect(waits).toContain(60_000);
  });
});
