import { readFile } from 'node:fs/promises';
import { startDemo, tour } from '@countersign/demo';
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

/** A line without what differs from run to run: ports, ids, values of tokens, times. */
function settled(line: string): string {
  return line
    .replace(/\.localhost:\d+|127\.0\.0\.1:\d+/g, 'HOST')
    .replace(/dec_[0-9A-Z]{26}/g, 'dec_')
    .replace(/(c[a-z]{2}_)\w{4}…/g, '$1…')
    .replace(/\d+ characters/g, 'characters')
    .replace(/(iat|exp) {5}\d+/g, '$1')
    .replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, 'TIME')
    .trimEnd();
}

it('the tour that README shows is the tour that is told', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, shown = ''] = /```text\n([\s\S]*?)\n```/.exec(readme) ?? [];
  const demo = await startDemo();
  if (!demo.ok) throw new Error('the demo does not start');
  try {
    const told: string[] = [];
    expect(await tour(demo.value, (text) => told.push(...text.split('\n')))).toMatchObject({ ok: true });
    expect(shown.split('\n').map(settled)).toEqual(told.map(settled).join('\n').trim().split('\n'));
  } finally {
    await demo.value.close();
  }
});
