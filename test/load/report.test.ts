import { describe, expect, it } from 'vitest';
import { median } from './median.ts';
import { medians, owedLines, table } from './report.ts';

const round = (requestsPerSecond: number, cpuPerRequest: number) => ({
  requestsPerSecond,
  cpuPerRequest,
  p50: 1,
  p99: 2,
  rss: 50,
});

describe('the report of the bench', () => {
  it('takes the middle of an odd number of rounds, and between the two of an even one', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it('gives each figure its own median', () => {
    expect(medians([round(10, 3), round(30, 1), round(20, 2)])).toEqual(round(20, 2));
  });

  it('sets every target beside ours', () => {
    const text = table({
      title: 'exchange',
      connections: 64,
      pinned: true,
      targets: [
        { name: 'ours', rounds: [round(400, 100)], median: round(400, 100), delay: 1 },
        { name: 'peer', rounds: [round(100, 500)], median: round(100, 500), delay: 1 },
      ],
    });
    const peer = text.split('\n').at(-1);
    expect(peer).toContain('4.00 ×');
    expect(peer).toContain('5.00 ×');
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
