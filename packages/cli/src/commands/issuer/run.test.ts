import { describe, expect, it } from 'vitest';
import type { ServerPackage } from '../../deps.ts';
import { fakeDeps } from '../../fake-deps.ts';
import { main } from '../../main.ts';

const GITHUB = 'https://token.actions.githubusercontent.com';
const GOOD = {
  ok: true,
  fetches: [
    {
      url: `${GITHUB}/.well-known/openid-configuration`,
      addresses: [{ address: '192.0.2.1', class: 'public', allowed: true }],
      certificate: { thumbprint: 'ab', expiresAt: 3 * 86_400_000, trustedBy: 'authority' },
      status: 200,
      bytes: 300,
    },
  ],
  issuer: GITHUB,
  jwksUri: `${GITHUB}/jwks`,
  keys: [
    { kid: 'k1\u001b[2J', kty: 'RSA', bits: 2048, algorithm: 'RS256' },
    { kid: 'k2', kty: 'oct', fault: 'secret' },
  ],
};

function world(probe: unknown, files: Readonly<Record<string, string>> = {}) {
  const asked: unknown[] = [];
  const server = {
    certificatesFault: (text: string) => (text === 'PEM' ? undefined : 'expected a PEM file'),
    probeIssuer: async (_deps: unknown, probed: unknown) => {
      asked.push(probed);
      return probe;
    },
  } as unknown as Partial<ServerPackage>;
  return { deps: fakeDeps({ server, files }), asked };
}

describe('issuer test', () => {
  it('says what was seen, and what the platform’s preset would pin', async () => {
    const { deps, asked } = world(GOOD);
    expect(await main(['issuer', 'test', GITHUB], deps)).toBe(0);
    expect(asked).toEqual([{ url: GITHUB, allowPrivate: false, thumbprints: [] }]);
    expect(deps.out()).toContain(`OK  ${GITHUB}\n`);
    expect(deps.out()).toContain('192.0.2.1 (public)');
    expect(deps.out()).toContain('expires in 3 days, trusted by an authority');
    expect(deps.out()).toContain('✓ key k1?[2J  RSA 2048 RS256\n');
    expect(deps.out()).toContain('✗ key k2  oct left out: secret\n');
    expect(deps.out()).toContain('pins one of repository_id');
  });

  it('prints the same as JSON, and no preset for an issuer that is of none', async () => {
    const { deps } = world(GOOD);
    await main(['issuer', 'test', GITHUB, '-o', 'json'], deps);
    expect(JSON.parse(deps.out())).toMatchObject({
      url: GITHUB,
      ok: true,
      preset: { name: 'github-actions' },
    });
    const other = world(GOOD);
    await main(['issuer', 'test', 'https://issuer.acme.example', '-o', 'json'], other.deps);
    expect(JSON.parse(other.deps.out())).not.toHaveProperty('preset');
  });

  it('probes the way that the configuration would have it', async () => {
    const { deps, asked } = world(GOOD, { 'ca.pem': 'PEM', 'keys.json': 'JWKS' });
    const thumbprint = 'AB:'.repeat(31) + 'AB';
    const flags = [
      '--ca',
      'ca.pem',
      '--jwks',
      'keys.json',
      '--allow-private',
      '--proxy',
      'http://proxy:3128',
    ];
    await main(['issuer', 'test', GITHUB, ...flags, '--thumbprint', thumbprint], deps);
    expect(asked).toEqual([
      {
        url: GITHUB,
        allowPrivate: true,
        thumbprints: ['ab'.repeat(32)],
        ca: 'PEM',
        jwks: 'JWKS',
        proxy: 'http://proxy:3128',
      },
    ]);
  });

  it('ends with 2 for authorities that the configuration would refuse, and probes nothing', async () => {
    const { deps, asked } = world(GOOD, { 'ca.pem': 'a page about certificates' });
    expect(await main(['issuer', 'test', GITHUB, '--ca', 'ca.pem'], deps)).toBe(2);
    expect(deps.errors()).toContain('--ca: expected a PEM file');
    expect(asked).toEqual([]);
  });

  it.each([
    ['name', 5],
    ['connection', 5],
    ['time', 5],
    ['address', 7],
    ['certificate', 7],
    ['issuer', 7],
    ['status', 7],
    ['unusable', 7],
  ])('ends for %s with %i', async (reason, exitCode) => {
    const { deps } = world({ ok: false, fetches: [], keys: [], failure: { step: 'discovery', reason } });
    expect(await main(['issuer', 'test', GITHUB], deps)).toBe(exitCode);
    expect(deps.out()).toContain('FAILED');
    expect(deps.errors()).toContain('discovery: ');
  });

  it.each([
    ['acme.example'],
    ['file:///etc/passwd'],
    [GITHUB, '--thumbprint', 'ab'],
    [GITHUB, '--proxy', 'https://proxy'],
    [GITHUB, '--ca', 'absent.pem'],
  ])('refuses %s %s %s', async (...args) => {
    const { deps, asked } = world(GOOD);
    expect(await main(['issuer', 'test', ...args], deps)).toBe(2);
    expect(asked).toEqual([]);
  });
});
