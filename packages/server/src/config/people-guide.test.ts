import { readFileSync } from 'node:fs';
import { ok } from '@countersign/core';
import { expect, it } from 'vitest';
import { PATHS } from '../login/model.ts';
import { loadConfig } from './load.ts';

const page = readFileSync(new URL('../../../../docs/guides/people.md', import.meta.url), 'utf8');

it('the guide to people in browsers shows a configuration that loads', () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  const env = {
    COUNTERSIGN_ADMIN_TOKEN: 'site-administrator-of-the-tests-only',
    STAFF_CLIENT_SECRET: 'x'.repeat(20),
  };
  const loaded = loadConfig({ file: '/c.yaml', env, readFile: () => ok(yaml) });
  expect(loaded.ok ? loaded.value.config.identityProviders : loaded.error).toMatchObject([{ name: 'staff' }]);
});

it('the guide to people in browsers names pages as they are served', () => {
  const named = [...page.matchAll(/`(?:URL)?(\/(?:\.pomerium|oauth2|console)[^`]*)`/g)].map(
    ([, path]) => path,
  );
  expect(named.length).toBeGreaterThan(5);
  const served: readonly string[] = Object.values(PATHS);
  expect(named.filter((path) => !served.includes(path ?? ''))).toEqual([]);
});
