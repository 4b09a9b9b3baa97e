import { describe, expect, it } from 'vitest';
import type { ServerPackage } from '../../deps.ts';
import { fakeDeps } from '../../fake-deps.ts';
import { main } from '../../main.ts';

type StartServer = ServerPackage['startServer'];

function server(startServer: StartServer): Partial<ServerPackage> {
  return {
    findConfigFile: (flag) => flag ?? 'countersign.yaml',
    formatProblem: (problem) => `${problem.message}!`,
    startServer,
  };
}

const failing = (error: unknown): StartServer =>
  (async () => ({ ok: false, error })) as unknown as StartServer;

describe('serve', () => {
  it('runs what --config names until it is interrupted, then closes and ends with 0', async () => {
    const events: string[] = [];
    const env = { COUNTERSIGN_URL: 'x' };
    const deps = fakeDeps({
      env,
      server: server(async (options) => {
        expect(options).toMatchObject({ configFile: 'my.yaml', env });
        events.push('started');
        const close = async (): Promise<void> => void events.push('closed');
        const reload = async (): Promise<void> => void events.push('reloaded');
        return { ok: true, value: { url: 'http://x', address: '127.0.0.1:1', close, reload } };
      }),
    });
    const exitCode = main(['serve', '--config', 'my.yaml'], deps);
    await expect.poll(() => deps.listeners()).toBe(2);
    expect(events).toEqual(['started']);
    deps.hangup();
    expect(events).toEqual(['started', 'reloaded']);
    deps.interrupt();
    expect(await exitCode).toBe(0);
    expect(events).toEqual(['started', 'reloaded', 'closed']);
    expect(deps.listeners()).toBe(0);
    expect(deps.out()).toBe('');
  });

  it('says every problem of a configuration and ends with 2', async () => {
    const problems = [{ message: 'one' }, { message: 'two' }];
    const deps = fakeDeps({ server: server(failing({ kind: 'configuration', problems })) });
    expect(await main(['serve'], deps)).toBe(2);
    expect(deps.errors()).toBe('countersign: the configuration has 2 problems.\n  one!\n  two!\n');
  });

  it.each(['storage', 'keys', 'listen'])('ends with 2 when %s is not to be had', async (kind) => {
    const deps = fakeDeps({ server: server(failing({ kind, message: 'it is taken' })) });
    expect(await main(['serve'], deps)).toBe(2);
    expect(deps.errors()).toBe('countersign: it is taken\n');
  });
});
