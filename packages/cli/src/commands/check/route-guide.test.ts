import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as server from '@countersign/server';
import { afterAll, describe, expect, it } from 'vitest';
import { fakeDeps } from '../../fake-deps.ts';
import { main } from '../../main.ts';

/** The file that the guide shows is explained with the words that the documentation shows. */

const folder = mkdtempSync(join(tmpdir(), 'check-guide-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = (path: string): string =>
  readFileSync(new URL(`../../../../../docs/${path}`, import.meta.url), 'utf8');

describe('the documentation of check', () => {
  const guide = textOf('guides/access-policies.md');
  const [, file = ''] = /```yaml\n(url:.*?)```/s.exec(guide) ?? [];

  it.each([
    ['guides/access-policies.md', '$ npx countersign check --route orders', ['--route', 'orders']],
    ['cli.md', '$ npx countersign check --config countersign.yaml', []],
  ])('%s shows what %j prints', async (page, command, flags) => {
    const path = join(folder, 'countersign.yaml');
    writeFileSync(path, file);
    const deps = fakeDeps({ server });
    expect(await main(['check', '--config', path, ...flags], deps)).toBe(0);
    expect(deps.errors()).toBe('');
    expect(textOf(page)).toContain(`${command}\n${deps.out().replaceAll(path, 'countersign.yaml')}\`\`\``);
  });
});
