import { ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { loadConfig, type LoadedConfig } from './load.ts';

function loaded(access: string): LoadedConfig {
  const text = `listen: 127.0.0.1:8080
url: http://localhost:8080
storage: 'sqlite::memory:'
organizations: [{ name: acme }]
routes:
  - name: first
    from: http://a.localhost
    to: http://127.0.0.1:9000
    allow_any_authenticated_user: true
  - name: second
    from: http://b.localhost
    to: http://127.0.0.1:9000
${access}
`;
  const config = loadConfig({ file: 'c.yaml', env: {}, readFile: () => ok(text) });
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  return config.value;
}

describe('lint of routes', () => {
  it.each([
    ['    policy: { allow: { or: [{ http_method: GET }] } }', ['request-only c.yaml:13:28']],
    ['    policy: [{ allow: { or: [{ http_method: GET }] } }]', ['request-only c.yaml:13:29']],
    [
      '    allow_any_authenticated_user: true\n    allowed_domains: [acme.example]',
      ['everybody-already c.yaml:14:22'],
    ],
    ['    policy: { deny: { or: [{ http_method: GET }] } }', ['nobody-passes c.yaml:10:5']],
    [
      '    allowed_users: [ada]\n    policy: { allow: { and: [{ user: a }, { team: a/b }] } }',
      ['never-matches c.yaml:14:29'],
    ],
    ['    allowed_users: [ada]', []],
    ['    allow_public_unauthenticated_access: true', []],
  ])('warns of %j where it stands', (access, told) => {
    const { findings } = loaded(access);
    expect(findings.map(({ rule, file, line, column }) => `${rule} ${file}:${line}:${column}`)).toEqual(told);
  });
});
