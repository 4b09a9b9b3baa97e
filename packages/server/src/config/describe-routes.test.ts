import { ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { compileSnapshot } from '../snapshot/compile.ts';
import { describeRoutes, type DescribedRoute } from './describe-routes.ts';
import { loadConfig } from './load.ts';

function described(access: string, env: Readonly<Record<string, string>> = {}): readonly DescribedRoute[] {
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
  const config = loadConfig({ file: 'c.yaml', env, readFile: () => ok(text) });
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  const compiled = compileSnapshot(config.value.config);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return describeRoutes(config.value, compiled.value.routes);
}

describe('routes in plain words', () => {
  it('are all there, in the order of the file, with the places of their rules', () => {
    expect(described('    allowed_users: [ada]')).toMatchObject([
      { name: 'first', line: 6, from: 'http://a.localhost', passes: 'everybody', rules: [{ line: 9 }] },
      {
        name: 'second',
        line: 10,
        prefix: '/',
        organizations: ['acme'],
        summary: 'whom a rule allows',
        rules: [{ rule: 'allowed_users', line: 13, column: 20 }],
      },
    ]);
  });

  it('show no value that a variable brought, however deep its rule stands', () => {
    const access = "    policy: { allow: { and: [{ user: a }, { not: [{ claim/key: '${KEY}' }] }] } }";
    const text = JSON.stringify(described(access, { KEY: 'from-outside' }));
    expect(text).toContain('claims.key');
    expect(text).not.toContain('from-outside');
  });
});
