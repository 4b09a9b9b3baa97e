import { ISSUER_PRESETS } from '@countersign/core';
import * as server from '@countersign/server';
import { describe, expect, it } from 'vitest';
import { fakeDeps, type World } from '../../fake-deps.ts';
import { main } from '../../main.ts';
import { PRESET_NAMES } from './answers.ts';

const UUID = '00000000-0000-4000-8000-000000000001';
const GITHUB = ['init', '--yes', '--org', 'acme', '--issuer', 'github-actions', '--repo', '456789'];

const world = (more: World = {}) => fakeDeps({ server, ...more });

/** What lint and everything else says of a text. */
async function problemsOf(text: string): Promise<readonly string[]> {
  const loaded = await server.loadConfigFile({
    file: 'countersign.yaml',
    env: { COUNTERSIGN_ADMIN_TOKEN: 'a'.repeat(32) },
    readFile: () => ({ ok: true, value: text }),
  });
  return (loaded.ok ? loaded.value.findings : loaded.error).map(server.formatProblem);
}

describe('init', () => {
  it('writes a configuration that check has nothing to say about, and prints its path', async () => {
    const deps = world();
    expect(await main(GITHUB, deps)).toBe(0);
    expect(deps.out()).toBe('countersign.yaml\ncountersign.schema.json\n');
    expect(deps.written.get('countersign.schema.json')).toBe(server.configJsonSchema());
    const text = deps.written.get('countersign.yaml') ?? '';
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=countersign.schema.json');
    expect(text).toContain('"repository_id": { equals: "456789" }');
    expect(await problemsOf(text)).toEqual([]);
  });

  it('writes no secret, only the name of the variable that holds one', async () => {
    const deps = world({ env: { COUNTERSIGN_ADMIN_TOKEN: 'the-token-of-the-administrator-itself' } });
    await main(GITHUB, deps);
    const text = deps.written.get('countersign.yaml') ?? '';
    expect(text).toContain('admin_token: ${COUNTERSIGN_ADMIN_TOKEN}');
    expect(text).not.toContain('itself');
  });

  it('knows every preset', () => expect(PRESET_NAMES).toEqual(ISSUER_PRESETS.map(({ name }) => name)));

  it.each<[string, ...string[]]>([
    ['github-actions', '--owner', '123456'],
    ['gitlab', '--repo', '8412'],
    [
      'kubernetes',
      '--issuer-url',
      'https://k8s.acme.example',
      '--pin',
      'sub=system:serviceaccount:ci:builder',
    ],
    ['google', '--pin', 'sub=108530000000000000042'],
    [
      'aws',
      '--issuer-url',
      `https://${UUID}.tokens.sts.global.api.aws`,
      '--pin',
      'sub=arn:aws:iam::123456789012:role/ci',
    ],
    ['azure', '--issuer-url', `https://login.microsoftonline.com/${UUID}/v2.0`, '--pin', `oid=${UUID}`],
    [
      'circleci',
      '--issuer-url',
      `https://oidc.circleci.com/org/${UUID}`,
      '--pin',
      `"oidc.circleci.com/project-id"=${UUID}`,
      '"oidc.circleci.com/vcs-origin"=github.com/acme/shop',
    ],
    ['buildkite', '--repo', UUID],
    ['generic', '--issuer-url', 'https://issuer.acme.example', '--pin', 'sub=workload-1'],
  ])('writes for %s what passes check without a warning', async (preset, ...flags) => {
    const deps = world();
    expect(
      await main(['init', '--yes', '--org', 'acme', '--issuer', preset, ...flags], deps),
      deps.errors(),
    ).toBe(0);
    expect(await problemsOf(deps.written.get('countersign.yaml') ?? '')).toEqual([]);
  });

  it('listens where a local address says, and behind a proxy for any other', async () => {
    const local = world();
    await main([...GITHUB, '--url', 'http://localhost:9090'], local);
    expect(local.written.get('countersign.yaml')).toContain('listen: "127.0.0.1:9090"');
    const remote = world();
    await main([...GITHUB, '--url', 'https://sign.acme.example'], remote);
    expect(remote.written.get('countersign.yaml')).toContain('listen: "127.0.0.1:8080"');
  });

  it('replaces nothing without --force', async () => {
    const files = { 'countersign.yaml': 'mine' };
    const deps = world({ files });
    expect(await main(GITHUB, deps)).toBe(2);
    expect(deps.errors()).toContain('--force');
    expect(deps.written.size).toBe(0);
    const forced = world({ files });
    expect(await main([...GITHUB, '--force'], forced)).toBe(0);
    expect(forced.written.has('countersign.yaml')).toBe(true);
  });

  it('says that a flag means nothing before it asks for others', async () => {
    const deps = fakeDeps({ server });
    expect(await main(['init', '--yes', '--org', 'acme', '--issuer', 'circleci', '--repo', 'x'], deps)).toBe(
      2,
    );
    expect(deps.errors()).toContain('mean nothing for circleci');
  });

  it.each<[string, readonly string[], string]>([
    ['an organization in capitals', ['--org', 'Acme'], 'name of an organization'],
    ['a preset that does not exist', ['--issuer', 'github'], 'github-actions'],
    ['a repository by its name', ['--repo', 'acme/shop'], 'id of the repository'],
    ['a repository for a platform without', ['--issuer', 'google'], 'mean nothing for google'],
    ['a placeholder', ['--pin', 'environment=${SECRET}'], 'placeholders'],
    ['a line end', ['--pin', 'environment=a\nb: c'], 'one line'],
    ['a pin without a value', ['--pin', 'environment'], 'claim=value'],
    ['an address with a path', ['--url', 'https://acme.example/sts'], 'without a path'],
    ['an address that is none', ['--url', 'acme.example'], 'address of the service'],
    ['an issuer that is none', ['--issuer-url', 'file:///etc/passwd'], 'URL of an issuer'],
    ['a claim that no token has', ['--pin', 'reff=main'], 'reff'],
  ])('refuses %s and writes nothing', async (_name, flags, said) => {
    const deps = world();
    expect(await main([...GITHUB, ...flags], deps)).toBe(2);
    expect(deps.errors()).toContain(said);
    expect(deps.written.size).toBe(0);
  });

  it('says which flags are missing when nothing may be asked', async () => {
    const deps = world();
    expect(await main(['init', '--yes', '--org', 'acme'], deps)).toBe(2);
    expect(deps.errors()).toContain('--issuer PRESET');
  });

  it('ends with commands that can be run as they stand', async () => {
    const deps = world();
    await main([...GITHUB, '--url', 'https://sign.acme.example'], deps);
    expect(deps.errors()).toContain(
      'countersign exchange --url https://sign.acme.example --org acme --token-file id-token',
    );
  });

  it('without a terminal asks nothing, and says how to go on', async () => {
    const deps = world();
    expect(await main(['init'], deps)).toBe(2);
    expect(deps.errors()).toContain('Give --yes');
  });

  it('asks on a terminal, five questions at most', async () => {
    const answers = [
      'acme',
      'kubernetes',
      'https://k8s.acme.example',
      'system:serviceaccount:ci:builder',
      '',
    ];
    const deps = world({ answers });
    expect(await main(['init'], deps), deps.errors()).toBe(0);
    expect(deps.errors()).toContain('Public address of this service [http://localhost:8080]: ');
    expect(await problemsOf(deps.written.get('countersign.yaml') ?? '')).toEqual([]);
  });

  it('leaves out what has a good default when five are asked already', async () => {
    const answers = [
      'acme',
      'circleci',
      `https://oidc.circleci.com/org/${UUID}`,
      UUID,
      'github.com/acme/shop',
      'a sixth',
    ];
    const deps = world({ answers });
    expect(await main(['init'], deps), deps.errors()).toBe(0);
    expect(deps.errors()).not.toContain('Public address');
  });

  it('asks again when an answer is none, and gives up after three', async () => {
    const again = world({ answers: ['Not A Name', 'acme', 'github-actions', '456789', ''] });
    expect(await main(['init'], again), again.errors()).toBe(0);
    const never = world({ answers: ['A', 'B', 'C', 'acme'] });
    expect(await main(['init'], never)).toBe(2);
    expect(never.errors()).toContain('--org NAME');
  });

  it('asks only for what no flag says', async () => {
    const deps = world({ answers: ['456789'] });
    const flags = ['--org', 'acme', '--issuer', 'github-actions', '--url', 'http://localhost:8080'];
    expect(await main(['init', ...flags], deps), deps.errors()).toBe(0);
  });

  it('ends with 2 at the end of input', async () => {
    const deps = world({ answers: [] });
    expect(await main(['init'], deps)).toBe(2);
    expect(deps.written.size).toBe(0);
  });
});
