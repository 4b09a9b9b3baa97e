import { describe, expect, it } from 'vitest';
import { owedOfGateway, TARGETS } from './gateway-owed.ts';
import type { Report } from './report.ts';

const row = (name: string, cpuPerRequest: number, taken = 0) => {
  const median = { requestsPerSecond: 1, cpuPerRequest, rss: 1, idle: 0, taken, latency: [] };
  return { name, rounds: [median], median };
};

const report = (...targets: Report['targets']): Report => ({
  title: 'gateway',
  generator: 'wrk',
  connections: [64, 4],
  pinned: true,
  targets,
});

const met = (of: Report): readonly boolean[] => owedOfGateway(of).map((owed) => owed.met);

describe('what the gateway owes', () => {
  it('is met at its bounds and not beyond', () => {
    const at = report(row(TARGETS.ours, 50), row(TARGETS.transport, 35), row(TARGETS.peer, 100));
    expect(met(at)).toEqual([true, true]);
    const beyond = report(row(TARGETS.ours, 51), row(TARGETS.transport, 35), row(TARGETS.peer, 100));
    expect(met(beyond)).toEqual([false, false]);
    expect(met(report(row(TARGETS.ten, 50), row(TARGETS.many, 65)))).toEqual([true]);
    expect(met(report(row(TARGETS.ten, 50), row(TARGETS.many, 66)))).toEqual([false]);
  });

  it('is never met by rows that did not have their core for themselves', () => {
    const owed = owedOfGateway(report(row(TARGETS.ours, 50), row(TARGETS.transport, 49, 0.8)));
    expect(owed).toMatchObject([{ met: false, measured: '1.0 µs, but 80 % of the core went to others' }]);
  });

  it('is not spoken of where something was not measured', () => {
    expect(owedOfGateway(report(row(TARGETS.ours, 50)))).toEqual([]);
  });
});
