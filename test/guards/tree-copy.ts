import { cp, mkdir, mkdtemp, readdir, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the tests read, copied: a guard is never taken out of the tree somebody works in. */
const root = fileURLToPath(new URL('../../', import.meta.url));

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

/** The directory of a new copy; whoever asked for it takes it away. */
export async function copyTheTree(): Promise<string> {
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
