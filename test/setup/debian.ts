import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

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
  { name: 'nginx', package: 'nginx-light', present: () => has('nginx') },
  { name: 'Caddy', package: 'caddy', present: () => has('caddy') },
  { name: 'HAProxy', package: 'haproxy', present: () => has('haproxy') },
  { name: 'Chromium', package: 'chromium', present: () => has(CHROMIUM) },
  {
    name: 'jwcrypto for Python',
    package: 'python3-jwcrypto',
    present: () => hasPythonModule('jwcrypto'),
  },
  {
    name: 'requests for Python',
    package: 'python3-requests',
    present: () => hasPythonModule('requests'),
  },
];

/** Debian's own: playwright-core would take a browser that it has downloaded itself. */
export const CHROMIUM = '/usr/bin/chromium';

/** Debian's Python: another one on the PATH does not see Debian's modules. */
export const PYTHON = '/usr/bin/python3';

export function has(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}

export function hasPythonModule(name: string): boolean {
  return spawnSync(PYTHON, ['-c', `import ${name}`], { stdio: 'ignore' }).status === 0;
}

/** What Debian asks before it starts what it has installed: 101 is no (invoke-rc.d(8)). */
const START_POLICY = '/usr/sbin/policy-rc.d';

/** Nothing that only goes well with it: a browser would bring half a desktop. */
const INSTALL = ['install', '-y', '-qq', '--no-install-recommends'];

/** A proxy that was installed for the tests must not listen on this machine, now or after them. */
function installWithoutStarting(packages: readonly string[]): void {
  const isOurs = !existsSync(START_POLICY);
  if (isOurs) writeFileSync(START_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    // One at a time: what this release of Debian does not have keeps nothing else away.
    for (const each of packages) spawnSync('apt-get', [...INSTALL, each], { stdio: 'ignore' });
  } finally {
    if (isOurs) rmSync(START_POLICY);
  }
}

export function setup(): void {
  const missing = NEEDED.filter(({ present }) => !present());
  if (missing.length === 0) return;
  if (process.getuid?.() === 0 && has('apt-get')) {
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    installWithoutStarting(missing.map((need) => need.package));
  }
  for (const { name } of missing.filter(({ present }) => !present())) {
    console.warn(`\n*** SKIPPING the tests that need ${name}: it is not installed ***\n`);
  }
}
