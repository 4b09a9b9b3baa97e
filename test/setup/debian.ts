import { spawnSync } from 'node:child_process';

/**
 * What the tests need from the system beside Node. As root on Debian it is installed; otherwise the tests that need
 * it are skipped, loudly, and counted.
 */
/** Command → package. */
const PACKAGES: Readonly<Record<string, string>> = { curl: 'curl', prlimit: 'util-linux' };

export function has(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}

export function setup(): void {
  const missing = Object.keys(PACKAGES).filter((command) => !has(command));
  if (missing.length === 0) return;
  if (process.getuid?.() === 0 && has('apt-get')) {
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    spawnSync(
      'apt-get',
      ['install', '-y', '-qq', ...missing.map((command) => PACKAGES[command] ?? command)],
      { stdio: 'ignore' },
    );
  }
  for (const name of missing.filter((missed) => !has(missed))) {
    console.warn(`\n*** SKIPPING the tests that need ${name}: it is not installed ***\n`);
  }
}
