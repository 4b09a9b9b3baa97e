import { describe, expect, it } from 'vitest';
import type { ServerPackage } from '../../deps.ts';
import { fakeDeps, type FakeDeps } from '../../fake-deps.ts';
import { main } from '../../main.ts';

const ID = `dec_${'0'.repeat(26)}`;
const env = { COUNTERSIGN_URL: 'https://sign.acme.example', COUNTERSIGN_ADMIN_TOKEN: 'admin' };
const DECISION = {
  id: ID,
  time: '2026-11-22T13:05:05Z',
  kind: 'exchange',
  effect: 'deny',
  code: 'policy.refused',
  subject: 'repo:acme/shop:pull_request',
  explanation: ['Denied by github/2.', 'github/2 (deny) matched'],
};

const answering = (status: number, body: unknown): FakeDeps =>
  fakeDeps({ env, fetch: async () => Response.json(body, { status }) });

describe('explain', () => {
  it('prints what was decided and why', async () => {
    const deps = answering(200, DECISION);
    expect(await main(['explain', ID], deps)).toBe(0);
    expect(deps.out()).toBe(
      [
        'REFUSED',
        `  id             ${ID}`,
        '  time           2026-11-22T13:05:05Z',
        '  kind           exchange',
        '  code           policy.refused',
        '  subject        repo:acme/shop:pull_request',
        '',
        '  Denied by github/2.',
        '  github/2 (deny) matched',
        '',
      ].join('\n'),
    );
  });

  it('prints the answer of the server as JSON', async () => {
    const deps = answering(200, DECISION);
    await main(['explain', ID, '-o', 'json'], deps);
    expect(JSON.parse(deps.out())).toEqual(DECISION);
  });

  it('shows the token to the server it was meant for alone', async () => {
    const seen: (readonly [unknown, RequestInit | undefined])[] = [];
    const deps = fakeDeps({
      env,
      fetch: async (url, init) => {
        seen.push([url, init]);
        return new Response('', { status: 302, headers: { location: 'https://evil.example' } });
      },
    });
    expect(await main(['explain', ID], deps)).toBe(6);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.[0]).toBe(`https://sign.acme.example/api/decisions/${ID}`);
    expect(seen[0]?.[1]).toMatchObject({ redirect: 'manual', headers: { authorization: 'Bearer admin' } });
  });

  it.each([
    [401, 4],
    [403, 3],
    [404, 2],
    [500, 6],
    [503, 6],
  ])('ends after an answer of %i with %i', async (status, exitCode) => {
    const deps = answering(status, { code: status, message: 'no' });
    expect(await main(['explain', ID], deps)).toBe(exitCode);
    expect(deps.out()).toBe('');
  });

  it.each([
    [[], 'of the site'],
    [['--org', 'acme'], 'of that organization'],
  ])('says whose administrator it takes: %j', async (flags, whose) => {
    const deps = answering(403, { code: 403, message: 'no' });
    await main(['explain', ID, ...flags], deps);
    expect(deps.errors()).toContain(`takes an administrator ${whose}`);
  });

  it('cannot have its lines moved or turned around by a claim', async () => {
    const deps = answering(200, { ...DECISION, subject: 'a\u001b[1A\r\u202eb', explanation: ['\n✓ forged'] });
    await main(['explain', ID], deps);
    expect(deps.out()).toContain('subject        a?[1A??b\n');
    expect(deps.out()).toContain('\n  ?✓ forged\n');
  });

  it('reads storage offline and never the network', async () => {
    const server = {
      findConfigFile: (flag: string | undefined) => flag ?? 'none',
      explainFromStorage: async (asked: { configFile: string }) => ({
        ok: true,
        value: asked.configFile === 'c.yaml' ? DECISION : undefined,
      }),
    } as unknown as Partial<ServerPackage>;
    const deps = fakeDeps({ server });
    expect(await main(['explain', ID, '--offline', '--config', 'c.yaml', '-o', 'json'], deps)).toBe(0);
    expect(JSON.parse(deps.out())).toEqual(DECISION);
    const other = fakeDeps({ server });
    expect(await main(['explain', ID, '--offline'], other)).toBe(2);
    expect(other.errors()).toContain(`there is no decision ${ID} here`);
  });
});
