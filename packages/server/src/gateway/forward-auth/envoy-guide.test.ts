import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

/** What `render envoy` prints, as the guide shows it (a test of the guides holds it against a run). */
const page = readFileSync(new URL('../../../../../docs/guides/envoy.md', import.meta.url), 'utf8');
const shown = /```yaml\n(# Printed by [\s\S]*?)```/.exec(page)?.[1] ?? '';
const { listeners, clusters } = parse(shown).static_resources;
const manager = listeners[0].filter_chains[0].filters[0].typed_config;
const [service, orders] = manager.route_config.virtual_hosts;

describe('the configuration of Envoy', () => {
  it('lets nobody pass when nobody answers, and looks for the route by the answer', () => {
    const [authorization, router] = manager.http_filters;
    expect(authorization.typed_config).toMatchObject({ failure_mode_allow: false, clear_route_cache: true });
    expect(authorization.typed_config.http_service.path_prefix).toBe('/auth/envoy');
    expect(router.name).toBe('envoy.filters.http.router');
  });

  it('asks about every request but for those that Countersign answers itself', () => {
    const unasked = orders.routes.filter((route: object) => 'typed_per_filter_config' in route);
    expect(unasked.map(({ match, route }: Record<string, object>) => [match, route])).toEqual([
      [{ path: '/.well-known/pomerium/jwks.json' }, { cluster: 'countersign' }],
      [{ path: '/.pomerium' }, { cluster: 'countersign' }],
      [{ prefix: '/.pomerium/' }, { cluster: 'countersign' }],
      [{ path: '/.well-known/pomerium' }, { cluster: 'countersign' }],
    ]);
  });

  it('forwards by the route that was answered, and nothing without one', () => {
    const forwarding = orders.routes.filter(({ match }: { match: object }) => 'headers' in match);
    expect(forwarding.map(({ match }: { match: { headers: object } }) => match.headers)).toEqual([
      [{ name: 'x-countersign-route', string_match: { exact: 'orders' } }],
    ]);
    expect(orders.routes.at(-1)).toEqual({ match: { prefix: '/' }, direct_response: { status: 404 } });
  });

  it('keeps clients from what proxies ask, and their own word about addresses out of it', () => {
    expect(service.routes[0]).toMatchObject({
      match: { prefix: '/auth/' },
      direct_response: { status: 404 },
    });
    const { patterns } =
      manager.http_filters[0].typed_config.http_service.authorization_request.allowed_headers;
    expect(JSON.stringify(patterns)).not.toMatch(/forwarded/i);
  });

  it('shows the upstream the cookies that were answered, in place of those that came', () => {
    const { allowed_upstream_headers } =
      manager.http_filters[0].typed_config.http_service.authorization_response;
    expect(allowed_upstream_headers.patterns).toContainEqual({ exact: 'cookie', ignore_case: true });
  });

  it('has a cluster for each upstream and one for Countersign', () => {
    expect(clusters.map(({ name }: { name: string }) => name)).toEqual([
      'countersign',
      'countersign_route_0',
    ]);
  });
});
