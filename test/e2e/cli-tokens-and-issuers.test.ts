import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countersign } from '../support/command.ts';
import { ADMIN_TOKEN, startHouse, type House } from './house.ts';

let house: House;
let folder: string;
beforeAll(async () => {
  house = await startHouse();
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
});
afterAll(async () => {
  await house.dispose();
  await rm(folder, { recursive: true });
});

const claims = { aud: 'urn:pulumi:org:acme', sub: 'repo:acme/shop:ref:refs/heads/main' };
const env = (): Record<string, string> => ({
  COUNTERSIGN_ADMIN_TOKEN: ADMIN_TOKEN,
  COUNTERSIGN_URL: `http://localhost:${house.server.port}`,
});
const run = (args: readonly string[], input = '') =>
  countersign(args, { cwd: house.server.folder, env: env(), input });

describe('token inspect', () => {
  it('verifies with what the issuer publishes, which hears nothing of the token', async () => {
    const token = await house.ci.mint(claims);
    const { status, out, errors } = await run(
      ['token', 'inspect', '-', '--fetch', '--allow-private', '-o', 'json'],
      token,
    );
    expect(status, errors).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ signature: 'valid', problems: [], claims });
    expect(
      [...house.ci.requests.keys()].filter((path) => !/(openid-configuration|jwks)$/.test(path)),
    ).toEqual([]);
  });

  it('reaches no private address unless it may', async () => {
    const { status, out } = await run(
      ['token', 'inspect', '-', '--fetch', '-o', 'json'],
      await house.ci.mint(claims),
    );
    expect(status).toBe(5);
    expect(JSON.parse(out)).toMatchObject({ signature: 'unknown' });
  });

  it('ends with 3 for a token that its issuer did not sign', async () => {
    const foreign = await house.foreign.mint(claims, { issuer: house.ci.url });
    const { status, out } = await run(
      ['token', 'inspect', '-', '--fetch', '--allow-private', '-o', 'json'],
      foreign,
    );
    expect(status).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ signature: 'invalid' });
  });
});

describe('issuer test', () => {
  it('sees what the server sees', async () => {
    const { status, out, errors } = await run([
      'issuer',
      'test',
      house.cluster.url,
      '--allow-private',
      '-o',
      'json',
    ]);
    expect(status, errors).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      issuer: house.cluster.url,
      keys: [{ kid: 'key-1', algorithm: 'ES256' }],
    });
  });

  it.each([
    ['for a private address that nobody has opened', [], '', 7],
    ['for an issuer that is not there', ['--allow-private'], '/absent', 7],
  ])('fails %s', async (_name, flags, path, expected) => {
    const { status, errors } = await run(['issuer', 'test', `${house.ci.url}${path}`, ...flags]);
    expect(status).toBe(expected);
    expect(errors).toContain('could not be verified');
  });

  it('ends with 5 when nobody answers', async () =>
    expect((await run(['issuer', 'test', 'http://127.0.0.1:1', '--allow-private'])).status).toBe(5));
});

describe('explain', () => {
  it('offline says what the configuration makes of a token', async () => {
    const token = await house.ci.mint({ ...claims, event_name: 'pull_request' });
    const asked = ['explain', '--offline', '--token-file', '-', '--type', 'team', '--scope', 'team:platform'];
    const { status, out, errors } = await run([...asked, '-o', 'json'], token);
    expect(status, errors).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      effect: 'deny',
      code: 'policy.refused',
      issuer: 'acme/ci',
      steps: [
        { step: 'format', outcome: 'passed' },
        { step: 'issuer', outcome: 'passed' },
        { step: 'signature', outcome: 'unknown' },
        { step: 'claims', outcome: 'passed' },
        { step: 'policy', outcome: 'failed' },
      ],
    });
    expect(out).not.toContain(token);
    const good = await run(asked, await house.ci.mint(claims));
    expect(good.out).toContain('ALLOWED, provided that its signature is good');
  });

  it('says the same of claims, online and offline', async () => {
    const asked = ['explain', '--issuer', 'acme/ci', '--claims', JSON.stringify(claims), '-o', 'json'];
    const online = await run([...asked, '--type', 'team', '--scope', 'team:platform']);
    const offline = await run([...asked, '--type', 'team', '--scope', 'team:platform', '--offline']);
    expect(online.status, online.errors).toBe(0);
    expect(offline.status, offline.errors).toBe(0);
    const [one, other] = [online, offline].map(({ out }) => JSON.parse(out) as Record<string, unknown>);
    expect(one).toMatchObject({ effect: 'allow', issuer: 'acme/ci' });
    expect({ effect: other?.['effect'], explanation: other?.['explanation'] }).toEqual({
      effect: one?.['effect'],
      explanation: one?.['explanation'],
    });
  });

  it('of a token from an issuer that nobody trusts names no issuer', async () => {
    const token = await house.ci.mint(claims, { issuer: 'https://evil.example' });
    const { out } = await run(['explain', '--offline', '--token-file', '-', '-o', 'json'], token);
    expect(JSON.parse(out)).toMatchObject({ effect: 'deny', code: 'token.not_trusted', rules: [] });
  });
});

describe('init', () => {
  it('writes what check and serve take, for its owner alone', async () => {
    const args = ['init', '--yes', '--org', 'acme', '--issuer', 'github-actions', '--repo', '456789'];
    const made = await countersign(args, { cwd: folder });
    expect(made.status, made.errors).toBe(0);
    expect(made.out).toBe('countersign.yaml\ncountersign.schema.json\n');
    expect((await stat(join(folder, 'countersign.yaml'))).mode & 0o777).toBe(0o600);
    const checked = await countersign(['check'], {
      cwd: folder,
      env: { COUNTERSIGN_ADMIN_TOKEN: ADMIN_TOKEN },
    });
    expect(checked).toEqual({
      status: 0,
      errors: '',
      out: 'ok  countersign.yaml: 1 organization, 1 issuer, 2 policies, 0 identity providers, 0 routes\n',
    });
    const again = await countersign(args, { cwd: folder });
    expect(again.status).toBe(2);
    expect(again.errors).toContain('--force');
  });

  it('hangs on no question where nobody answers', async () => {
    await writeFile(join(folder, 'empty'), '');
    const asked = await countersign(['init', '--file', 'other.yaml'], { cwd: folder });
    expect(asked.status).toBe(2);
  });
});
