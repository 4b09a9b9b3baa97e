import { spawnSync } from 'node:child_process';

/**
 * What the tests need from the system beside Node. As root on Debian it is installed; otherwise the tests that need
 * it are skipped, loudly, and counted.
 */
const NEEDED: readonly {
  readonly name: string;
  readonly package: string;
  readonly present: () => boolean;
}[] = [
  { name: 'curl', package: 'curl', present: () => has('curl') },
  { name: 'prlimit', package: 'util-linux', present: () => has('prlimit') },
  {
    name: 'jwcrypto for Python',
    package: 'python3-jwcrypto',
    present: () => hasPythonModule('jwcrypto'),
  },
];

/** Debian's Python: another one on the PATH does not see Debian's modules. */
export const PYTHON = '/usr/bin/python3';

export function has(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}

export function hasPythonModule(name: string): boolean {
  return spawnSync(PYTHON, ['-c', `import ${name}`], { stdio: 'ignore' }).status === 0;
}

export function setup(): void {
  const missing = NEEDED.filter(({ present }) => !present());
  if (missing.length === 0) return;
  if (process.getuid?.() === 0 && has('apt-get')) {
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    spawnSync('apt-get', ['install', '-y', '-qq', ...missing.map((need) => need.package)], {
      stdio: 'ignore',
    });
  }
  for (const { name } of missing.filter(({ present }) => !present())) {
    console.warn(`\n*** SKIPPING the tests that need ${name}: it is not installed ***\n`);
  }
}
