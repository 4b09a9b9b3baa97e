import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as server from '@countersign/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeDeps } from '../../fake-deps.ts';
import { main } from '../../main.ts';

let directory: string;
beforeAll(async () => (directory = await mkdtemp(join(tmpdir(), 'check-'))));
afterAll(() => rm(directory, { recursive: true }));

async function file(text: string): Promise<string> {
  const path = join(directory, 'countersign.yaml');
  await writeFile(path, text);
  return path;
}

const GOOD = `listen: 127.0.0.1:8080
url: http://localhost:8080
storage: 'sqlite::memory:'
organizations:
  - name: acme
    issuers:
      - name: ci
        url: https://ci.example
        policies:
          - { decision: allow, token_type: organization, rules: { sub: '\${SUBJECT}' } }
`;

/** Two faults: a key that does not exist, and a type that is wrong. */
const BAD = GOOD.replace('storage:', 'sotrage: x\nstorage:').replace('- name: acme', '- name: [acme]');

describe('check', () => {
  it('says what a good configuration holds', async () => {
    const path = await file(GOOD);
    const deps = fakeDeps({ server, env: { COUNTERSIGN_CONFIG: path, SUBJECT: 'x' } });
    expect(await main(['check'], deps)).toBe(0);
    expect(deps.out()).toBe(
      `ok  ${path}: 1 organization, 1 issuer, 1 policy, 0 identity providers, 0 routes\n`,
    );
  });

  it('says the same as JSON', async () => {
    const path = await file(GOOD);
    const deps = fakeDeps({ server, env: { SUBJECT: 'x' } });
    expect(await main(['check', '--config', path, '-o', 'json'], deps)).toBe(0);
    expect(JSON.parse(deps.out())).toEqual({
      ok: true,
      config: path,
      counts: { organizations: 1, issuers: 1, policies: 1, identity_providers: 0, routes: 0 },
      problems: [],
      findings: [],
      tests: { passed: 0, failed: 0 },
      routes: [],
    });
  });

  it('says everything that is wrong, each with its place, and ends with 2', async () => {
    const path = await file(BAD);
    const deps = fakeDeps({ server, env: { SUBJECT: 'x' } });
    expect(await main(['check', '--config', path], deps)).toBe(2);
    expect(deps.out()).toBe('');
    expect(deps.errors()).toContain('the configuration has 2 problems.');
    expect(deps.errors()).toContain(`${path}:3:1 sotrage`);
    expect(deps.errors()).toContain(`${path}:6:`);
  });

  it('says the same as JSON on standard output', async () => {
    const path = await file(BAD);
    const deps = fakeDeps({ server, env: { SUBJECT: 'x' } });
    expect(await main(['check', '--config', path, '-o', 'json'], deps)).toBe(2);
    expect(JSON.parse(deps.out())).toMatchObject({
      ok: false,
      config: path,
      problems: [{ file: path, line: 3, column: 1, path: 'sotrage' }, { line: 6 }],
    });
  });

  it('finds what only compiling finds', async () => {
    const path = await file(
      GOOD.replace('rules: { sub', 'match: { a..b: { equals: x } }, rules: { sub').replace('${SUBJECT}', '1'),
    );
    const deps = fakeDeps({ server });
    expect(await main(['check', '--config', path], deps)).toBe(2);
    expect(deps.errors()).toMatch(/countersign\.yaml:10:\d+ /);
  });

  it('ends with 2 when there is no file', async () => {
    const deps = fakeDeps({ server });
    expect(await main(['check', '--config', join(directory, 'absent.yaml')], deps)).toBe(2);
    expect(deps.errors()).toContain('absent.yaml');
  });

  const SHARED = GOOD.replace('https://ci.example', 'https://token.actions.githubusercontent.com');
  const pinned = (match: string): string =>
    SHARED.replace("rules: { sub: '${SUBJECT}' }", `match: { ${match} }`);
  const TESTED = `${GOOD.replace('${SUBJECT}', 'x')}tests:
  - { name: x may, issuer: acme/ci, claims: { sub: x }, request: { type: organization, scope: '' }, expect: allow }
  - { name: y may, issuer: acme/ci, claims: { sub: 'y' }, request: { type: organization, scope: '' }, expect: allow }
`;

  it('ends with 7 for what lint refuses, with a token that would pass', async () => {
    const path = await file(pinned('event_name: { equals: push }'));
    const deps = fakeDeps({ server });
    expect(await main(['check', '--config', path, '-o', 'json'], deps)).toBe(7);
    expect(JSON.parse(deps.out())).toMatchObject({
      ok: false,
      problems: [{ rule: 'owner-missing', example: { event_name: 'push' } }],
    });
    expect(deps.errors()).toContain('this token would pass');
  });

  it('prints what lint warns of and ends with 0', async () => {
    const path = await file(pinned('repository_owner: { equals: acme }, ref: { equals: refs/heads/main }'));
    const deps = fakeDeps({ server });
    expect(await main(['check', '--config', path], deps)).toBe(0);
    expect(deps.errors()).toMatch(/^warning {2}.*countersign\.yaml:\d+:\d+ organizations\[0\]/);
    expect(deps.out()).toMatch(/^ok /);
  });

  it('ends with 7 when a policy test fails, and says which', async () => {
    const path = await file(TESTED);
    const deps = fakeDeps({ server });
    expect(await main(['check', '--config', path, '-o', 'junit'], deps)).toBe(7);
    expect(deps.out()).toContain('<testsuite name="tests" tests="2" failures="1"');
    expect(deps.out()).toContain('<testcase name="x may" classname="policy-test"/>');
    const good = fakeDeps({ server });
    expect(
      await main(['check', '--config', await file(TESTED.replace(/ {2}- \{ name: y.*\n/, ''))], good),
    ).toBe(0);
    expect(good.out()).toContain('1 policy test passes');
  });

  it('prints SARIF with every problem at its place', async () => {
    const path = await file(BAD);
    const deps = fakeDeps({ server, env: { SUBJECT: 'x' } });
    expect(await main(['check', '--config', path, '-o', 'sarif'], deps)).toBe(2);
    expect(JSON.parse(deps.out())).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          results: [
            {
              ruleId: 'configuration',
              level: 'error',
              locations: [{ physicalLocation: { region: { startLine: 3 } } }],
            },
            {},
          ],
        },
      ],
    });
  });
});
