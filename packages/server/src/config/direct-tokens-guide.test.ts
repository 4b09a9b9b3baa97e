import { readFileSync } from 'node:fs';
import { ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './load.ts';

const page = readFileSync(new URL('../../../../docs/guides/direct-tokens.md', import.meta.url), 'utf8');

describe('the guide to tokens of others', () => {
  it('shows a configuration that loads, and that takes tokens of its issuer', () => {
    const [, yaml = ''] = /```yaml\n(organizations:[\s\S]*?)```/.exec(page) ?? [];
    const loaded = loadConfig({
      file: '/c.yaml',
      env: {},
      readFile: () => ok(`url: https://cs.example\n${yaml}`),
    });
    expect(loaded.ok ? loaded.value.config.routes : loaded.error).toMatchObject([
      { name: 'deploy', issuers: ['acme/github'] },
    ]);
  });
});
