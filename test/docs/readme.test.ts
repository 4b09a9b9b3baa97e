import { readFile } from 'node:fs/promises';
import { compileSnapshot, loadConfig } from '@countersign/server';
import { expect, it } from 'vitest';

it('the configuration that README shows loads and compiles', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];
  const loaded = loadConfig({
    file: 'countersign.yaml',
    env: { COUNTERSIGN_ADMIN_TOKEN: 'administrator-of-the-readme-example' },
    readFile: () => ({ ok: true, value: yaml }),
  });
  expect(loaded.ok ? [] : loaded.error).toEqual([]);
  expect(loaded.ok && compileSnapshot(loaded.value.config)).toMatchObject({ ok: true });
});
