import { describe, expect, it } from 'vitest';
import { median } from './median.ts';
import { medians, owedLines, table, type Report } from './report.ts';

const round = (requestsPerSecond: number, cpuPerRequest: number, idle = 0, taken = 0) => ({
  requestsPerSecond,
  cpuPerRequest,
  idle,
  taken,
  rss: 50,
  latency: [
    { p50: 1, p99: 2 },
    { p50: requestsPerSecond / 10, p99: 0.5 },
  ],
});

const report = (idle = 0, taken = 0): Report => ({
  title: 'exchange',
  generator: 'wrk',
  connections: [64, 4],
  pinned: true,
  targets: [
    { name: 'ours', rounds: [round(400, 100)], median: round(400, 100), delay: 1 },
    { name: 'peer', rounds: [round(100, 500)], median: round(100, 500, idle, taken) },
  ],
});

describe('the report of the bench', () => {
  it('takes the middle of an odd number of rounds, and between the two of an even one', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it('gives each figure its own median, at each number of connections', () => {
    expect(medians([round(10, 3), round(30, 1), round(20, 2)])).toEqual(round(20, 2));
  });

  it('sets every target beside ours', () => {
    const peer = table(report()).split('\n').at(-1);
    expect(peer).toContain('4.00 ×');
    expect(peer).toContain('5.00 ×');
  });

  it('has columns for each number of connections', () => {
    expect(table(report())).toMatch(/p50 ms at 64 +p99 ms at 64 +p50 ms at 4 +p99 ms at 4/);
  });

  it.each([
    [
      'had to wait for its load',
      report(0.3),
      'peer: wrk or the upstream held it back, its core was idle for 30 %',
    ],
    ['shared its core', report(0, 0.4), 'peer: 40 % of its core went to other processes'],
  ])('says when a target %s', (_case, disturbed, note) => {
    expect(table(disturbed)).toContain('believe the CPU alone');
    expect(table(disturbed)).toContain(note);
  });

  it('says nothing of the kind when a target had its core and kept it busy', () => {
    expect(table(report(0.05, 0.05))).not.toContain('believe');
  });

  it('says of everything that is owed whether it was met', () => {
    const owed = { what: 'memory', wanted: '≤ 90 MB', measured: '100 MB' };
    expect(
      owedLines([
        { ...owed, met: false },
        { ...owed, met: true },
      ]),
    ).toBe(
      'NOT met  memory: wanted ≤ 90 MB, measured 100 MB\nmet      memory: wanted ≤ 90 MB, measured 100 MB',
    );
  });
});
