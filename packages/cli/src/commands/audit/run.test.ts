import { describe, expect, it } from 'vitest';
import type { ServerPackage } from '../../deps.ts';
import { fakeDeps } from '../../fake-deps.ts';
import { main } from '../../main.ts';

type Server = Partial<ServerPackage>;

const VERIFIED = {
  ok: true,
  events: 7,
  erased: 0,
  writers: 1,
  checkpoints: 2,
  notes: ['Nothing\u001b[2J else.'],
};

function world(answer: unknown, files: Readonly<Record<string, string>> = {}) {
  const asked: unknown[] = [];
  const server = {
    findConfigFile: (flag: string | undefined) => flag ?? 'none',
    verifyAuditFromStorage: async (options: unknown) => {
      asked.push(options);
      return answer;
    },
    exportAuditFromStorage: async (options: unknown, write: (line: string) => Promise<void>) => {
      asked.push(options);
      for (const line of ['{"n":1}', '{"n":2}']) await write(line);
      return answer;
    },
  } as unknown as Server;
  return { deps: fakeDeps({ server, files, now: () => 1_790_000_000_000 }), asked };
}

describe('audit verify', () => {
  it('says what is proved and what is not', async () => {
    const { deps, asked } = world({ ok: true, value: VERIFIED });
    expect(await main(['audit', 'verify', '--config', 'c.yaml'], deps)).toBe(0);
    expect(asked).toEqual([{ configFile: 'c.yaml', env: {}, now: 1_790_000_000 }]);
    expect(deps.out()).toContain('OK  7 events of 1 chain fit');
    expect(deps.out()).toContain('Not proved\n  Nothing?[2J else.');
  });

  it('holds it against checkpoints that were kept elsewhere', async () => {
    const { deps, asked } = world(
      { ok: true, value: { ...VERIFIED, provenUpTo: '2026-11-22T00:00:00Z' } },
      { kept: 'eyJa.b.c' },
    );
    expect(await main(['audit', 'verify', '--since', 'kept'], deps)).toBe(0);
    expect(asked).toMatchObject([{ since: 'eyJa.b.c' }]);
    expect(deps.out()).toContain('until 2026-11-22T00:00:00Z, by a checkpoint from elsewhere');
  });

  it('ends with 7 at the first record that does not fit, and names it', async () => {
    const broken = { writer: 'w1', n: 4, event: 'evt_1', what: 'the payload is another' };
    const { deps } = world({ ok: true, value: { ok: false, broken } });
    expect(await main(['audit', 'verify'], deps)).toBe(7);
    expect(deps.out()).toBe(
      'BROKEN  the payload is another\n  event        evt_1\n  writer       w1\n  link         4\n',
    );
    const json = world({ ok: true, value: { ok: false, broken } });
    expect(await main(['audit', 'verify', '-o', 'json'], json.deps)).toBe(7);
    expect(JSON.parse(json.deps.out())).toEqual({ ok: false, broken });
  });

  it('ends with 2 when it cannot look, so that nobody takes it for a broken trail', async () => {
    const { deps } = world({ ok: false, error: { kind: 'storage', message: 'no database' } });
    expect(await main(['audit', 'verify'], deps)).toBe(2);
    expect(await main(['audit', 'verify', '--since', 'absent'], world({}).deps)).toBe(2);
    const wrong = world({ ok: true, value: VERIFIED }, { notes: 'no checkpoint in here' });
    expect(await main(['audit', 'verify', '--since', 'notes'], wrong.deps)).toBe(2);
    expect(wrong.asked).toEqual([]);
  });
});

describe('audit export', () => {
  it('prints a line an event', async () => {
    const { deps, asked } = world({ ok: true, value: undefined });
    const range = ['--since', '2026-11-01', '--until', '2026-11-22T13:05:05+01:00'];
    expect(await main(['audit', 'export', ...range], deps)).toBe(0);
    expect(asked).toMatchObject([{ since: Date.UTC(2026, 10, 1), until: Date.UTC(2026, 10, 22, 12, 5, 5) }]);
    expect(deps.out()).toBe('{"n":1}\n{"n":2}\n');
  });

  it.each([
    ['--since', 'yesterday'],
    ['--since', '2026-13-01'],
    ['--until', '11/22/2026'],
    ['--until', '2026-11-22T13:05:05'],
    ['--since', '2026-11-02', '--until', '2026-11-01'],
  ])('refuses %s %s %s %s', async (...flags) => {
    const { deps, asked } = world({ ok: true, value: undefined });
    expect(await main(['audit', 'export', ...flags], deps)).toBe(2);
    expect(asked).toEqual([]);
  });
});
