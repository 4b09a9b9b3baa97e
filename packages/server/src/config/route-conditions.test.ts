import { err, evaluate, ok, type ConditionCompiler } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { compileSnapshot } from '../snapshot/compile.ts';
import { loadConfig, loadConfigFile } from './load.ts';

const source = (condition: string) => ({
  file: '/c.yaml',
  env: {},
  readFile: () =>
    ok(
      JSON.stringify({
        url: 'https://cs.example',
        organizations: [{ name: 'acme' }],
        routes: [
          {
            name: 'orders',
            from: 'https://orders.example',
            to: 'http://127.0.0.1:9',
            policy: [{ allow: { and: [{ http_method: 'GET' }, { or: [{ condition }] }] } }],
          },
        ],
      }),
    ),
});

const found = (condition: string, conditions?: ConditionCompiler) => {
  const loaded = loadConfig(source(condition), { conditions });
  return loaded.ok ? [] : loaded.error.map(({ path, message }) => `${path}: ${message}`);
};

const PLACE = 'routes[0].policy[0].allow.and[1].or[0].condition';

describe('a condition of a route', () => {
  it('is read by the engine that will run it, wherever it stands', () => {
    expect(found('x', () => ok(() => true))).toEqual([]);
    expect(found('x', () => err('no such word'))).toEqual([`${PLACE}: no such word`]);
    expect(found('x')).toEqual([expect.stringContaining(PLACE)]);
  });

  it('brings the engine with it, and decides', async () => {
    const loaded = await loadConfigFile(source('claims.repository == "acme/shop"'));
    expect(loaded).toMatchObject({ ok: true });
    const compiled = loaded.ok && compileSnapshot(loaded.value.config, loaded.value);
    const route = compiled && compiled.ok ? compiled.value.routes[0] : undefined;
    const decide = (repository: string) =>
      route &&
      evaluate(route.policy, {
        claims: { repository },
        principal: { id: 'usr_1' },
        request: { method: 'GET', host: 'orders.example', path: '/' },
      }).effect;
    expect([decide('acme/shop'), decide('acme/other')]).toEqual(['allow', 'deny']);
    // It may read every claim, so all of them are kept with the token.
    expect(compiled && compiled.ok && compiled.value.claimPaths).toEqual([[]]);
  });

  it('that is no expression is reported at its place', async () => {
    const loaded = await loadConfigFile(source('claims.'));
    expect(!loaded.ok && loaded.error).toMatchObject([{ path: PLACE }]);
  });
});
