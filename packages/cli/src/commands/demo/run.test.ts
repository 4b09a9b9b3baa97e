import { describe, expect, it } from 'vitest';
import type { DemoPackage } from '../../deps.ts';
import { fakeDeps } from '../../fake-deps.ts';
import { main } from '../../main.ts';

const ADDRESSES = {
  service: 'http://127.0.0.1:1',
  protected: 'http://orders.localhost:1',
  identityProvider: 'http://127.0.0.1:2',
  organization: 'acme',
  adminToken: 'demo-token',
  configFile: '/tmp/x/countersign.yaml',
};

/** A demo that does nothing but note what is done with it. */
function fakeDemo(events: string[], tour: DemoPackage['tour']): Partial<DemoPackage> {
  return {
    startDemo: async (options) => {
      events.push(`start ${JSON.stringify(options)}`);
      return { ok: true, value: { ...ADDRESSES, close: async () => void events.push('close') } };
    },
    findRunningDemo: async () => undefined,
    tour,
    tryItYourself: (_demo, print) => print('try it'),
  };
}

const told: DemoPackage['tour'] = async (_demo, print) => {
  print('the story');
  return { ok: true, value: undefined };
};

const broken: DemoPackage['tour'] = async () => ({ ok: false, error: { message: 'it rained' } });

describe('demo', () => {
  it('prints one line of JSON and goes on running until it is interrupted', async () => {
    const events: string[] = [];
    const deps = fakeDeps({ demo: fakeDemo(events, told) });
    const exitCode = main(['demo', '--json', '--port', '8080'], deps);
    await expect.poll(() => deps.out()).toContain('\n');
    expect(JSON.parse(deps.out())).toEqual({
      service: 'http://127.0.0.1:1',
      protected: 'http://orders.localhost:1',
      identity_provider: 'http://127.0.0.1:2',
      organization: 'acme',
      admin_token: 'demo-token',
      config: '/tmp/x/countersign.yaml',
    });
    expect(events).toEqual(['start {"port":8080}']);
    deps.interrupt();
    expect(await exitCode).toBe(0);
    expect(events).toEqual(['start {"port":8080}', 'close']);
    expect(deps.exits).toEqual([]);
  });

  it('tells the story once, without the administrator token, and goes on running', async () => {
    const deps = fakeDeps({ demo: fakeDemo([], told) });
    const exitCode = main(['demo'], deps);
    await expect.poll(() => deps.out()).toContain('Ctrl-C stops and deletes everything');
    expect(deps.out().match(/the story/g)).toHaveLength(1);
    expect(deps.out()).not.toContain('demo-token');
    deps.interrupt();
    expect(await exitCode).toBe(0);
  });

  it('goes on running when the story fails, and says so', async () => {
    const deps = fakeDeps({ demo: fakeDemo([], broken) });
    const exitCode = main(['demo'], deps);
    await expect.poll(() => deps.out()).toContain('The tour failed: it rained');
    deps.interrupt();
    expect(await exitCode).toBe(0);
  });

  it('ends with the interruption and not with the story', async () => {
    const events: string[] = [];
    const deps = fakeDeps({ demo: fakeDemo(events, () => new Promise(() => {})) });
    const exitCode = main(['demo'], deps);
    await expect.poll(() => deps.out()).toContain('configuration');
    deps.interrupt();
    expect(await exitCode).toBe(0);
    expect(events).toContain('close');
  });

  it('ends through exit, where it deletes everything, when it is interrupted while it starts', async () => {
    const deps = fakeDeps({ demo: { startDemo: () => new Promise(() => {}) } });
    void main(['demo'], deps);
    await expect.poll(() => deps.listeners()).toBe(2);
    deps.interrupt();
    expect(deps.exits).toEqual([130]);
  });
});

describe('demo tour', () => {
  it('walks through the demo that runs and leaves it running', async () => {
    const events: string[] = [];
    const demo = { ...fakeDemo(events, told), findRunningDemo: async () => ADDRESSES };
    const deps = fakeDeps({ demo });
    expect(await main(['demo', 'tour'], deps)).toBe(0);
    expect(deps.out()).toBe('the story\ntry it\n');
    expect(events).toEqual([]);
  });

  it('starts one for the walk when none runs, and ends it', async () => {
    const events: string[] = [];
    const deps = fakeDeps({ demo: fakeDemo(events, told) });
    expect(await main(['demo', 'tour'], deps)).toBe(0);
    expect(events).toEqual(['start {}', 'close']);
    // Commands for a demo that is gone would only fail.
    expect(deps.out()).toBe('the story\n');
    expect(deps.listeners()).toBe(0);
  });

  it('ends with 7 when something went otherwise than the story says', async () => {
    const events: string[] = [];
    const deps = fakeDeps({ demo: fakeDemo(events, broken) });
    expect(await main(['demo', 'tour'], deps)).toBe(7);
    expect(deps.errors()).toContain('it rained');
    expect(events).toEqual(['start {}', 'close']);
  });
});
