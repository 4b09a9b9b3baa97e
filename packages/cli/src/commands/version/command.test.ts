import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fakeDeps } from '../../fake-deps.ts';
import { main } from '../../main.ts';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

describe('version', () => {
  it('says which version runs on which Node', async () => {
    const deps = fakeDeps();
    expect(await main(['version'], deps)).toBe(0);
    expect(deps.out()).toBe(
      `countersign ${version} (Node ${process.versions.node}, ${process.platform} ${process.arch})\n`,
    );
  });

  it('says the same as one line of JSON', async () => {
    const deps = fakeDeps();
    await main(['version', '-o', 'json'], deps);
    const { node } = process.versions;
    const { platform, arch } = process;
    expect(deps.out()).toBe(`${JSON.stringify({ version, node, platform, arch })}\n`);
  });

  it('is also a flag, for those who try that first', async () => {
    const deps = fakeDeps();
    expect(await main(['--version'], deps)).toBe(0);
    expect(deps.out()).toBe(`${version}\n`);
  });
});
