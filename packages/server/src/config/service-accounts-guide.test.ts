import { readFileSync } from 'node:fs';
import { ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './load.ts';

const page = readFileSync(new URL('../../../../docs/guides/service-accounts.md', import.meta.url), 'utf8');

describe('the guide to service accounts', () => {
  it('shows a configuration that loads, and whose policy names the account that it creates', () => {
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    const env = { COUNTERSIGN_ADMIN_TOKEN: 'site-administrator-of-the-tests-only' };
    const loaded = loadConfig({ file: '/c.yaml', env, readFile: () => ok(yaml) });
    expect(loaded.ok ? loaded.value.config.routes : loaded.error).toMatchObject([{ name: 'backups' }]);
    const [, name = ''] = /-d '\{"name":"([a-z-]+)"/.exec(page) ?? [];
    expect(yaml).toContain(`service:acme/${name}\n`);
  });
});
