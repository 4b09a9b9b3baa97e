import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/**
 * The import directions of the house are held by the linter, not by goodwill. Each rule is proved by planting the
 * violation it forbids: a rule whose pattern matches nothing would pass in silence.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
let house: string;

beforeEach(async () => {
  house = await mkdtemp(join(tmpdir(), 'countersign-house-'));
  await copyFile(join(root, '.oxlintrc.json'), join(house, '.oxlintrc.json'));
});
afterEach(() => rm(house, { recursive: true }));

async function lint(file: string, text: string): Promise<string> {
  const path = join(house, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  const oxlint = join(root, 'node_modules/.bin/oxlint');
  return run(oxlint, ['--deny-warnings', '--format=json', 'packages'], { cwd: house }).then(
    () => '',
    (failure: { stdout: string }) => failure.stdout,
  );
}

const planted: readonly [string, string, string][] = [
  ['core may not import node', 'packages/core/src/a.ts', 'node:crypto'],
  ['core may not import a package', 'packages/core/src/policy/a.ts', 'zod'],
  ['core may not import the engine of conditions', 'packages/core/src/policy/evaluate.ts', '@bufbuild/cel'],
  ['core may not load it with itself', 'packages/core/src/index.ts', './policy/condition.ts'],
  ['core may not import a part of it', 'packages/core/src/policy/condition-tree.ts', '@bufbuild/cel/ext'],
  ['conditions may import no other package', 'packages/core/src/policy/condition.ts', 'zod'],
  [
    'conditions may not import what their engine imports',
    'packages/core/src/policy/condition.ts',
    '@bufbuild/re2',
  ],
  ['conditions may not import node', 'packages/core/src/policy/condition.ts', 'node:vm'],
  ['core may not import the server', 'packages/core/src/a.ts', '@countersign/server'],
  ['server may not import the demo', 'packages/server/src/audit/a.ts', '@countersign/demo'],
  ['server may not import the command line', 'packages/server/src/a.ts', '@countersign/cli'],
  ['oauth may not know the gateway', 'packages/server/src/oauth/a.ts', '../gateway/decide.ts'],
  [
    'the gateway may not know oauth',
    'packages/server/src/gateway/transport/a.ts',
    '../../oauth/token-endpoint.ts',
  ],
  ['programmatic may not know the api', 'packages/server/src/programmatic/a.ts', '../api/user.ts'],
  ['the api may not know programmatic', 'packages/server/src/api/a.ts', '../programmatic/token-endpoint.ts'],
  ['login may not know programmatic', 'packages/server/src/login/a.ts', '../programmatic/token-endpoint.ts'],
  ['the gateway may not know login', 'packages/server/src/gateway/a.ts', '../login/model.ts'],
  ['an entrance may not import the composition root', 'packages/server/src/api/a.ts', '../main.ts'],
  ['an entrance may not import an adapter', 'packages/server/src/oauth/a.ts', '../adapters/issuer-keys.ts'],
  [
    'an entrance may not import a storage engine',
    'packages/server/src/gateway/a.ts',
    '../storage/engine/sqlite.ts',
  ],
  [
    'the exchange may not import an entrance',
    'packages/server/src/exchange/a.ts',
    '../oauth/token-endpoint.ts',
  ],
  [
    'the exchange may not import an adapter',
    'packages/server/src/exchange/a.ts',
    '../adapters/issuer-keys.ts',
  ],
  ['trust may not import the exchange', 'packages/server/src/trust/a.ts', '../exchange/exchange-token.ts'],
  ['keys may not import a storage engine', 'packages/server/src/keys/a.ts', '../storage/engine/sqlite.ts'],
  ['audit may not import http', 'packages/server/src/audit/a.ts', '../http/message.ts'],
  [
    'storage may not import what lies above',
    'packages/server/src/storage/engine/a.ts',
    '../../exchange/model.ts',
  ],
  ['an adapter may not import storage', 'packages/server/src/adapters/a.ts', '../storage/port.ts'],
  ['a page may not import an entrance', 'packages/server/src/pages/a.ts', '../gateway/decide.ts'],
  ['a page may not import the exchange', 'packages/server/src/pages/a.ts', '../exchange/model.ts'],
  ['a page may not import an adapter', 'packages/server/src/pages/a.ts', '../adapters/ports.ts'],
  ['a page may not import the composition root', 'packages/server/src/pages/a.ts', '../main.ts'],
  ['the demo may not import the command line', 'packages/demo/src/a.ts', '@countersign/cli'],
  ['the command line loads the server lazily', 'packages/cli/src/a.ts', '@countersign/server'],
  ['the command line loads the demo lazily', 'packages/cli/src/a.ts', '@countersign/demo'],
];

const allowed: readonly [string, string, string][] = [
  ['core may import itself', 'packages/core/src/policy/a.ts', '../claims.ts'],
  ['conditions alone may import their engine', 'packages/core/src/policy/condition.ts', '@bufbuild/cel'],
  ['the server may import core', 'packages/server/src/trust/a.ts', '@countersign/core'],
  ['an entrance may take a port', 'packages/server/src/oauth/a.ts', '../adapters/ports.ts'],
  ['an entrance may import the exchange', 'packages/server/src/oauth/a.ts', '../exchange/model.ts'],
  ['a page may import what an answer is', 'packages/server/src/pages/a.ts', '../http/message.ts'],
  ['the composition root may import everything', 'packages/server/src/main.ts', './storage/engine/sqlite.ts'],
];

describe('the import directions', () => {
  it.each(planted)('%s', async (_name, file, specifier) => {
    const findings = await lint(file, `import { a } from '${specifier}';\nexport const b = a;\n`);
    expect(findings).toContain('no-restricted-imports');
  });

  it.each(allowed)('%s', async (_name, file, specifier) => {
    expect(await lint(file, `import { a } from '${specifier}';\nexport const b = a;\n`)).toBe('');
  });

  it('cycles are refused', async () => {
    await lint('packages/server/src/trust/a.ts', `import { b } from './b.ts';\nexport const a = b;\n`);
    const findings = await lint(
      'packages/server/src/trust/b.ts',
      `import { a } from './a.ts';\nexport const b = a;\n`,
    );
    expect(findings).toContain('no-cycle');
  });
});

describe('the purity of core', () => {
  it.each([
    'Date.now()',
    'new Date()',
    'process.env',
    'fetch("x")',
    'crypto.randomUUID()',
    'performance.now()',
  ])('refuses %s', async (expression) => {
    expect(await lint('packages/core/src/a.ts', `export const a = ${expression};\n`)).toContain(
      'no-restricted-globals',
    );
  });

  it('refuses Math.random', async () => {
    const findings = await lint('packages/core/src/a.ts', 'export const a = Math.random();\n');
    expect(findings).toContain('no-restricted-properties');
  });
});
