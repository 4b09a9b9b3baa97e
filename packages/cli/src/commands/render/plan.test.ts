import { loadConfig, compileSnapshot } from '@countersign/server';
import type { Route, Upstream } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { planOf } from './plan.ts';

const TEXT = `
listen: 127.0.0.1:8081
url: https://auth.example
storage: 'sqlite::memory:'
organizations: [{ name: acme }]
routes:
  - { name: a, from: 'https://a.example', to: 'http://127.0.0.1:80', allow_any_authenticated_user: true }
  - { name: b, from: 'https://a.example', prefix: /b, to: 'https://b.internal', allow_any_authenticated_user: true, preserve_host_header: true }
  - { name: c, from: 'https://c.example:8443', to: 'http://127.0.0.1:9001', allow_any_authenticated_user: true }
`;

const loaded = loadConfig({ file: '/c.yaml', env: {}, readFile: () => ({ ok: true, value: TEXT }) });
if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
const { config } = loaded.value;
const compiled = compileSnapshot(config);
if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
const { routes } = compiled.value;

describe('what a proxy has to know', () => {
  const plan = planOf(config, routes, undefined);

  it('has a site for each scheme, host and port, with all of its routes', () => {
    expect(
      plan.ok && plan.value.sites.map(({ scheme, port, routes: names }) => [scheme, port, names]),
    ).toEqual([
      ['https', 443, ['a', 'b']],
      ['https', 8443, ['c']],
    ]);
  });

  it('has the Host that each upstream gets, without a port that goes without saying', () => {
    expect(plan.ok && plan.value.routes.map(({ hostHeader }) => hostHeader)).toEqual([
      '127.0.0.1',
      'a.example',
      '127.0.0.1:9001',
    ]);
  });

  it('cannot be written out for a wildcard host', () => {
    const changed = routes.map((route): Route =>
      route.name === 'c' ? { ...route, host: '*.example' } : route,
    );
    expect(planOf(config, changed, undefined)).toEqual({ ok: false, error: 'route c has a wildcard host.' });
  });

  it.each([{ headerOperations: {} }, { answers: () => ({ status: 200, headers: [], body: '' }) }])(
    'is not enough where the gateway does more: %j',
    (more) => {
      const changed = routes.map((route): Route => (route.name === 'b' ? { ...route, ...more } : route));
      expect(planOf(config, changed, undefined)).toEqual({
        ok: false,
        error: expect.stringContaining('route b changes requests'),
      });
    },
  );

  it('says of every route why it cannot be written out', () => {
    const changed = routes.map((route): Route => ({ ...route, host: `*.${route.host}` }));
    const names = routes.map(({ name }) => `route ${name} has a wildcard host`);
    expect(planOf(config, changed, undefined)).toEqual({ ok: false, error: `${names.join('; ')}.` });
  });

  it('is not enough where silence has a limit', () => {
    const changed = routes.map((route): Route =>
      route.name === 'b' ? { ...route, idleTimeout: 5000 } : route,
    );
    const error = 'route b ends connections that are silent, which only the gateway does.';
    expect(planOf(config, changed, undefined)).toEqual({ ok: false, error });
  });

  const target = { scheme: 'http', host: 'a', port: 80, weight: 1, pool: 'a' } as const;
  it.each([
    [{ targets: [target, target] }, 'spreads requests over several addresses'],
    [{ targets: [{ ...target, socketPath: '/run/a.sock' }] }, 'leads to a socket'],
    [{ healthCheck: { path: '/', interval: 1 } }, 'checks the health of its upstream'],
    [{ tls: { skipVerify: true } }, 'has tls settings of its own'],
  ] as const)('is not enough for an upstream like %j', (more, reason) => {
    const upstream: Upstream = { targets: [target], balancing: 'round_robin', ...more };
    const changed = routes.map((route): Route => (route.name === 'b' ? { ...route, upstream } : route));
    expect(planOf(config, changed, undefined)).toEqual({
      ok: false,
      error: `route b ${reason}, which only the gateway does.`,
    });
  });
});
