import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Guard } from './guard.ts';
import { guards } from './guards.ts';

/**
 * `npm run guards [-- TEXT]`: takes each guard out on a copy of the tree and runs the test that must miss it. Only the
 * named test is run: it has to fail, and a file that no longer compiles has no test that fails.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
const CONFIG = 'test/guards/vitest.config.ts';

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

const COPIED = [
  'packages',
  'test',
  'scripts',
  'docs',
  'vitest.config.ts',
  'tsconfig.json',
  'tsconfig.base.json',
  'package.json',
  '.oxlintrc.json',
];

async function copyOfTheTree(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'countersign-guards-'));
  const isSource = (path: string): boolean =>
    !/[\\/](node_modules|dist)([\\/]|$)/.test(path.slice(root.length - 1));
  for (const name of COPIED)
    await cp(join(root, name), join(copy, name), { recursive: true, filter: isSource });
  await linkModules(copy);
  return copy;
}

/** Outside packages come from the tree; our own resolve to the copy, or the guard would still stand. */
async function linkModules(copy: string): Promise<void> {
  const modules = join(copy, 'node_modules');
  await mkdir(join(modules, '@countersign'), { recursive: true });
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (name !== '@countersign') await symlink(join(root, 'node_modules', name), join(modules, name));
  }
  for (const name of await readdir(join(copy, 'packages'))) {
    await symlink(join(copy, 'packages', name), join(modules, '@countersign', name));
    // Workspaces may have modules of their own, where two versions could not be one.
    const own = join(root, 'packages', name, 'node_modules');
    await symlink(own, join(copy, 'packages', name, 'node_modules')).catch(() => undefined);
  }
}

/** Which of a file's tests with this in their name fail; `undefined` when the file could not be run at all. */
async function failures(copy: string, test: string, name: string): Promise<readonly string[] | undefined> {
  const report = join(copy, 'report.json');
  await rm(report, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  // A name may begin in a suite and end in its test: there the report has a space, and the filter an arrow.
  const only = name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll(' ', '(?: > | )');
  await run(
    process.execPath,
    [vitest, 'run', test, '-t', only, '--config', CONFIG, '--reporter=json', `--outputFile=${report}`],
    { cwd: copy, timeout: 180_000 },
  ).catch(() => undefined);
  const text = await readFile(report, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { testResults } = JSON.parse(text) as Report;
  return testResults.flatMap((file) =>
    file.assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
  );
}

/** `undefined` when the guard is guarded, else what is wrong. */
async function probe(copy: string, guard: Guard): Promise<string | undefined> {
  const file = join(copy, guard.file);
  const source = await readFile(file, 'utf8');
  if (source.split(guard.guard).length !== 2) return 'the guard does not stand exactly once in its file';
  await writeFile(
    file,
    source.replace(guard.guard, () => guard.without),
  );
  const failed = await failures(copy, guard.test, guard.fails);
  await writeFile(file, source);
  return failed === undefined || failed.length === 0 ? `"${guard.fails}" did not fail without it` : undefined;
}

interface Tally {
  passed: number;
  failed: number;
}

/** Takes guards off the queue until it is empty, on a copy of its own. */
async function work(queue: Guard[], tally: Tally): Promise<void> {
  const copy = await copyOfTheTree();
  try {
    for (let guard = queue.shift(); guard !== undefined; guard = queue.shift()) {
      const problem = await probe(copy, guard);
      if (problem === undefined) tally.passed += 1;
      else tally.failed += 1;
      const verdict = problem === undefined ? '✓' : '✗';
      console.log(`${verdict} ${guard.threat}: ${guard.name}${problem === undefined ? '' : ` — ${problem}`}`);
    }
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

const wanted = process.argv[2] ?? '';
const queue = guards.filter(({ name, threat }) => `${threat} ${name}`.includes(wanted));
const tally: Tally = { passed: 0, failed: 0 };
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, () => work(queue, tally)));
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;
