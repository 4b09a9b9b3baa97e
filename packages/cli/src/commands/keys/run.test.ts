import { describe, expect, it } from 'vitest';
import { fakeDeps, type FakeDeps } from '../../fake-deps.ts';
import { main } from '../../main.ts';

const env = { COUNTERSIGN_URL: 'https://sign.acme.example', COUNTERSIGN_ADMIN_TOKEN: 'admin' };
const RING = {
  ring: 'access',
  keys: [
    { kid: 'k1', state: 'active', created: 1_790_000_000, activated: 1_790_086_400 },
    { kid: 'k2\u001b[2J', state: 'next', created: 1_790_086_400 },
  ],
};

interface Seen {
  readonly url: unknown;
  readonly init: RequestInit;
}

function answering(status: number, body?: unknown): { readonly deps: FakeDeps; readonly seen: Seen[] } {
  const seen: Seen[] = [];
  const deps = fakeDeps({
    env,
    fetch: async (url, init) => {
      seen.push({ url, init: init ?? {} });
      return status === 204 ? new Response(null, { status }) : Response.json(body, { status });
    },
  });
  return { deps, seen };
}

describe('keys', () => {
  it('list asks as the administrator and prints a line a key', async () => {
    const { deps, seen } = answering(200, { rings: [RING, { ring: 'checksum', keys: [] }] });
    expect(await main(['keys', 'list'], deps)).toBe(0);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      url: 'https://sign.acme.example/api/keys',
      init: { method: 'GET', redirect: 'manual', headers: { authorization: 'Bearer admin' } },
    });
    expect(deps.out()).toBe(
      [
        'access',
        '  active   k1  created 2026-09-21T14:13:20.000Z  activated 2026-09-22T14:13:20.000Z',
        '  next     k2?[2J  created 2026-09-22T14:13:20.000Z',
        'checksum',
        '  no keys',
        '',
      ].join('\n'),
    );
  });

  it('list prints the answer as JSON', async () => {
    const { deps } = answering(200, { rings: [RING] });
    await main(['keys', 'list', '-o', 'json'], deps);
    expect(JSON.parse(deps.out())).toEqual({ rings: [RING] });
  });

  it.each([
    [[], false],
    [['--force'], true],
  ])('rotate %j sends force %j and prints the ring', async (flags, force) => {
    const { deps, seen } = answering(200, RING);
    expect(await main(['keys', 'rotate', 'access', ...flags], deps)).toBe(0);
    expect(seen[0]).toMatchObject({
      url: 'https://sign.acme.example/api/keys/access/rotate',
      init: { method: 'POST' },
    });
    expect(JSON.parse(seen[0]?.init.body as string)).toEqual({ force });
    expect(deps.out()).toContain('active   k1');
  });

  it('rotate says what the server says of a next key that is too young', async () => {
    const { deps } = answering(409, { code: 409, message: 'Too young\u001b[1A.' });
    expect(await main(['keys', 'rotate', 'access'], deps)).toBe(2);
    expect(deps.errors()).toBe('countersign: the server says: Too young?[1A.\n');
  });

  it('revoke says that it is done, on standard error', async () => {
    const { deps, seen } = answering(204);
    expect(await main(['keys', 'revoke', 'assertion', 'k_1-A'], deps)).toBe(0);
    expect(seen[0]?.url).toBe('https://sign.acme.example/api/keys/assertion/k_1-A/revoke');
    expect(deps.out()).toBe('');
    expect(deps.errors()).toContain('revoked');
  });

  it.each([
    ['keys', 'revoke', 'access', '../../orgs/acme'],
    ['keys', 'revoke', '..', 'k1'],
    ['keys', 'rotate', 'a/b'],
    ['keys', 'rotate', ''],
    ['keys', 'revoke', 'access', 'k'.repeat(129)],
  ])('sends nothing for %s %s %s', async (...args) => {
    const { deps, seen } = answering(204);
    expect(await main(args, deps)).toBe(2);
    expect(seen).toEqual([]);
  });

  it.each([
    [401, { code: 401, message: 'no' }, 4],
    [403, { code: 403, message: 'no' }, 3],
    [404, { code: 404, message: 'No such ring.' }, 2],
    [404, 'a page of somebody else', 6],
    [302, {}, 6],
    [503, { code: 503, message: 'later' }, 6],
  ])('ends after an answer of %i %j with %i', async (status, body, exitCode) => {
    const { deps } = answering(status, body);
    expect(await main(['keys', 'rotate', 'access'], deps)).toBe(exitCode);
    expect(deps.out()).toBe('');
  });

  it('ends with 4 without an administrator', async () => {
    const deps = fakeDeps({ env: { COUNTERSIGN_URL: 'https://sign.acme.example' } });
    expect(await main(['keys', 'list'], deps)).toBe(4);
  });
});

describe('keys reset', () => {
  const resetting = (answer: unknown) => {
    const asked: unknown[] = [];
    const deps = fakeDeps({
      server: {
        findConfigFile: (flag) => flag ?? 'none',
        resetKeysOfStorage: (async (options: unknown) => {
          asked.push(options);
          return answer;
        }) as never,
      },
    });
    return { deps, asked };
  };

  it('does nothing without --yes, and says what stops working', async () => {
    const { deps, asked } = resetting({ ok: true, value: undefined });
    expect(await main(['keys', 'reset', '--config', 'c.yaml'], deps)).toBe(2);
    expect(asked).toEqual([]);
    expect(deps.errors()).toContain('Signed access tokens stop working');
  });

  it('resets what the configuration names', async () => {
    const { deps, asked } = resetting({ ok: true, value: undefined });
    expect(await main(['keys', 'reset', '--config', 'c.yaml', '--yes'], deps)).toBe(0);
    expect(asked).toEqual([{ configFile: 'c.yaml', env: {} }]);
    expect(deps.errors()).toContain('Every key ring is new.');
  });

  it('ends with 2 while a server runs', async () => {
    const { deps } = resetting({ ok: false, error: { kind: 'storage', message: 'a server runs' } });
    expect(await main(['keys', 'reset', '--yes'], deps)).toBe(2);
    expect(deps.errors()).toContain('a server runs');
  });
});
