import { describe, expect, it } from 'vitest';
import type { ServerPackage } from '../../deps.ts';
import { fakeDeps } from '../../fake-deps.ts';
import { main } from '../../main.ts';

const env = { COUNTERSIGN_URL: 'https://sign.acme.example', COUNTERSIGN_ADMIN_TOKEN: 'admin' };
const DENIED = {
  effect: 'deny',
  code: 'token.expired',
  issuer: 'acme/github',
  subject: 'repo:acme/shop\u001b[2J',
  steps: [
    { step: 'format', outcome: 'passed', message: 'a signed token, RS256' },
    { step: 'signature', outcome: 'unknown', message: 'not verified' },
    { step: 'claims', outcome: 'failed', code: 'token.expired', message: 'over\r\u202e' },
  ],
  trace: { determining: [], nearest: [{ rule: 'policies[0]' }] },
  rules: [
    { rule: 'policies[0]', effect: 'allow', outcome: false },
    { rule: 'policies[1]', effect: 'deny', mode: 'audit', outcome: true },
  ],
  explanation: ['Denied.'],
};

function offline(answer: unknown, files: Readonly<Record<string, string>> = {}) {
  const asked: unknown[] = [];
  const server = {
    findConfigFile: (flag: string | undefined) => flag ?? 'none',
    explainOffline: async (options: unknown) => {
      asked.push(options);
      return answer;
    },
  } as unknown as Partial<ServerPackage>;
  // No network: a request would end the test.
  return { deps: fakeDeps({ server, files, env, now: () => 5_000 }), asked };
}

describe('explain --offline of a token', () => {
  it('asks the configuration, step by step, and sends nothing', async () => {
    const { deps, asked } = offline({ ok: true, value: DENIED }, { token: 'a.b.c\n' });
    const flags = [
      '--offline',
      '--token-file',
      'token',
      '--config',
      'c.yaml',
      '--type',
      'team',
      '--scope',
      'team:x',
    ];
    expect(await main(['explain', ...flags], deps)).toBe(0);
    expect(asked).toEqual([
      {
        configFile: 'c.yaml',
        env,
        now: 5,
        question: { kind: 'token', token: 'a.b.c', type: 'team', scope: 'team:x' },
      },
    ]);
    expect(deps.out().split('\n')).toEqual([
      'REFUSED',
      '  code           token.expired',
      '  issuer         acme/github',
      '  subject        repo:acme/shop?[2J',
      '',
      '  ✓ format     a signed token, RS256',
      '  ? signature  not verified',
      '  ✗ claims     over??',
      '',
      '  Denied.',
      '',
      '  policies[1] (deny, audit) matched',
      '',
    ]);
    expect(deps.out()).not.toContain('a.b.c');
  });

  it('does not call allowed what only might be', async () => {
    const unverified = { ...DENIED, effect: 'allow', steps: [DENIED.steps[1]] };
    const { deps } = offline({ ok: true, value: unverified }, { token: 'a.b.c' });
    await main(['explain', '--offline', '--token-file', 'token'], deps);
    expect(deps.out()).toContain('ALLOWED, provided that its signature is good\n');
  });

  it('says what is wrong with the question, and ends with 2', async () => {
    const { deps } = offline(
      { ok: false, error: { kind: 'question', message: 'which organization?' } },
      { token: 't' },
    );
    expect(await main(['explain', '--offline', '--token-file', 'token'], deps)).toBe(2);
    expect(deps.errors()).toContain('which organization?');
  });
});

describe('explain of claims', () => {
  const CLAIMS = '{"sub":"repo:acme/shop"}';

  it.each([
    ['on the command line', [CLAIMS], {}],
    ['in a file', ['claims.json'], { 'claims.json': CLAIMS }],
  ])('%s asks the configuration offline', async (_name, [claims = ''], files) => {
    const { deps, asked } = offline({ ok: true, value: DENIED }, files);
    expect(await main(['explain', '--offline', '--issuer', 'acme/github', '--claims', claims], deps)).toBe(0);
    expect(asked).toMatchObject([
      {
        question: {
          kind: 'claims',
          issuer: 'acme/github',
          claims: { sub: 'repo:acme/shop' },
          type: 'organization',
          scope: '',
        },
      },
    ]);
  });

  it('asks a server as its administrator', async () => {
    const seen: (readonly [unknown, RequestInit | undefined])[] = [];
    const deps = fakeDeps({
      env,
      fetch: async (url, init) => {
        seen.push([url, init]);
        return Response.json({
          effect: 'allow',
          targetExists: false,
          explanation: ['Allowed by policies[0].'],
        });
      },
    });
    const flags = ['--issuer', 'acme/github', '--claims', CLAIMS, '--type', 'team', '--scope', 'team:gone'];
    expect(await main(['explain', ...flags], deps)).toBe(0);
    expect(seen[0]?.[0]).toBe('https://sign.acme.example/api/orgs/acme/explain');
    expect(seen[0]?.[1]).toMatchObject({ method: 'POST', headers: { authorization: 'Bearer admin' } });
    expect(JSON.parse(seen[0]?.[1]?.body as string)).toEqual({
      issuer: 'acme/github',
      claims: { sub: 'repo:acme/shop' },
      request: { type: 'team', scope: 'team:gone' },
    });
    expect(deps.out()).toContain('the organization has no such target');
  });

  it('says that a disabled issuer vouches for nobody, whatever its policies say', async () => {
    const answer = { effect: 'allow', issuerEnabled: false, targetExists: true, explanation: [] };
    const deps = fakeDeps({ env, fetch: async () => Response.json(answer) });
    expect(await main(['explain', '--issuer', 'acme/github', '--claims', CLAIMS], deps)).toBe(0);
    expect(deps.out()).toContain('the issuer is disabled: it would be refused');
  });

  it.each<[string, readonly string[], string]>([
    ['no issuer', ['--claims', CLAIMS], '--issuer'],
    ['no organization', ['--claims', CLAIMS, '--issuer', 'github'], 'ORGANIZATION/NAME'],
    ['a list', ['--issuer', 'acme/github', '--claims', '-'], 'not a JSON object'],
    [
      'a type that does not exist',
      ['--issuer', 'acme/github', '--claims', CLAIMS, '--type', 'admin'],
      'no token type',
    ],
    [
      'a token as well',
      ['--issuer', 'a/b', '--claims', CLAIMS, '--offline', '--token-file', 'x'],
      'not both',
    ],
    [
      'an issuer of nothing',
      ['--issuer', 'a/b', '--offline', '--token-file', 'x'],
      '--issuer goes with --claims',
    ],
    ['no token', ['--offline'], 'which token?'],
    [
      'a configuration without --offline',
      ['--claims', CLAIMS, '--issuer', 'a/b', '--config', 'x'],
      'goes with --offline',
    ],
  ])('refuses %s and asks nobody', async (_name, flags, said) => {
    const { deps, asked } = offline({ ok: true, value: DENIED });
    expect(await main(['explain', ...flags], deps)).toBe(2);
    expect(deps.errors()).toContain(said);
    expect(asked).toEqual([]);
  });
});
