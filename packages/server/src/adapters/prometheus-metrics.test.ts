import { REFUSALS, type RefusalCode } from '@countersign/core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ConfiguredNames } from './metric-labels.ts';
import { createPrometheusMetrics, type PrometheusMetrics } from './prometheus-metrics.ts';

const named = (...names: readonly string[]): ReadonlyMap<string, string> =>
  new Map(names.map((name) => [name, name]));

const HOUSE: ConfiguredNames = {
  route: named('orders', 'bills'),
  organization: named('acme'),
  issuer: new Map([['iss_1', 'acme/ci']]),
};

let names: ConfiguredNames;
let metrics: PrometheusMetrics;
beforeEach(() => {
  names = HOUSE;
  metrics = createPrometheusMetrics(() => names);
});

const linesOf = async (name: string): Promise<readonly string[]> =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name));

const passed = (route: string, code: RefusalCode | '' = ''): void =>
  metrics.count('countersign_gateway_requests_total', { route, outcome: 'allowed', code });

describe('metrics for Prometheus', () => {
  it('say what they are, and are there from the beginning where they have no labels', async () => {
    expect(await metrics.text()).toContain(
      '# TYPE countersign_connections_refused_total counter\ncountersign_connections_refused_total 0\n',
    );
  });

  it('count by label', async () => {
    passed('orders');
    passed('orders');
    passed('bills', 'limit.rate');
    expect(await linesOf('countersign_gateway_requests_total')).toEqual([
      'countersign_gateway_requests_total{route="orders",outcome="allowed",code=""} 2',
      'countersign_gateway_requests_total{route="bills",outcome="allowed",code="limit.rate"} 1',
    ]);
  });

  it('sort into buckets', async () => {
    for (const seconds of [0.0004, 0.003, 100])
      metrics.observe('countersign_upstream_head_seconds', seconds, { route: 'orders' });
    const lines = await linesOf('countersign_upstream_head_seconds');
    expect(lines).toContain('countersign_upstream_head_seconds_bucket{le="0.001",route="orders"} 1');
    expect(lines).toContain('countersign_upstream_head_seconds_bucket{le="0.005",route="orders"} 2');
    expect(lines).toContain('countersign_upstream_head_seconds_count{route="orders"} 3');
  });

  it('read what others know when somebody looks, and only what the last reader says', async () => {
    let live = 1;
    metrics.read('countersign_tokens_live', () => [[99, {}]]);
    metrics.read('countersign_tokens_live', () => [[live, {}]]);
    metrics.read('process_cpu_seconds_total', () => [[live, {}]]);
    expect(await linesOf('countersign_tokens_live')).toEqual(['countersign_tokens_live 1']);
    live = 5;
    expect(await linesOf('countersign_tokens_live')).toEqual(['countersign_tokens_live 5']);
    expect(await linesOf('process_cpu_seconds_total')).toEqual(['process_cpu_seconds_total 5']);
    metrics.read('countersign_issuer_keys_age_seconds', () => [[7, { issuer: 'iss_1' }]]);
    expect(await linesOf('countersign_issuer_keys_age_seconds')).toEqual([
      'countersign_issuer_keys_age_seconds{issuer="acme/ci"} 7',
    ]);
    metrics.read('countersign_issuer_keys_age_seconds', () => []);
    expect(await linesOf('countersign_issuer_keys_age_seconds')).toEqual([]);
  });
});

describe('labels', () => {
  it('hold what the configuration has, and nothing else, whatever they are given', async () => {
    for (let at = 0; at < 500; at += 1) {
      passed(`made-up-${at}`);
      const strange = { organization: `o${at}`, issuer: `i${at}`, outcome: `x${at}`, code: `c${at}` };
      metrics.count('countersign_exchanges_total', strange as never);
    }
    expect(await linesOf('countersign_gateway_requests_total')).toEqual([
      'countersign_gateway_requests_total{route="other",outcome="allowed",code=""} 500',
    ]);
    expect(await linesOf('countersign_exchanges_total')).toEqual([
      'countersign_exchanges_total{organization="other",issuer="other",outcome="other",code="other"} 500',
    ]);
  });

  it('make at most as many series as there are routes, outcomes and codes', async () => {
    const codes = [...(Object.keys(REFUSALS) as RefusalCode[]), ''] as const;
    for (let round = 0; round < 2; round += 1)
      for (const route of ['orders', 'bills', ''])
        for (const outcome of ['allowed', 'refused'] as const)
          for (const code of codes)
            metrics.count('countersign_gateway_requests_total', { route, outcome, code });
    const lines = await linesOf('countersign_gateway_requests_total');
    expect(lines).toHaveLength(3 * 2 * codes.length);
    expect(new Set(lines.map((line) => line.split(' ').at(-1)))).toEqual(new Set(['2']));
  });

  it('forget what has left the configuration', async () => {
    passed('orders');
    passed('bills');
    metrics.observe('countersign_upstream_head_seconds', 1, { route: 'orders' });
    metrics.observe('countersign_upstream_head_seconds', 1, { route: 'bills' });
    names = { ...HOUSE, route: named('bills') };
    passed('orders');
    expect(await linesOf('countersign_gateway_requests_total')).toEqual([
      'countersign_gateway_requests_total{route="bills",outcome="allowed",code=""} 1',
      'countersign_gateway_requests_total{route="other",outcome="allowed",code=""} 1',
    ]);
    expect(await linesOf('countersign_upstream_head_seconds_count')).toEqual([
      'countersign_upstream_head_seconds_count{route="bills"} 1',
    ]);
  });

  it('cannot break out of their quotes', async () => {
    names = { ...HOUSE, route: named('a"} 1\nevil{x="\\') };
    passed('a"} 1\nevil{x="\\');
    expect(await linesOf('evil')).toEqual([]);
    expect(await linesOf('countersign_gateway_requests_total')).toEqual([
      String.raw`countersign_gateway_requests_total{route="a\"} 1\nevil{x=\"\\",outcome="allowed",code=""} 1`,
    ]);
  });
});
