import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { countersign } from '../support/command.ts';
import { textOf } from './repository.ts';

/** The guides to proxies in front show what `render` prints for the file that they show. */
it.each(['nginx', 'caddy', 'envoy'])('the guide to %s shows what is rendered', async (proxy) => {
  const page = textOf(`docs/guides/${proxy}.md`);
  const config = /```yaml\n(listen: [\s\S]*?)```/.exec(page)?.[1] ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'guide-'));
  await writeFile(join(folder, 'countersign.yaml'), config);
  const { status, out, errors } = await countersign(['render', proxy], {
    cwd: folder,
    env: { STAFF_CLIENT_SECRET: 'not-a-real-secret' },
  });
  await rm(folder, { recursive: true });
  expect([status, errors]).toEqual([0, '']);
  expect(page).toContain(`\n${out}\`\`\`\n`);
});
